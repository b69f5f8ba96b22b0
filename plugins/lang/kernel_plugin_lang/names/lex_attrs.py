"""The module `kernel.lang.lex_attrs`: the lexical attributes that do not depend on a language."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from kernel.text import attributes, lexical
from kernel_plugin_lang.lexical import like_url

__all__ = [
    "LEX_ATTRS",
    "is_alpha",
    "is_ascii",
    "is_bracket",
    "is_currency",
    "is_digit",
    "is_left_punct",
    "is_lower",
    "is_punct",
    "is_quote",
    "is_right_punct",
    "is_space",
    "is_stop",
    "is_title",
    "is_upper",
    "like_email",
    "like_num",
    "like_url",
    "lower",
    "prefix",
    "suffix",
    "word_shape",
]

is_alpha = lexical.FLAG_GETTERS[attributes.IS_ALPHA]
is_ascii = lexical.FLAG_GETTERS[attributes.IS_ASCII]
is_bracket = lexical.FLAG_GETTERS[attributes.IS_BRACKET]
is_currency = lexical.is_currency
is_digit = lexical.FLAG_GETTERS[attributes.IS_DIGIT]
is_left_punct = lexical.FLAG_GETTERS[attributes.IS_LEFT_PUNCT]
is_lower = lexical.FLAG_GETTERS[attributes.IS_LOWER]
is_punct = lexical.is_punct
is_quote = lexical.FLAG_GETTERS[attributes.IS_QUOTE]
is_right_punct = lexical.FLAG_GETTERS[attributes.IS_RIGHT_PUNCT]
is_space = lexical.FLAG_GETTERS[attributes.IS_SPACE]
is_title = lexical.FLAG_GETTERS[attributes.IS_TITLE]
is_upper = lexical.FLAG_GETTERS[attributes.IS_UPPER]
like_email = lexical.like_email
like_num = lexical.like_num
lower = str.lower
word_shape = lexical.word_shape


def prefix(string: str) -> str:
    """Return the first character."""
    return string[:1]


def suffix(string: str) -> str:
    """Return the last three characters."""
    return string[-3:]


def is_stop(string: str, stops: Collection[str] = frozenset()) -> bool:
    """Return whether the text in lower case is one of `stops`."""
    return string.lower() in stops


LEX_ATTRS: Final[dict[int, Callable[[str], Any]]] = {
    **lexical.FLAG_GETTERS,
    attributes.LIKE_URL: like_url,
    attributes.IS_STOP: is_stop,
    attributes.LOWER: lower,
    attributes.NORM: lower,
    attributes.PREFIX: prefix,
    attributes.SUFFIX: suffix,
    attributes.SHAPE: word_shape,
}
