"""The language for text in no particular language, or in several."""

from __future__ import annotations

from kernel.pipeline import Language
from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.lazy import lazy
from kernel_plugin_lang.lexical import make_getters


class MultiLanguageDefaults(RuleDefaults):
    """The common rules alone."""

    lex_attr_getters = lazy(lambda: make_getters("xx", frozenset()))


class MultiLanguage(Language):
    """Any language whose words stand apart."""

    lang = "xx"
    Defaults = MultiLanguageDefaults
