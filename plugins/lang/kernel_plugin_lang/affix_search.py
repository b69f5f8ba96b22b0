"""The length of the affix at one end of a part of a text.

The functions of a tokenizer take a string. Searching the rest of a word for each of its affixes
would take time quadratic in the number of affixes. If the function belongs to a pattern with a
known `Reach`, it searches only a few characters, and a table of characters decides without a
search in most cases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import lru_cache
from typing import Any, Final, Protocol

from kernel_plugin_lang.reach import (
    Reach,
    is_one_character,
    outer_characters,
    prefix_reach,
    suffix_reach,
)

UNSURE: Final = -1
# For runs of a few characters. Each entry is as short as the reach of a pattern.
_CACHE_SIZE: Final = 256


class Match(Protocol):
    """A match found by a rule: the part of `re.Match` that the tokenizer uses."""

    def start(self) -> int:
        """Return the offset of the first character."""
        ...

    def end(self) -> int:
        """Return the offset after the last character."""
        ...


Search = Callable[[str], Match | None]


class AffixSearch:
    """Finds the length of an affix in a part of a text.

    plain      parts that are known to have no affix
    by_char    the length by the outermost character of the part, UNSURE if `length` must search
    otherwise  the length for the characters that are not in `by_char`
    """

    def __init__(
        self,
        search: Search | None,
        reach: Reach | None,
        lengths: dict[str, int] | None,
        *,
        plain: Container[str],
    ) -> None:
        self._search_all: Final[Search] = search or _never
        self._plain: Final = plain
        self._n_characters: Final = None if reach is None else reach.n_characters
        self._cached_length: Final = lru_cache(_CACHE_SIZE)(self._length_in)
        self.by_char: Final = lengths or {}
        self.otherwise: Final = UNSURE if lengths is None and search is not None else 0

    def length(self, text: str, start: int, end: int) -> int:
        """Return the length of the affix of `text[start:end]`, 0 if it has none."""
        n_characters = self._n_characters
        if n_characters is not None and n_characters < end - start:
            length = self._cached_length(self._outer_part(text, start, end, n_characters))
            while length == UNSURE and 2 * n_characters < end - start:
                n_characters *= 2
                length = self._length_in(self._outer_part(text, start, end, n_characters))
            if length != UNSURE:
                return length
        match = self._search(text[start:end])
        return match.end() - match.start() if match else 0

    def _search(self, text: str) -> Match | None:
        return None if text in self._plain else self._search_all(text)

    def _outer_part(self, text: str, start: int, end: int, n_characters: int) -> str:
        """Return the outermost characters of `text[start:end]`."""
        raise NotImplementedError

    def _length_in(self, part: str) -> int:
        """Return the length as found in the outermost characters, or UNSURE."""
        raise NotImplementedError


class PrefixSearch(AffixSearch):
    """Finds prefixes."""

    def __init__(self, search: Search | None, *, plain: Container[str] = ()) -> None:
        pattern, method = pattern_of(search)
        reach = None
        if pattern is not None and method in {"search", "match"}:
            reach = prefix_reach(pattern, is_anchored=method == "match")
        lengths = None if reach is None else _lengths(reach, 0)
        super().__init__(search, reach, lengths, plain=plain)

    def _outer_part(self, text: str, start: int, end: int, n_characters: int) -> str:
        return text[start : start + n_characters]

    def _length_in(self, part: str) -> int:
        match = self._search(part)
        if match is None:
            return 0
        return match.end() if match.end() < len(part) else UNSURE


class SuffixSearch(AffixSearch):
    """Finds suffixes."""

    def __init__(self, search: Search | None, *, plain: Container[str] = ()) -> None:
        pattern, method = pattern_of(search)
        reach = suffix_reach(pattern) if pattern is not None and method == "search" else None
        lengths = None if reach is None else _lengths(reach, -1)
        super().__init__(search, reach, lengths, plain=plain)

    def _outer_part(self, text: str, start: int, end: int, n_characters: int) -> str:
        return text[end - n_characters : end]

    def _length_in(self, part: str) -> int:
        match = self._search(part)
        if match is None:
            return 0
        return match.end() - match.start() if match.start() > 0 else UNSURE


def pattern_of(search: Callable[..., Any] | None) -> tuple[re.Pattern[str] | None, str]:
    """Return the compiled pattern that `search` is a method of, and the name of the method."""
    pattern = getattr(search, "__self__", None)
    if not isinstance(pattern, re.Pattern):
        return None, ""
    return pattern, getattr(search, "__name__", "")


def _lengths(reach: Reach, index: int) -> dict[str, int] | None:
    """Return the length of the affix by its outermost character: 1, or UNSURE.

    `index` is 0 for prefixes, -1 for suffixes. None stands for rules whose characters are unknown.
    """
    lengths = {"\n": UNSURE}  # `$` also matches before a line feed at the end
    for alternative in reach.alternatives:
        characters = outer_characters(alternative, index)
        if characters is None:
            return None
        if index == 0:
            # The first prefix rule that matches wins; of the suffix rules, the longest match.
            characters -= lengths.keys()
        length = 1 if is_one_character(alternative) else UNSURE
        lengths.update((each, min(length, lengths.get(each, 1))) for each in characters)
    return lengths


def _never(text: str) -> None:
    return None
