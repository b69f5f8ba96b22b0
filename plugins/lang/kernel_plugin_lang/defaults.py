"""The defaults shared by all languages of this package."""

from __future__ import annotations

from kernel.pipeline import BaseDefaults
from kernel_plugin_lang.exceptions import make_base_exceptions
from kernel_plugin_lang.lazy import lazy
from kernel_plugin_lang.lexical import make_getters
from kernel_plugin_lang.punctuation import make_infixes, make_prefixes, make_suffixes
from kernel_plugin_lang.urls import url_pattern


class RuleDefaults(BaseDefaults):
    """Tokenizer rules for scripts with spaces between words.

    A language adds its own words and abbreviations in a subclass.
    """

    tokenizer_exceptions = lazy(make_base_exceptions)
    prefixes = lazy(make_prefixes)
    suffixes = lazy(make_suffixes)
    infixes = lazy(make_infixes)
    url_match = lazy(lambda: url_pattern().match)
    lex_attr_getters = lazy(lambda: make_getters("", frozenset()))
