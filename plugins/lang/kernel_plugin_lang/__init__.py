"""Languages and the rule-based tokenizer for kernel pipelines."""
