"""The module `kernel.matcher`."""

from kernel_plugin_rules.matcher.errors import MatchPatternError
from kernel_plugin_rules.matcher.levenshtein import levenshtein, levenshtein_compare
from kernel_plugin_rules.matcher.matcher import Matcher

__all__ = ["MatchPatternError", "Matcher", "levenshtein", "levenshtein_compare"]
