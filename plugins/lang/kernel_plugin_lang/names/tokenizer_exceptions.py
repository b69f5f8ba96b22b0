"""The module `kernel.lang.tokenizer_exceptions`: the special cases that languages share."""

from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.urls import url_pattern

__all__ = ["BASE_EXCEPTIONS", "URL_MATCH", "URL_PATTERN"]

BASE_EXCEPTIONS = RuleDefaults.tokenizer_exceptions
URL_PATTERN = url_pattern().pattern
URL_MATCH = url_pattern().match
