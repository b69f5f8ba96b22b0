"""From the words that a segmenter finds to tokens that contain every character of the text.

Pieces are strings that, joined, are the text: words, and runs of whitespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import numpy as np

from kernel.text import Doc, Vocab

_WHITESPACE: Final = re.compile(r"\s*")
_CHUNK: Final = re.compile(r"\s+|\S+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# So far after the end of the last word, the next one is searched if it is not there.
_MAX_CHANGED: Final = 64


def without_surrogates(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate, which segmenters cannot read."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def cover(text: str, words: Iterable[str]) -> list[str]:
    """Return the words that occur in the text, in order, and what is between them.

    A word that the segmenter has changed is not found: its characters are between other words.
    """
    found = list(filter(None, words))
    return found if "".join(found) == text else list(_covering(text, found))


def cut(text: str, lengths: Iterable[int]) -> Iterator[str]:
    """Yield the parts of the text with these lengths, one after the other."""
    start = 0
    for length in lengths:
        yield text[start : start + length]
        start += length


def with_spaces(pieces: Iterable[str]) -> tuple[list[str], list[bool]]:
    """Return tokens, and whether a space follows each.

    A space after a word belongs to the word. Any further whitespace is a token.
    """
    pieces = list(pieces)
    if not any(map(str.isspace, pieces)):
        return pieces, [False] * len(pieces)
    tokens: list[str] = []
    spaces: list[bool] = []
    for is_whitespace, run in groupby(pieces, str.isspace):
        if not is_whitespace:
            tokens += run
            spaces += [False] * (len(tokens) - len(spaces))
            continue
        gap = "".join(run)
        if tokens and gap[0] == " ":
            spaces[-1] = True
            gap = gap[1:]
        if gap:
            tokens.append(gap)
            spaces.append(False)
    return tokens, spaces


def make_doc(vocab: Vocab, tokens: Sequence[str], spaces: Sequence[bool]) -> Doc:
    """Return a doc of these tokens."""
    lexemes = vocab.table_for_docs()
    return Doc.from_rows(vocab, lexemes.rows(tokens), np.array(spaces, np.bool_), lexemes)


def _covering(text: str, words: Iterable[str]) -> Iterator[str]:
    position = 0
    for word in words:
        start = position if text.startswith(word, position) else _find(text, word, position)
        if start < 0:
            continue
        if start > position:
            yield from _CHUNK.findall(text[position:start])
        yield word
        position = start + len(word)
    yield from _CHUNK.findall(text[position:])


def _find(text: str, word: str, position: int) -> int:
    """Return the offset of the word after whitespace and few other characters, -1 if none."""
    match = _WHITESPACE.match(text, position)
    start = match.end() if match else position
    return text.find(word, start, start + len(word) + _MAX_CHANGED)
