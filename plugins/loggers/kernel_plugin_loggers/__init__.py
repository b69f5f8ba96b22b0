"""Training loggers for kernel: the console table and a JSONL log."""
