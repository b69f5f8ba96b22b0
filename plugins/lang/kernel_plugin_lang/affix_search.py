"""The length of the affix at one end of a part of a text.

The functions of a tokenizer take a string. Searching the rest of a word for each of its affixes
would take time quadratic in the number of affixes. If the function belongs to a pattern with a
known `Reach`, it searches only a few characters, and one look at a table decides about most
characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from kernel_plugin_lang.reach import (
    Nodes,
    Reach,
    is_one_character,
    may_be,
    prefix_reach,
    suffix_reach,
)

UNSURE: Final = -1
# Far more than the characters that occur at the ends of words, and far fewer than all.
_MAX_TABLE_SIZE: Final = 10_000


class Match(Protocol):
    """A match found by a rule: the part of `re.Match` that the tokenizer uses."""

    def start(self) -> int:
        """Return the offset of the first character."""
        ...

    def end(self) -> int:
        """Return the offset after the last character."""
        ...


Search = Callable[[str], Match | None]


class LengthByChar(dict[str, int]):
    """The length of an affix by its outermost character: 0, 1, or UNSURE for a search.

    index  0 for prefixes, -1 for suffixes
    """

    def __init__(self, alternatives: list[Nodes], index: int) -> None:
        self._alternatives: Final = alternatives
        self._index: Final = index

    def __missing__(self, char: str) -> int:
        if len(self) >= _MAX_TABLE_SIZE:
            self.clear()
        length = self[char] = self._find(char)
        return length

    def _find(self, char: str) -> int:
        # `$` also matches before a line feed at the end.
        if char == "\n":
            return UNSURE
        possible = [(may_be(each, char, self._index), each) for each in self._alternatives]
        possible = [(answer, each) for answer, each in possible if answer is not False]
        if not possible:
            return 0
        # The first prefix rule that matches wins; of the suffix rules, the longest match.
        decisive = possible[:1] if self._index == 0 else possible
        is_sure = all(answer and is_one_character(each) for answer, each in decisive)
        return 1 if is_sure else UNSURE


class AffixSearch:
    """Finds the length of an affix in a part of a text.

    by_char  the length by the outermost character of the part, UNSURE if `length` must search
    """

    def __init__(self, search: Search | None, reach: Reach | None, index: int) -> None:
        self._search: Final[Search] = search or _never
        self._n_characters: Final = None if reach is None else reach.n_characters
        self.by_char: Final[Mapping[str, int]] = LengthByChar(
            # Without a function, there is no alternative, and so never an affix.
            [] if search is None else [()] if reach is None else reach.alternatives,
            index,
        )

    def length(self, text: str, start: int, end: int) -> int:
        """Return the length of the affix of `text[start:end]`, 0 if it has none."""
        n_characters = self._n_characters
        if n_characters is not None:
            while n_characters < end - start:
                length = self._nearby_length(text, start, end, n_characters)
                if length != UNSURE:
                    return length
                n_characters *= 2
        match = self._search(text[start:end])
        return match.end() - match.start() if match else 0

    def _nearby_length(self, text: str, start: int, end: int, n_characters: int) -> int:
        """Return the length as found in the outermost characters, or UNSURE."""
        raise NotImplementedError


class PrefixSearch(AffixSearch):
    """Finds prefixes."""

    def __init__(self, search: Search | None) -> None:
        pattern, method = pattern_of(search)
        reach = None
        if pattern is not None and method in {"search", "match"}:
            reach = prefix_reach(pattern, is_anchored=method == "match")
        super().__init__(search, reach, 0)

    def _nearby_length(self, text: str, start: int, end: int, n_characters: int) -> int:
        match = self._search(text[start : start + n_characters])
        if match is None:
            return 0
        return match.end() if match.end() < n_characters else UNSURE


class SuffixSearch(AffixSearch):
    """Finds suffixes."""

    def __init__(self, search: Search | None) -> None:
        pattern, method = pattern_of(search)
        reach = suffix_reach(pattern) if pattern is not None and method == "search" else None
        super().__init__(search, reach, -1)

    def _nearby_length(self, text: str, start: int, end: int, n_characters: int) -> int:
        match = self._search(text[end - n_characters : end])
        if match is None:
            return 0
        return match.end() - match.start() if match.start() > 0 else UNSURE


def pattern_of(search: Callable[..., Any] | None) -> tuple[re.Pattern[str] | None, str]:
    """Return the compiled pattern that `search` is a method of, and the name of the method."""
    pattern = getattr(search, "__self__", None)
    if not isinstance(pattern, re.Pattern):
        return None, ""
    return pattern, getattr(search, "__name__", "")


def _never(text: str) -> None:
    return None
