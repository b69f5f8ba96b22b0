"""What a vocabulary does to the table of its word vectors.

Axes: R rows of the table, D width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from kernel.errors import TextError
from kernel.text.vectors.cosine_search import host
from kernel.text.vectors.table import BaseVectors, Vectors

if TYPE_CHECKING:
    from kernel.text.vocab.vocab import Vocab

_LEAST_ROWS: Final = 100
_GROWTH: Final = 1.3


def width(vectors: BaseVectors) -> int:
    """Return the width of the vectors, -1 if they are made without a table."""
    shape = getattr(vectors, "shape", None)
    return -1 if shape is None else int(shape[1])


def checked(vectors: BaseVectors, action: str) -> Vectors:
    """Return vectors whose table can be changed; raises TextError for those of another kind."""
    if not isinstance(vectors, Vectors):
        raise TextError(f"`{action}` does not work with a {type(vectors).__name__}")
    if vectors.floret is not None and action != "reset_vectors":
        raise TextError(f"`{action}` does not work with a floret table: its rows belong to n-grams")
    return vectors


def make_room(vectors: Vectors, key: int, n_values: int) -> None:
    """Let the table grow if another word would not fit; the first one decides of its width."""
    if vectors.is_full and key not in vectors:
        n_rows = max(_LEAST_ROWS, int(len(vectors) * _GROWTH))
        vectors.resize((n_rows, vectors.shape[1] or n_values))


def pruned(
    vocab: Vocab, vectors: Vectors, nr_row: int, batch_size: int
) -> tuple[Vectors, dict[str, tuple[str, float]]]:
    """Return a table of `nr_row` rows, and whose vector each of the other words has now."""
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
    for place, key in enumerate(others):
        made.add(key, row=int(new_rows[place, 0]))
        word = vocab.strings[int(nearest[place, 0])]
        shared[vocab.strings[key]] = (word, float(scores[place, 0]))
    return made, shared


def deduplicated(vectors: Vectors) -> Vectors:
    """Return a table in which no two rows are the same; rows without words are left out.

    The others stay in the order of their words, who rank by it.
    """
    rows = vectors.key2row
    used = np.array(list(rows.values()), np.int64)
    distinct, first, places = np.unique(
        host(vectors.data)[used], axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(first)
    numbers = np.argsort(order)[places.reshape(-1)]
    data = distinct[order]
    made = Vectors(strings=vectors.strings, data=data, name=vectors.name, attr=vectors.attr)
    for key, row in zip(rows, numbers.tolist(), strict=True):
        made.add(key, row=row)
    return made
