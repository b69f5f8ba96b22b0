"""The module `kernel.matcher`."""

from kernel_plugin_rules.matcher.dependency_matcher import DependencyMatcher
from kernel_plugin_rules.matcher.errors import MatchPatternError
from kernel_plugin_rules.matcher.levenshtein import levenshtein, levenshtein_compare
from kernel_plugin_rules.matcher.matcher import Matcher
from kernel_plugin_rules.matcher.phrase_matcher import PhraseMatcher
from kernel_plugin_rules.matcher.validation import validate_token_pattern

__all__ = [
    "DependencyMatcher",
    "MatchPatternError",
    "Matcher",
    "PhraseMatcher",
    "levenshtein",
    "levenshtein_compare",
    "validate_token_pattern",
]
