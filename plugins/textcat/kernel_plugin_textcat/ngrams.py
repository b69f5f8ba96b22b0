"""The n-grams of docs as hashed keys.

Axes: B docs, N tokens or n-grams of all of them, U distinct ones, K words of an n-gram.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen
from thinc.api import Model

from kernel.ops import Floats, Ints, distinct_rows
from kernel.text import LOWER, ORTH, Doc

Ids = npt.NDArray[np.uint64]
Keys = tuple[Ids, Floats, Ints]

_MULTIPLIER: Final = np.uint64(0xC6A4A7935BD1E995)
_SHIFT: Final = np.uint64(47)

# For fewer words, finding the distinct ones takes longer than it saves.
_DISTINCT_ABOVE_WORDS: Final = 256


@frozen(eq=False)
class Ngrams:
    """The n-grams of a batch.

    keys     (U,)  uint64; in small batches, they may repeat
    indices  (N,)  the index in `keys` of each occurrence, doc by doc
    lengths  (B,)  int32: the number of occurrences in each doc
    """

    keys: Ids
    indices: Ints
    lengths: Ints


def find_ngrams(docs: Sequence[Doc], size: int, attr: int = ORTH) -> Ngrams:
    """Return all n-grams with 1 to `size` words.

    The key of a single word is the value of its attribute; that of several words is the
    MurmurHash64A of their values.
    """
    lengths = np.fromiter(map(len, docs), "int32", len(docs))
    words = _words(docs, attr)
    if size <= 1:
        return Ngrams(words.keys, words.indices, lengths)
    values = words.keys[words.indices]  # (N,)
    parts, owners = [values], [np.repeat(np.arange(len(docs)), lengths)]
    left = _words_left(lengths)
    for count in range(2, size + 1):
        starts = np.flatnonzero(left >= count)
        parts.append(hash_windows(values, starts, count))
        owners.append(owners[0][starts])
    keys, indices = np.unique(np.concatenate(parts), return_inverse=True)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    counts = np.bincount(owner, minlength=len(docs)).astype("int32")
    return Ngrams(keys, indices.astype("int32")[order], counts)


def hash_windows(values: Ids, starts: Ints, count: int) -> Ids:
    """Hash `count` values in a row from each start: MurmurHash64A, seed 0, by Austin Appleby.

    values   (N,)  uint64
    starts   (S,)
    returns  (S,)  uint64
    """
    hashed = np.full(len(starts), 8 * count, "uint64") * _MULTIPLIER
    for offset in range(count):
        word = values[starts + offset] * _MULTIPLIER
        word ^= word >> _SHIFT
        word *= _MULTIPLIER
        hashed ^= word
        hashed *= _MULTIPLIER
    hashed ^= hashed >> _SHIFT
    hashed *= _MULTIPLIER
    hashed ^= hashed >> _SHIFT
    return hashed


def count_keys(ngrams: Ngrams) -> Keys:
    """Return the distinct keys of each doc and their counts.

    returns  (M,) uint64, (M,) float32 and (B,) int32: keys, counts, and distinct keys per doc
    """
    distinct, indices = np.unique(ngrams.keys[ngrams.indices], return_inverse=True)
    n_keys = max(1, len(distinct))
    owners = np.repeat(np.arange(len(ngrams.lengths), dtype="int64"), ngrams.lengths)
    pairs, counts = np.unique(owners * n_keys + indices, return_counts=True)
    lengths = np.bincount(pairs // n_keys, minlength=len(ngrams.lengths))
    keys: Ids = distinct[pairs % n_keys]
    return keys, counts.astype("float32"), lengths.astype("int32")


def extract_ngrams(ngram_size: int, attr: int = LOWER) -> Model[list[Doc], Keys]:
    """Count the n-grams of each doc, for a layer such as `SparseLinear.v2`.

    ngram_size  maximum number of words in an n-gram
    attr        the attribute that identifies a word
    returns     B docs to distinct keys (M,), their counts (M,), and keys per doc (B,)
    """
    attrs = {"ngram_size": ngram_size, "attr": attr}
    return Model("extract_ngrams", _forward, attrs=attrs)


def _forward(
    model: Any, docs: Sequence[Doc], is_train: bool
) -> tuple[Keys, Callable[[Any], list[Doc]]]:
    keys, counts, lengths = count_keys(
        find_ngrams(docs, model.attrs["ngram_size"], model.attrs["attr"])
    )
    ops = model.ops
    return (ops.asarray(keys), ops.asarray(counts), ops.asarray(lengths)), lambda dY: []


def _words(docs: Sequence[Doc], attr: int) -> Ngrams:
    """Return the words of the batch; `lengths` is left empty."""
    none = np.zeros(0, "int32")
    if not docs:
        return Ngrams(np.zeros(0, "uint64"), none, none)
    table = docs[0].lexemes
    if attr == ORTH and all(doc.lexemes is table for doc in docs):
        rows = np.concatenate([doc.lex for doc in docs])
        if len(rows) <= _DISTINCT_ABOVE_WORDS:
            return Ngrams(table.column(attr)[rows], np.arange(len(rows), dtype="int32"), none)
        used, indices = distinct_rows(rows, int(rows.max(initial=-1)) + 1)
        return Ngrams(table.column(attr)[used], indices, none)
    values = np.concatenate([doc.to_array(attr) for doc in docs]).astype("uint64", copy=False)
    keys, indices = np.unique(values, return_inverse=True)
    return Ngrams(keys, indices.astype("int32"), none)


def _words_left(lengths: Ints) -> Ints:
    """Return the number of words from each token to the end of its doc, (N,)."""
    ends: Ints = np.repeat(lengths.cumsum(), lengths)
    left: Ints = ends - np.arange(len(ends))
    return left
