"""Splitting a chunk without whitespace into tokens.

Prefixes and suffixes are split off until none is found, or until the rest is a special case
or matches `token_match`. The rest is then a special case, a single token, or split at its
infixes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from attrs import frozen

from kernel_plugin_lang.punctuation import own_suffix_rules, rules_that_spare_plain, sure_suffixes
from kernel_plugin_lang.urls import url_pattern


class Match(Protocol):
    """A match found by a rule: the part of `re.Match` that the tokenizer uses."""

    def start(self) -> int:
        """Return the offset of the first character."""
        ...

    def end(self) -> int:
        """Return the offset after the last character."""
        ...


Search = Callable[[str], Match | None]
FindAll = Callable[[str], Iterable[Match]]


class Piece(NamedTuple):
    """A part of a chunk, and the name of the rule that split it off.

    A piece with the rule `SPECIAL` is a special case and may consist of several tokens.
    """

    rule: str
    text: str


@frozen
class AffixRules:
    """The functions that find prefixes, suffixes, infixes and whole tokens.

    None stands for a function that never matches.
    """

    prefix_search: Search | None = None
    suffix_search: Search | None = None
    infix_finditer: FindAll | None = None
    token_match: Search | None = None
    url_match: Search | None = None

    def is_plain(self, text: str) -> bool:
        """Return whether `text` is all letters or all digits and known to be a single token.

        This is known only for this package's own rules. Skipping them makes the first pass
        over a text several times faster; rules from elsewhere are always run.
        """
        return (text.isalpha() or text.isdecimal()) and self.spares_plain

    def find_plain(self, chunks: Iterable[str], special_cases: Collection[str]) -> list[str]:
        """Return the plain chunks that are not special cases; each is a single token."""
        if not self.spares_plain:
            return []
        return [
            chunk
            for chunk in chunks
            if (chunk.isalpha() or chunk.isdecimal()) and chunk not in special_cases
        ]

    @cached_property
    def spares_plain(self) -> bool:
        """Whether all rules are this package's own."""
        known = {*rules_that_spare_plain(), url_pattern().pattern, None}
        searches = (self.prefix_search, self.suffix_search, self.infix_finditer, self.url_match)
        return self.token_match is None and all(source_of(each) in known for each in searches)

    @cached_property
    def _cuts_sure_ends(self) -> bool:
        return self.spares_plain and source_of(self.suffix_search) == own_suffix_rules()

    def find_prefix(self, text: str) -> int:
        """Return the length of the prefix of `text`, 0 if it has none."""
        return _length(self.prefix_search, text)

    def find_suffix(self, text: str) -> int:
        """Return the length of the suffix of `text`, 0 if it has none."""
        return _length(self.suffix_search, text)

    def find_infix(self, text: str) -> list[Match]:
        """Return the matches of the infix rules in `text`."""
        return list(self.infix_finditer(text)) if self.infix_finditer is not None else []

    def split(self, chunk: str, special_cases: Collection[str]) -> list[Piece]:
        """Split a chunk into non-empty pieces, in order, that join to the chunk."""
        if chunk in special_cases:
            return [Piece("SPECIAL", chunk)]
        if self.is_plain(chunk):
            return [Piece("TOKEN", chunk)]
        start = chunk[:-1]
        # A word with a full stop or comma is so common that it skips the patterns.
        if self._cuts_sure_ends and _has_sure_end(chunk) and start not in special_cases:
            return [Piece("TOKEN", start), Piece("SUFFIX", chunk[-1])]
        prefixes: list[Piece] = []
        suffixes: list[Piece] = []
        middle = self._strip(chunk, special_cases, prefixes, suffixes)
        if middle:
            prefixes.extend(self._split_middle(middle, special_cases))
        suffixes.reverse()
        return prefixes + suffixes

    def _strip(
        self,
        text: str,
        special_cases: Collection[str],
        prefixes: list[Piece],
        suffixes: list[Piece],
    ) -> str:
        """Move the affixes of `text` to the two lists and return the rest."""
        while text and text not in special_cases and not _matches(self.token_match, text):
            if self.is_plain(text):
                break
            n_prefix = self.find_prefix(text)
            rest = text[n_prefix:]
            if n_prefix and rest in special_cases:
                prefixes.append(Piece("PREFIX", text[:n_prefix]))
                return rest
            # Search only after the prefix, so that no lookbehind can see the prefix.
            n_suffix = 0 if self.is_plain(rest) else self.find_suffix(rest)
            start = text[: len(text) - n_suffix]
            if n_suffix and start in special_cases:
                suffixes.append(Piece("SUFFIX", text[len(start) :]))
                return start
            if not n_prefix and not n_suffix:
                break
            if n_prefix:
                prefixes.append(Piece("PREFIX", text[:n_prefix]))
            if n_suffix:
                suffixes.append(Piece("SUFFIX", text[len(start) :]))
            text = start[n_prefix:]
        return text

    def _split_middle(self, text: str, special_cases: Collection[str]) -> list[Piece]:
        if text in special_cases:
            return [Piece("SPECIAL", text)]
        if self.is_plain(text):
            return [Piece("TOKEN", text)]
        if _matches(self.token_match, text):
            return [Piece("TOKEN_MATCH", text)]
        if _matches(self.url_match, text):
            return [Piece("URL_MATCH", text)]
        return _cut(text, self.find_infix(text))


def _cut(text: str, infixes: Iterable[Match]) -> list[Piece]:
    """Split `text` before and after each infix; an infix at the start of `text` is ignored."""
    pieces: list[Piece] = []
    position = 0
    for infix in infixes:
        start, end = infix.start(), infix.end()
        if start == 0:
            continue
        if start > position:
            pieces.append(Piece("TOKEN", text[position:start]))
        if end > start:
            pieces.append(Piece("INFIX", text[start:end]))
        position = end
    if position < len(text):
        pieces.append(Piece("TOKEN", text[position:]))
    return pieces


def source_of(search: Callable[..., Any] | None) -> str | None:
    """Return the regular expression that `search` is a method of, "" for other callables."""
    if search is None:
        return None
    pattern = getattr(search, "__self__", None)
    return pattern.pattern if isinstance(pattern, re.Pattern) else ""


def _has_sure_end(chunk: str) -> bool:
    """Return whether a chunk is letters or digits plus one character that is always a suffix.

    Only valid for this package's own rules. Their patterns give the same result, but slower.
    """
    start, last = chunk[:-1], chunk[-1]
    # A full stop after a capital may belong to an initial; leave rarer letters to the pattern.
    is_sure = last in sure_suffixes() or (last == "." and "a" <= start[-1:] <= "z")
    return is_sure and (start.isalpha() or start.isdecimal())


def _matches(search: Search | None, text: str) -> bool:
    return search is not None and bool(search(text))


def _length(search: Search | None, text: str) -> int:
    match = search(text) if search is not None else None
    return match.end() - match.start() if match else 0
