"""Changes of a vocabulary's table of word vectors: pruning, deduplicating.

Axes: R rows of the table, D width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kernel.errors import TextError
from kernel.text.vectors.cosine_search import host
from kernel.text.vectors.table import BaseVectors, Vectors

if TYPE_CHECKING:
    from kernel.text.vocab.vocab import Vocab


def checked(vectors: BaseVectors, action: str) -> Vectors:
    """Return `vectors` if their table can be changed; raise TextError otherwise."""
    if not isinstance(vectors, Vectors):
        raise TextError(f"`{action}` does not work with a {type(vectors).__name__}")
    if vectors.floret is not None and action != "reset_vectors":
        raise TextError(f"`{action}` does not work with a floret table: its rows belong to n-grams")
    return vectors


def pruned(
    vocab: Vocab, vectors: Vectors, nr_row: int, batch_size: int
) -> tuple[Vectors, dict[str, tuple[str, float]]]:
    """Return a table with `nr_row` rows, and the new vectors of the other words.

    The second result maps each of these words to the word whose vector it has now, and to
    their cosine.
    """
    rows = vectors.key2row
    keys = sorted(rows, key=lambda key: (-vocab[key].prob, rows[key]))
    kept, others = keys[:nr_row], keys[nr_row:]
    made = Vectors(
        strings=vectors.strings,
        data=vectors.data[[rows[key] for key in kept]],
        keys=kept,
        name=vectors.name,
        attr=vectors.attr,
    )
    if not kept or not others:
        return made, {}
    queries = vectors.data[[rows[key] for key in others]]
    nearest, new_rows, scores = made.most_similar(queries, batch_size=batch_size)
    shared = {}
    for index, key in enumerate(others):
        made.add(key, row=int(new_rows[index, 0]))
        word = vocab.strings[int(nearest[index, 0])]
        shared[vocab.strings[key]] = (word, float(scores[index, 0]))
    return made, shared


def deduplicated(vectors: Vectors) -> Vectors:
    """Return a table without duplicate rows and without rows that have no word.

    The other rows keep their order, because the order of the words is their rank.
    """
    rows = vectors.key2row
    used = np.array(list(rows.values()), np.int64)
    distinct, first, inverse = np.unique(
        host(vectors.data)[used], axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(first)
    numbers = np.argsort(order)[inverse.reshape(-1)]
    data = distinct[order]
    made = Vectors(strings=vectors.strings, data=data, name=vectors.name, attr=vectors.attr)
    for key, row in zip(rows, numbers.tolist(), strict=True):
        made.add(key, row=row)
    return made
