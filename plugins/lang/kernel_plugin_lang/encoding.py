"""From chunks of text to the codes of their tokens, each distinct chunk analysed once.

A code is a 32-bit number: twice the row of the token's lexeme, plus one if a space follows.
A chunk's codes are kept as bytes, the last one with its space, for the chunks of a text to
be joined without looking at single tokens.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from operator import itemgetter
from struct import Struct
from typing import Final

import numpy as np
import numpy.typing as npt

from kernel.text import NORM, ORTH, LexemeTable
from kernel_plugin_lang.affixes import AffixRules, Piece
from kernel_plugin_lang.special_cases import Phrases, SpecialCases

_encode_one: Final = Struct("=i").pack
_CODE_SIZE: Final = 4
_codes_of: Final = Struct(f"{_CODE_SIZE}s").iter_unpack
# Below this many words, looking them up one by one is faster.
_FEW: Final = 8


class ChunkEncoder:
    """Knows the codes of the chunks that came last, up to `max_size` of them, for one table.

    Chunks are kept in two generations: when the younger one has half of `max_size`, it
    becomes the older one, from which a chunk that comes again is taken back.
    """

    def __init__(
        self,
        lexemes: LexemeTable,
        rules: AffixRules,
        special_cases: SpecialCases,
        phrases: Phrases,
        max_size: int,
    ) -> None:
        self.lexemes = lexemes
        self._rules = rules
        self._special_cases = special_cases.table
        self._phrases = phrases
        self._max_young = max_size // 2
        self._young: dict[str, bytes] = {}
        self._old: dict[str, bytes] = {}
        self._whitespace: dict[str, bytes] = {}
        # Chunks in which rules have cut a special case; few, and fewer than the lexemes.
        self._cut: set[str] = set()

    def known(self, chunks: Iterable[str]) -> bytes:
        """Return the codes of all chunks.

        Raises KeyError if one is not known, which all are that contain whitespace or nothing.
        """
        return b"".join(map(self._young.__getitem__, chunks))

    def encode(self, chunks: Sequence[str]) -> bytes:
        """Return the codes of all chunks, which are not empty and have no whitespace."""
        try:
            return self.known(chunks)
        except KeyError:
            known = self._young
            fresh = self._look_up([chunk for chunk in dict.fromkeys(chunks) if chunk not in known])
        codes = b"".join([fresh[chunk] if chunk in fresh else known[chunk] for chunk in chunks])
        self._remember(fresh)
        return codes

    def has_cut(self, chunks: Iterable[str]) -> bool:
        """Say whether rules have cut a special case in any of the chunks."""
        return not self._cut.isdisjoint(chunks)

    def learn(self, chunks: Iterable[str]) -> None:
        """Get to know chunks that are neither empty nor have whitespace."""
        self._remember(
            self._look_up([chunk for chunk in dict.fromkeys(chunks) if chunk not in self._young])
        )

    def may_span_chunks(self, lex: npt.NDArray[np.int32]) -> bool:
        """Say whether tokens may make up a special case that has whitespace inside.

        lex  (N,)  lexeme rows
        """
        firsts = self._phrases.spaced_firsts
        if not firsts:
            return False
        return not firsts.isdisjoint(map(self.lexemes.texts.__getitem__, lex.tolist()))

    def encode_whitespace(self, text: str) -> bytes:
        """Return the codes of a run of whitespace, which no space follows."""
        known = self._whitespace.get(text)
        if known is None:
            known = without_space(self._analyse([text])[text])
            if len(self._whitespace) < self._max_young:
                self._whitespace[text] = known
        return known

    def special_rows(self, text: str) -> list[int]:
        """Return the lexeme rows of a special case."""
        return [self._row(part[ORTH], part.get(NORM)) for part in self._special_cases[text]]

    def _row(self, orth: str, norm: str | None) -> int:
        row = self.lexemes.row(orth)
        return row if norm is None else self.lexemes.variant(row, self.lexemes.intern(norm))

    def _look_up(self, chunks: list[str]) -> dict[str, bytes]:
        found = {chunk: self._old[chunk] for chunk in chunks if chunk in self._old}
        return found | self._analyse([chunk for chunk in chunks if chunk not in found])

    def _remember(self, fresh: dict[str, bytes]) -> None:
        if len(self._young) + len(fresh) > self._max_young:
            self._old, self._young = self._young, {}
        if len(fresh) <= self._max_young:
            self._young.update(fresh)

    def _analyse(self, chunks: list[str]) -> dict[str, bytes]:
        """Cut chunks by the rules; all their words go into the lexeme table at once."""
        rules, special_cases = self._rules, self._special_cases
        codes = self._encode_plain(rules.find_plain(chunks, special_cases))
        pieces = {
            chunk: rules.split(chunk, special_cases) for chunk in chunks if chunk not in codes
        }
        words = [text for parts in pieces.values() for rule, text in parts if rule != "SPECIAL"]
        rows = self._rows(words)
        codes.update((chunk, self._codes(chunk, parts, rows)) for chunk, parts in pieces.items())
        return codes

    def _encode_plain(self, chunks: list[str]) -> dict[str, bytes]:
        """Return the codes of chunks that are one token each, all at once."""
        codes = (self.lexemes.rows(chunks) << 1) | 1
        return dict(zip(chunks, map(itemgetter(0), _codes_of(codes.tobytes())), strict=True))

    def _rows(self, words: list[str]) -> dict[str, int]:
        if len(words) < _FEW:
            return {word: self.lexemes.row(word) for word in words}
        return dict(zip(words, self.lexemes.rows(words).tolist(), strict=True))

    def _codes(self, chunk: str, pieces: list[Piece], rows: dict[str, int]) -> bytes:
        if len(pieces) == 1 and pieces[0].rule != "SPECIAL":
            return _encode_one(2 * rows[chunk] + 1)
        found: list[int] = []
        for rule, text in pieces:
            if rule == "SPECIAL":
                found.extend(self.special_rows(text))
            else:
                found.append(rows[text])
        codes = array("i", [2 * row for row in found])
        codes[-1] += 1
        encoded = codes.tobytes()
        texts = self.lexemes.texts
        if self._phrases.are_in([texts[row] for row in found]):
            self._cut.add(chunk)
        return encoded


def without_space(codes: bytes) -> bytes:
    """Return codes of which the last has its space taken away."""
    last = array("i", codes[-_CODE_SIZE:])
    last[0] &= ~1
    return codes[:-_CODE_SIZE] + last.tobytes()
