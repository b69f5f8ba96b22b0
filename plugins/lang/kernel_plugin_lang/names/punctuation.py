"""The module `kernel.lang.punctuation`: the rules for affixes that languages share."""

from kernel_plugin_lang.defaults import RuleDefaults

__all__ = ["TOKENIZER_INFIXES", "TOKENIZER_PREFIXES", "TOKENIZER_SUFFIXES"]

TOKENIZER_PREFIXES: list[str] = RuleDefaults.prefixes
TOKENIZER_SUFFIXES: list[str] = RuleDefaults.suffixes
TOKENIZER_INFIXES: list[str] = RuleDefaults.infixes
