"""Strings whose tokens are given by a table instead of by rules.

A chunk that is a special case, or becomes one once its affixes are split off, is looked up in
the table. A special case that the rules would split (`:)` in `foo:)`) is found afterwards, as
the run of tokens that the rules make of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

from kernel.errors import TextError
from kernel.text import NORM, ORTH, attr_id, attr_name

# A tree of tokens; the key `_END`, which cannot be a token, marks the end of a special case.
Trie: TypeAlias = dict[str, "Trie"]

_END: Final = ""
_ATTRIBUTES: Final = frozenset((ORTH, NORM))
_WHITESPACE: Final = re.compile(r"\s")
# More tokens are not remembered; what they begin with is looked up again.
_MAX_FIRSTS: Final = 50_000


class SpecialCases(Mapping[str, list[dict[int, str]]]):
    """A mapping from strings to tokens, each token a mapping from attribute id to value.

    lengths  the numbers of characters of the strings
    """

    def __init__(self, rules: Mapping[str, Sequence[Mapping[Any, Any]]]) -> None:
        # None stands for the string as one token: most special cases, which take no memory so.
        self._rules: Final[dict[str, list[dict[int, str]] | None]] = {}
        for text, tokens in rules.items():
            is_whole = text and tokens == [{ORTH: text}]
            self._rules[text] = None if is_whole else _checked(text, tokens)
        self.lengths: Final[set[int]] = set(map(len, self._rules))

    def __getitem__(self, text: str) -> list[dict[int, str]]:
        return self._rules[text] or [{ORTH: text}]

    def __contains__(self, text: object) -> bool:
        return text in self._rules

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    @property
    def strings(self) -> Collection[str]:
        """The strings of the special cases, for faster look-ups than in this mapping."""
        return self._rules

    def add(self, text: str, tokens: Sequence[Mapping[Any, Any]]) -> None:
        """Set the tokens of `text`, each with ORTH and optionally NORM (ids or names).

        Raises TextError if the tokens do not join to `text`, and for other attributes.
        """
        self._rules[text] = _checked(text, tokens)
        self.lengths.add(len(text))


def _checked(text: str, tokens: Sequence[Mapping[Any, Any]]) -> list[dict[int, str]]:
    parts = [_by_id(text, token) for token in tokens]
    joined = "".join([part[ORTH] for part in parts])
    if joined != text or not parts:
        raise TextError(
            f"the tokens of the special case {text!r} join to {joined!r}",
            hint="the ORTH of its tokens, joined, must be the string itself; use NORM for more",
        )
    return parts


def _by_id(text: str, token: Mapping[Any, Any]) -> dict[int, str]:
    if token.keys() <= _ATTRIBUTES and token.get(ORTH):
        return dict(token)
    part = {attr_id(key): value for key, value in token.items()}
    extra = sorted(attr_name(attr) for attr in part.keys() - _ATTRIBUTES)
    if extra or not part.get(ORTH):
        what = f"has {', '.join(extra)}" if extra else "has no ORTH"
        raise TextError(
            f"a token of the special case {text!r} {what}; expected ORTH and optionally NORM",
            hint="set other attributes with an attribute ruler",
        )
    return part


class Phrases:
    """Finds the special cases that the rules split into several tokens.

    `cut` splits a text by rules alone; `needs_finding` tells whether the rules may split a
    special case. Cutting thousands of special cases would take longer than most texts, so it is
    done for those that may begin with a token, when the token occurs for the first time.
    """

    def __init__(
        self,
        special_cases: Mapping[str, list[dict[int, str]]],
        cut: Callable[[str], list[str]],
        needs_finding: Callable[[str], bool],
    ) -> None:
        self._special_cases: Final = special_cases
        self._cut: Final = cut
        self._needs_finding: Final = needs_finding
        self._trie: Final[Trie] = {}
        # Of the special cases with whitespace: the first tokens, and the rest from a space on.
        self._spaced_firsts: Final[set[str]] = set()
        self._spaced_ends: Final[set[str]] = set()
        self._firsts: Final[set[str]] = set()
        self._added: Final[set[str]] = set()
        for text in filter(_WHITESPACE.search, special_cases):
            self._add(text)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._special_cases)

    def _add_those_with(self, firsts: Iterable[str]) -> None:
        """Add the special cases that may begin with one of these tokens."""
        new = set(firsts) - self._firsts
        if not new:
            return
        texts = self._sorted
        for first in new:
            for index in range(bisect_left(texts, first), len(texts)):
                if not texts[index].startswith(first):
                    break
                self._add(texts[index])
        if len(self._firsts) > _MAX_FIRSTS:
            self._firsts.clear()
        self._firsts.update(new)

    def _add(self, text: str) -> None:
        if text in self._added:
            return
        self._added.add(text)
        tokens = self._cut(text)
        if tokens != [text]:
            _insert(self._trie, tokens)
            space = _WHITESPACE.search(text)
            if space and len(tokens) > 1:
                self._spaced_firsts.add(tokens[0])
                self._spaced_ends.add(text[space.start() :])
        elif self._special_cases[text] != [{ORTH: text}] and self._needs_finding(text):
            _insert(self._trie, tokens)

    def is_unchanged(self, text: str) -> bool:
        """Return whether `text` is a special case that is searched, but the same for the rules."""
        return (
            self._special_cases.get(text) == [{ORTH: text}]
            and self._needs_finding(text)
            and self._cut(text) == [text]
        )

    @property
    def spaced_firsts(self) -> set[str]:
        """The first tokens of the special cases that contain whitespace."""
        return self._spaced_firsts

    def may_end_in(self, text: str) -> bool:
        """Return whether the text contains the end of a special case, from a whitespace on."""
        return any(map(text.__contains__, self._spaced_ends))

    def are_in(self, tokens: Sequence[str]) -> bool:
        """Return whether the tokens contain a run that forms a special case."""
        self._add_those_with(tokens)
        return next(_matches(self._trie, tokens), None) is not None

    def replacements(
        self, tokens: Sequence[str], spaces: Sequence[int]
    ) -> list[tuple[int, int, str]]:
        """Return start, end and special case of each run to replace, in order.

        A run with the right tokens but with other spaces between them is not replaced; it
        still prevents shorter runs that overlap with it from being replaced.
        """
        self._add_those_with(tokens)
        chosen = []
        for start, end in _without_overlaps(_matches(self._trie, tokens), len(tokens)):
            text = "".join(tokens[start:end])
            if any(spaces[start : end - 1]):
                text = "".join(
                    map(_with_space, tokens[start:end], [*spaces[start : end - 1], False])
                )
            if text in self._special_cases:
                chosen.append((start, end, text))
        return sorted(chosen)


def _insert(trie: Trie, tokens: Iterable[str]) -> None:
    node = trie
    for token in tokens:
        node = node.setdefault(token, {})
    node[_END] = {}


def _matches(trie: Trie, tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of every run of tokens that is in the trie, by start."""
    if trie.keys().isdisjoint(tokens):
        return
    n_tokens = len(tokens)
    for start in [index for index, token in enumerate(tokens) if token in trie]:
        node, end = trie, start
        while end < n_tokens and tokens[end] in node:
            node = node[tokens[end]]
            end += 1
            if _END in node:
                yield start, end


def _without_overlaps(spans: Iterable[tuple[int, int]], n_tokens: int) -> Iterator[tuple[int, int]]:
    """Yield the longest spans, the first of equally long ones; `spans` are sorted by start.

    A span that is dropped still blocks later spans that overlap with it.
    """
    starts: dict[int, list[int]] = {}
    for start, end in spans:
        starts.setdefault(end - start, []).append(start)
    taken = bytearray(n_tokens)
    for length in sorted(starts, reverse=True):
        mark = b"\1" * length
        for start in starts[length]:
            if not (taken[start] or taken[start + length - 1]):
                yield start, start + length
            taken[start : start + length] = mark


def _with_space(token: str, space: int) -> str:
    return token + " " if space else token
