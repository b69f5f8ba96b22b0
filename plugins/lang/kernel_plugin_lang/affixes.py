"""Splitting a chunk without whitespace into tokens.

Prefixes and suffixes are split off until none is found, or until the rest is a special case
or matches `token_match`. The rest is then a special case, a single token, or split at its
infixes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import TypeAlias

from attrs import frozen

from kernel_plugin_lang.affix_search import (
    Match,
    PrefixSearch,
    Search,
    SuffixSearch,
    pattern_of,
)
from kernel_plugin_lang.plain import PlainTexts, matches_plain
from kernel_plugin_lang.special_cases import SpecialCases

FindAll = Callable[[str], Iterable[Match]]


# A part of a chunk, after the name of the rule that split it off. A piece with the rule `SPECIAL`
# is a special case and may consist of several tokens. Not a class, because a text may be a million
# pieces.
Piece: TypeAlias = tuple[str, str]


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

    def find_plain(self, chunks: Iterable[str], special_cases: Collection[str]) -> list[str]:
        """Return the chunks of only letters or only digits that are known to be a single token.

        Skipping the rules for them makes the first pass over a text several times faster.
        """
        return self._plain.among([chunk for chunk in chunks if chunk not in special_cases])

    @cached_property
    def _plain(self) -> PlainTexts:
        return PlainTexts(lambda: self.spares_plain)

    @cached_property
    def spares_plain(self) -> bool:
        """Whether no rule can match in a text of only letters, or of only digits.

        `token_match` may match, because such a text is a single token in any case.
        """
        searches = (self.prefix_search, self.suffix_search, self.infix_finditer, self.url_match)
        patterns = [pattern_of(search)[0] for search in searches if search is not None]
        return not any(pattern is None or matches_plain(pattern) for pattern in patterns)

    @cached_property
    def _prefixes(self) -> PrefixSearch:
        return PrefixSearch(self.prefix_search, plain=self._plain)

    @cached_property
    def _suffixes(self) -> SuffixSearch:
        return SuffixSearch(self.suffix_search, plain=self._plain)

    def find_prefix(self, text: str) -> int:
        """Return the length of the prefix of `text`, 0 if it has none."""
        return _length(self.prefix_search, text)

    def find_suffix(self, text: str) -> int:
        """Return the length of the suffix of `text`, 0 if it has none."""
        return _length(self.suffix_search, text)

    def find_infix(self, text: str) -> list[Match]:
        """Return the matches of the infix rules in `text`."""
        return list(self.infix_finditer(text)) if self.infix_finditer is not None else []

    def split(self, chunk: str, special_cases: SpecialCases) -> list[Piece]:
        """Split a chunk into non-empty pieces, in order, that join to the chunk.

        Takes time linear in the length of the chunk if the functions belong to patterns that look
        at a limited number of characters, as this package's own do.
        """
        if chunk in special_cases.strings:
            return [("SPECIAL", chunk)]
        if chunk in self._plain:
            return [self._plain_token(chunk)]
        prefixes: list[Piece] = []
        suffixes: list[Piece] = []
        start, end = self._strip(chunk, special_cases, prefixes, suffixes)
        if start < end:
            prefixes.extend(self._split_middle(chunk[start:end], special_cases))
        suffixes.reverse()
        return prefixes + suffixes

    # One loop without further calls, because it runs a million times for a megabyte of brackets.
    def _strip(  # noqa: C901
        self,
        text: str,
        special_cases: SpecialCases,
        prefixes: list[Piece],
        suffixes: list[Piece],
    ) -> tuple[int, int]:
        """Move the affixes of `text` to the two lists; return start and end of the rest."""
        strings, lengths = special_cases.strings, special_cases.lengths
        before, after = self._prefixes, self._suffixes
        prefix_by_char, no_prefix = before.by_char.get, before.otherwise
        suffix_by_char, no_suffix = after.by_char.get, after.otherwise
        start, end = 0, len(text)
        while start < end:
            if end - start in lengths and text[start:end] in strings:
                break
            if self.token_match is not None and self.token_match(text[start:end]):
                break
            n_prefix = prefix_by_char(text[start], no_prefix)
            if n_prefix < 0:
                n_prefix = before.length(text, start, end)
            inner = start + n_prefix
            if n_prefix and end - inner in lengths and text[inner:end] in strings:
                prefixes.append(("PREFIX", text[start:inner]))
                return inner, end
            # Search only after the prefix, so that no lookbehind can see the prefix.
            n_suffix = suffix_by_char(text[end - 1], no_suffix) if inner < end else 0
            if n_suffix < 0:
                n_suffix = after.length(text, inner, end)
            outer = end - n_suffix
            if n_suffix and outer - start in lengths and text[start:outer] in strings:
                suffixes.append(("SUFFIX", text[outer:end]))
                return start, outer
            if n_prefix:
                prefixes.append(("PREFIX", text[start:inner]))
            if n_suffix:
                suffixes.append(("SUFFIX", text[outer:end]))
            elif not n_prefix:
                break
            start, end = inner, outer
        return start, end

    def _split_middle(self, text: str, special_cases: SpecialCases) -> list[Piece]:
        if text in special_cases.strings:
            return [("SPECIAL", text)]
        if text in self._plain:
            return [self._plain_token(text)]
        if _matches(self.token_match, text):
            return [("TOKEN_MATCH", text)]
        if _matches(self.url_match, text):
            return [("URL_MATCH", text)]
        return _cut(text, self.find_infix(text))

    def _plain_token(self, text: str) -> Piece:
        return ("TOKEN_MATCH" if _matches(self.token_match, text) else "TOKEN", text)


def _cut(text: str, infixes: Iterable[Match]) -> list[Piece]:
    """Split `text` before and after each infix; an infix at the start of `text` is ignored."""
    pieces: list[Piece] = []
    position = 0
    for infix in infixes:
        start, end = infix.start(), infix.end()
        if start == 0:
            continue
        if start > position:
            pieces.append(("TOKEN", text[position:start]))
        if end > start:
            pieces.append(("INFIX", text[start:end]))
        position = end
    if position < len(text):
        pieces.append(("TOKEN", text[position:]))
    return pieces


def _matches(search: Search | None, text: str) -> bool:
    return search is not None and bool(search(text))


def _length(search: Search | None, text: str) -> int:
    match = search(text) if search is not None else None
    return match.end() - match.start() if match else 0
