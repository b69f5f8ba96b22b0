"""From texts to word pieces, and from word pieces to the tokens that they belong to.

Axes: B docs, N tokens of all docs, S texts (spans), M word pieces of all texts, C characters of all
docs, K pairs of a token and a word piece.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from kernel.ops import Ints
from kernel.text import Doc, DocBatch
from kernel_plugin_transformer.encoded import offsets, ranges
from kernel_plugin_transformer.slow_offsets import encode_slowly


@frozen(eq=False)
class Pieces:
    """The word pieces of texts.

    ids       (M,)    int64
    type_ids  (M,)    int64; None if the tokenizer has none
    chars     (M, 2)  start and end of each piece in its text, in characters; equal for the pieces
                      that the tokenizer adds, such as `[CLS]`
    lengths   (S,)    pieces per text
    """

    ids: Ints
    type_ids: Ints | None
    chars: Ints
    lengths: Ints

    def take(self, rows: Ints, lengths: Ints) -> Pieces:
        """Return some of the pieces, as those of other texts.

        rows     (M',)
        lengths  (S',)
        """
        type_ids = None if self.type_ids is None else self.type_ids[rows]
        return Pieces(self.ids[rows], type_ids, self.chars[rows], lengths)

    def shifted(self, starts: Ints) -> Pieces:
        """Return the pieces with other offsets of characters.

        starts  (S,)  what to add for each text
        """
        return evolve(self, chars=self.chars + np.repeat(starts, self.lengths)[:, None])


@frozen(eq=False)
class Characters:
    """The characters of docs, as if their texts were one text.

    text_starts  (B + 1,)  where the text of each doc starts, and the end of the last
    starts       (N,)      where each token starts
    ends         (N,)      where each token ends, without the space after it
    tokens       (C,)      the token of each character; a space belongs to the token before it
    doc_tokens   (B + 1,)  the first token of each doc, and N
    """

    text_starts: Ints
    starts: Ints
    ends: Ints
    tokens: Ints
    doc_tokens: Ints

    @classmethod
    def of(cls, docs: Sequence[Doc]) -> Characters:
        """Return the characters of docs."""
        own = [doc.char_offsets() for doc in docs]
        text_starts = offsets([int(each[-1]) for each in own])
        doc_tokens = DocBatch.of(docs).offsets.astype(np.int64)
        lengths = np.diff(doc_tokens)
        if not len(docs):
            empty = np.zeros(0, np.int64)
            return cls(text_starts, empty, empty, empty, doc_tokens)
        starts = np.concatenate([each[:-1] for each in own]) + np.repeat(text_starts[:-1], lengths)
        full = np.concatenate([np.diff(each) for each in own])  # (N,) with the space
        spaces = np.concatenate([doc.spaces for doc in docs])
        tokens = np.repeat(np.arange(len(full)), full)
        return cls(text_starts, starts, starts + full - spaces, tokens, doc_tokens)


def encode(tokenizer: Any, texts: Sequence[str]) -> Pieces:
    """Return the word pieces of texts, with those that the tokenizer adds.

    tokenizer  a tokenizer of transformers
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return Pieces(*encode_slowly(tokenizer, texts))
    backend.no_padding()
    backend.no_truncation()
    found = backend.encode_batch(list(texts))
    lengths = np.fromiter(map(len, found), np.int32, len(found))
    n = int(lengths.sum())
    flat = itertools.chain.from_iterable
    ids = np.fromiter(flat(each.ids for each in found), np.int64, n)
    chars = np.fromiter(flat(flat(each.offsets for each in found)), np.int64, 2 * n)
    type_ids = None
    if "token_type_ids" in tokenizer.model_input_names:
        type_ids = np.fromiter(flat(each.type_ids for each in found), np.int64, n)
    return Pieces(ids, type_ids, chars.reshape(n, 2), lengths)


@frozen(eq=False)
class Alignment:
    """The word pieces of each token.

    pieces   (K,)  int32, ascending for each token
    lengths  (N,)  int32, pieces per token
    """

    pieces: Ints
    lengths: Ints


def align(chars: Ints, characters: Characters) -> Alignment:
    """Return the word pieces of each token: those that have one of its characters.

    chars  (M, 2)  start and end of each piece, as in `characters`

    A space after a token counts as its character.
    """
    tokens, pieces = pairs(chars, characters)
    order = np.argsort(tokens, kind="stable")
    n = len(characters.starts)
    lengths = np.bincount(tokens, minlength=n).astype(np.int32)
    return Alignment(pieces[order].astype(np.int32), lengths)


def pairs(chars: Ints, characters: Characters) -> tuple[Ints, Ints]:
    """Return the tokens and the pieces that share a character, by ascending piece.

    chars    (M, 2)
    returns  (K,), (K,)
    """
    (rows,) = np.nonzero(chars[:, 0] < chars[:, 1])
    first = characters.tokens[chars[rows, 0]]
    last = characters.tokens[chars[rows, 1] - 1]
    counts = last - first + 1
    tokens, pieces = ranges(first, counts), np.repeat(rows, counts)
    # Tokens without characters may lie between two tokens of a piece.
    is_empty = np.bincount(characters.tokens, minlength=len(characters.starts)) == 0
    if is_empty.any():
        kept = ~is_empty[tokens]
        tokens, pieces = tokens[kept], pieces[kept]
    return tokens, pieces
