"""What every language of this package starts from."""

from __future__ import annotations

from kernel.pipeline import BaseDefaults
from kernel_plugin_lang.exceptions import make_base_exceptions
from kernel_plugin_lang.lazy import lazy
from kernel_plugin_lang.lexical import make_getters
from kernel_plugin_lang.punctuation import make_infixes, make_prefixes, make_suffixes
from kernel_plugin_lang.urls import url_pattern


class RuleDefaults(BaseDefaults):
    """Rules for scripts with spaces between words; a language adds its own words."""

    tokenizer_exceptions = lazy(make_base_exceptions)
    prefixes = lazy(make_prefixes)
    suffixes = lazy(make_suffixes)
    infixes = lazy(make_infixes)
    url_match = lazy(lambda: url_pattern().match)
    lex_attr_getters = lazy(lambda: make_getters("", frozenset()))
