"""Offsets of word pieces for tokenizers in plain Python, which do not report them.

The pieces are found in the text one after the other. Both are compared without accents and case,
because most tokenizers remove one or both, and without the marks that tokenizers add to pieces. A
piece that cannot be found, such as `[UNK]`, gets the characters up to the next one that can; if
several in a row cannot be found, each but the last gets one word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from kernel.ops import Ints

# What tokenizers put before or after a piece: WordPiece, SentencePiece, byte BPE, BPE.
_PREFIXES: Final = ("##", "▁", "Ġ", "Ċ")
_SUFFIXES: Final = ("</w>", "@@")
# How many characters may lie between two pieces; more would be a wrong match.
_MAX_GAP: Final = 64


def encode_slowly(tokenizer: Any, texts: Sequence[str]) -> tuple[Ints, Ints | None, Ints, Ints]:
    """Return ids (M,), type ids (M,) or None, offsets (M, 2) and lengths (S,), as in `Pieces`."""
    ids: list[int] = []
    type_ids: list[int] = []
    chars: list[tuple[int, int]] = []
    lengths = []
    for text in texts:
        found = tokenizer(text, return_special_tokens_mask=True, verbose=False)
        ids += found["input_ids"]
        type_ids += found.get("token_type_ids", [])
        names = tokenizer.convert_ids_to_tokens(found["input_ids"])
        chars += find_offsets(text, names, found["special_tokens_mask"])
        lengths.append(len(names))
    return (
        np.array(ids, np.int64),
        np.array(type_ids, np.int64) if len(type_ids) == len(ids) else None,
        np.array(chars, np.int64).reshape(len(ids), 2),
        np.array(lengths, np.int32),
    )


def find_offsets(text: str, pieces: Sequence[str], special: Sequence[int]) -> list[tuple[int, int]]:
    """Return start and end of each piece in `text`, in characters; (0, 0) if `special`."""
    plain, origins = _plain(text)
    found: list[tuple[int, int] | None] = []
    position = 0
    for piece, is_special in zip(pieces, special, strict=True):
        wanted = "" if is_special else _plain(_stripped(piece))[0]
        limit = position + len(wanted) + _MAX_GAP
        start = plain.find(wanted, position, limit) if wanted else -1
        if start < 0:
            found.append((0, 0) if is_special else None)
            continue
        position = start + len(wanted)
        found.append((origins[start], origins[position - 1] + 1))
    return _filled(text, found)


def _filled(text: str, found: Sequence[tuple[int, int] | None]) -> list[tuple[int, int]]:
    """Give pieces that were not found the characters between their neighbours, without spaces."""
    filled, end = [], 0
    for index, each in enumerate(found):
        if each is None:
            following = (other[0] for other in found[index + 1 :] if other and other[1])
            between = text[end : max(end, next(following, len(text)))]
            start = end + len(between) - len(between.lstrip())
            words = between.split()
            is_last = index + 1 == len(found) or found[index + 1] is not None
            length = len(between.strip()) if is_last else len(words[0]) if words else 0
            filled.append((start, start + length))
            end = start + length
        else:
            filled.append(each)
            end = max(end, each[1])
    return filled


def _stripped(piece: str) -> str:
    for prefix in _PREFIXES:
        piece = piece.removeprefix(prefix)
    for suffix in _SUFFIXES:
        piece = piece.removesuffix(suffix)
    return piece


def _plain(text: str) -> tuple[str, list[int]]:
    """Return a text without accents and case, and the character that each of its characters is."""
    characters, origins = [], []
    for index, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character.lower()):
            if not unicodedata.combining(part):
                characters.append(part)
                origins.append(index)
    return "".join(characters), origins
