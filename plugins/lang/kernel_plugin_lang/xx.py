"""The multi-language class, for text in an unknown language or in several languages."""

from __future__ import annotations

from kernel.pipeline import Language
from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.lazy import lazy
from kernel_plugin_lang.lexical import make_getters


class MultiLanguageDefaults(RuleDefaults):
    """The rules shared by all languages, without additions."""

    lex_attr_getters = lazy(lambda: make_getters("xx", frozenset()))


class MultiLanguage(Language):
    """Any language that puts spaces between words."""

    lang = "xx"
    Defaults = MultiLanguageDefaults
