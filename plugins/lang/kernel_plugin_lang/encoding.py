"""A cache from chunks of text to the codes of their tokens.

A code is a 32-bit integer: twice the row of the token's lexeme, plus one if a space follows.
The codes of a chunk are kept as bytes, the last code with a space, so that the chunks of a
text can be joined without a loop over tokens.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from struct import Struct
from typing import Final

from kernel.text import NORM, ORTH, LexemeTable
from kernel_plugin_lang.affixes import AffixRules, Piece
from kernel_plugin_lang.special_cases import Phrases, SpecialCases

_encode_one: Final = Struct("=i").pack
_decode_one: Final = Struct("=i").unpack_from
_CODE_SIZE: Final = 4
_codes_of: Final = Struct(f"{_CODE_SIZE}s").iter_unpack
# For fewer words than this, looking them up one by one is faster.
_BATCH_FROM_WORDS: Final = 8
# Longer chunks are seldom words, seldom occur twice, and would fill the memory.
_MAX_CACHED_LENGTH: Final = 200


class ChunkEncoder:
    """Encodes chunks as codes of one lexeme table, and caches up to `max_size` of them.

    The cache has two generations. When the young one holds `max_size // 2` chunks, it
    replaces the old one. A chunk found in the old one is moved to the young one.
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
        self._special_cases = special_cases
        self._phrases = phrases
        self._max_young = max_size // 2
        self._young: dict[str, bytes] = {}
        self._old: dict[str, bytes] = {}
        self._whitespace: dict[str, bytes] = {}
        self._special_codes: dict[tuple[str, int], list[int]] = {}
        # Chunks in which the rules split a special case. It stays small: fewer than lexemes.
        self._cut: set[str] = set()
        # Chunks in which a special case with whitespace may start.
        self._starts: set[str] = set()
        self._may_start_with_space = any(map(str.isspace, phrases.spaced_firsts))

    def known(self, chunks: Iterable[str]) -> bytes:
        """Return the codes of all chunks.

        Raises KeyError if a chunk is not cached. An empty chunk and a chunk that contains
        whitespace are never cached.
        """
        return b"".join(map(self._young.__getitem__, chunks))

    def encode(self, parts: Sequence[Sequence[str]]) -> tuple[list[bytes], bool, bool]:
        """Return the codes of each part, `has_cut`, and `has_start` of all of them.

        The parts consist of chunks, which must be non-empty and without whitespace. New chunks of
        all parts are analysed together, which is several times faster.
        """
        try:
            codes = list(map(self.known, parts))
            distinct = dict.fromkeys(chain.from_iterable(parts))
            return codes, self.has_cut(distinct), self.has_start(distinct)
        except KeyError:
            known = self._young
            distinct = dict.fromkeys(chain.from_iterable(parts))
            fresh = self._look_up([chunk for chunk in distinct if chunk not in known])
        codes = [
            b"".join([fresh[chunk] if chunk in fresh else known[chunk] for chunk in chunks])
            for chunks in parts
        ]
        self._remember(fresh)
        has_long = max(map(len, fresh), default=0) > _MAX_CACHED_LENGTH
        return codes, has_long or self.has_cut(distinct), has_long or self.has_start(distinct)

    def has_cut(self, chunks: Iterable[str]) -> bool:
        """Return whether the rules split a special case in any of the cached chunks."""
        return bool(self._cut) and not self._cut.isdisjoint(chunks)

    def has_start(self, chunks: Iterable[str]) -> bool:
        """Return whether a special case with whitespace may start in any of the cached chunks."""
        if self._may_start_with_space:
            return True
        return bool(self._starts) and not self._starts.isdisjoint(chunks)

    def learn(self, chunks: Iterable[str]) -> None:
        """Cache the codes of chunks, which must be non-empty and without whitespace."""
        self._remember(
            self._look_up([chunk for chunk in dict.fromkeys(chunks) if chunk not in self._young])
        )

    def encode_whitespace(self, text: str) -> bytes:
        """Return the codes of a run of whitespace, which may be empty, without a space after it."""
        if not text:
            return b""
        known = self._whitespace.get(text)
        if known is None:
            known = without_space(self._analyse([text])[text])
            if len(text) <= _MAX_CACHED_LENGTH and len(self._whitespace) < self._max_young:
                self._whitespace[text] = known
        return known

    def special_codes(self, text: str, space: int) -> list[int]:
        """Return the codes of a special case; do not change the list.

        space  1 if a space follows, otherwise 0
        """
        codes = self._special_codes.get((text, space))
        if codes is None:
            parts = self._special_cases[text]
            codes = [2 * self._row(part[ORTH], part.get(NORM)) for part in parts]
            codes[-1] += space
            self._special_codes[text, space] = codes
        return codes

    def _row(self, orth: str, norm: str | None) -> int:
        row = self.lexemes.row(orth)
        return row if norm is None else self.lexemes.variant(row, self.lexemes.intern(norm))

    def _look_up(self, chunks: list[str]) -> dict[str, bytes]:
        found = {chunk: self._old[chunk] for chunk in chunks if chunk in self._old}
        return found | self._analyse([chunk for chunk in chunks if chunk not in found])

    def _remember(self, fresh: dict[str, bytes]) -> None:
        if max(map(len, fresh), default=0) > _MAX_CACHED_LENGTH:
            fresh = {chunk: fresh[chunk] for chunk in fresh if len(chunk) <= _MAX_CACHED_LENGTH}
        if len(self._young) + len(fresh) > self._max_young:
            self._old, self._young = self._young, {}
        if len(fresh) <= self._max_young:
            self._young.update(fresh)

    def _analyse(self, chunks: list[str]) -> dict[str, bytes]:
        """Split chunks by the rules, and add all their words to the lexeme table at once."""
        rules, special_cases = self._rules, self._special_cases
        codes = self._encode_plain(rules.find_plain(chunks, special_cases.strings))
        self._starts.update(codes.keys() & self._phrases.spaced_firsts)
        pieces = {
            chunk: rules.split(chunk, special_cases) for chunk in chunks if chunk not in codes
        }
        words = [text for parts in pieces.values() for rule, text in parts if rule != "SPECIAL"]
        rows = self._rows(words)
        codes.update((chunk, self._codes(chunk, parts, rows)) for chunk, parts in pieces.items())
        return codes

    def _encode_plain(self, chunks: list[str]) -> dict[str, bytes]:
        """Return the codes of chunks that are a single token each."""
        codes = (self.lexemes.rows(chunks) << 1) | 1
        return dict(zip(chunks, map(itemgetter(0), _codes_of(codes.tobytes())), strict=True))

    def _rows(self, words: list[str]) -> dict[str, int]:
        if len(words) < _BATCH_FROM_WORDS:
            return {word: self.lexemes.row(word) for word in words}
        return dict(zip(words, self.lexemes.rows(words).tolist(), strict=True))

    def _codes(self, chunk: str, pieces: list[Piece], rows: dict[str, int]) -> bytes:
        if len(pieces) == 1 and pieces[0][0] != "SPECIAL":
            if chunk in self._phrases.spaced_firsts:
                self._starts.add(chunk)
            return _encode_one(2 * rows[chunk] + 1)
        codes = array("i")
        for rule, text in pieces:
            if rule == "SPECIAL":
                codes.extend(self.special_codes(text, 0))
            else:
                codes.append(2 * rows[text])
        if len(chunk) <= _MAX_CACHED_LENGTH:
            texts = self._texts(codes)
            if self._phrases.are_in(texts):
                self._cut.add(chunk)
            if not self._phrases.spaced_firsts.isdisjoint(texts):
                self._starts.add(chunk)
        codes[-1] += 1
        return codes.tobytes()

    def _texts(self, codes: Iterable[int]) -> list[str]:
        return [self.lexemes.texts[code >> 1] for code in codes]


def without_space(codes: bytes) -> bytes:
    """Return the same codes, with no space after the last token."""
    last = _decode_one(codes, len(codes) - _CODE_SIZE)[0]
    return codes[:-_CODE_SIZE] + _encode_one(last & ~1)
