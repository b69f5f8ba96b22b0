"""Lexical attributes that depend on the language."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from kernel.text import attributes, lexical
from kernel_plugin_lang.urls import url_pattern

Getter = Callable[[str], Any]


def make_getters(lang: str, stop_words: Collection[str], **others: Getter) -> dict[int, Getter]:
    """Return the functions that compute LANG, IS_STOP, LIKE_URL and `others`, by attribute id.

    The keywords of `others` are attribute names.
    """
    return {
        attributes.LANG: lambda _: lang,
        attributes.IS_STOP: lambda text: text.lower() in stop_words,
        attributes.LIKE_URL: like_url,
        **{attributes.attr_id(name): getter for name, getter in others.items()},
    }


def like_url(text: str) -> bool:
    """Return whether the text looks like a web address."""
    return lexical.like_url(text, url_pattern().match)
