"""The language class of English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.pipeline import Language, RecommendedModels
from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.en.exceptions import make_exceptions
from kernel_plugin_lang.en.noun_chunks import noun_chunks
from kernel_plugin_lang.en.numbers import like_num
from kernel_plugin_lang.en.stop_words import STOP_WORDS
from kernel_plugin_lang.lazy import lazy
from kernel_plugin_lang.lexical import make_getters
from kernel_plugin_lang.punctuation import make_infixes


class EnglishDefaults(RuleDefaults):
    """English contractions, abbreviations, numbers and stop words."""

    tokenizer_exceptions = lazy(make_exceptions)
    infixes = lazy(lambda: make_infixes(hyphen_after="0-9"))
    lex_attr_getters = lazy(lambda: make_getters("en", STOP_WORDS, LIKE_NUM=like_num))
    stop_words = STOP_WORDS
    recommended = RecommendedModels(vectors="en_core_web_lg", transformer="roberta-base")
    syntax_iterators: ClassVar[dict[str, Callable[..., Any]]] = {"noun_chunks": noun_chunks}


class English(Language):
    """English, in British, American and other spellings."""

    lang = "en"
    Defaults = EnglishDefaults
