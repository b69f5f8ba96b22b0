"""Gold annotation of the predicted tokens of a batch, as one column for all docs.

Axes: N predicted tokens of all docs, M gold tokens of one doc, C labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import COLUMNS, Example, hash_string

Ids = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]

MISSING: Final = -1


@frozen
class Gold:
    """The gold class of each token.

    classes    (N,)  -1: unknown
    negatives  (N,)  whether the class is one that the token does not have; None: False everywhere
    """

    classes: Ints
    negatives: Masks | None = None


class LabelNumbers:
    """Maps the ids of labels to classes."""

    def __init__(self, labels: Sequence[str], *, neg_prefix: str = "") -> None:
        self.n_labels = len(labels)
        names = list(labels)
        if neg_prefix:
            names += [neg_prefix + label for label in labels]
        self.hashes: Ids = np.array([hash_string(label) for label in labels], np.uint64)
        keys = np.array([hash_string(name) for name in names], np.uint64)
        # If a label itself begins with the prefix, it is an ordinary label.
        self._keys, first = np.unique(keys, return_index=True)
        self._numbers = first.astype(np.int32)

    def find(self, ids: Ids, *, known: Masks) -> tuple[Gold, Ids]:
        """Return the classes of label ids, and the unknown ids.

        ids      (N,)  0: none
        known    (N,)  which of `ids` to look up
        returns  (N,), and the distinct unknown ids
        """
        if not len(self._keys):
            return Gold(np.full(len(ids), MISSING, np.int32)), np.unique(ids[known & (ids != 0)])
        positions = np.minimum(np.searchsorted(self._keys, ids), len(self._keys) - 1)
        found = known & (self._keys[positions] == ids)
        numbers = np.where(found, self._numbers[positions], MISSING).astype(np.int32)
        negatives = numbers >= self.n_labels
        numbers[negatives] -= self.n_labels
        unknown = np.unique(ids[known & ~found & (ids != 0)])
        return Gold(numbers, negatives if negatives.any() else None), unknown


def gold_column(examples: Sequence[Example], name: str) -> tuple[Any, Masks]:
    """Return a gold annotation column, aligned with the predicted tokens.

    returns  (N,) and (N,) the values, unset where gold is unset, and which of them are known: the
             gold tokens aligned with the token all have the same value
    """
    values, known = [], []
    for example in examples:
        aligned, mask = _align(example, example.reference.column(name))
        values.append(aligned)
        known.append(mask)
    if not values:
        return np.zeros(0, COLUMNS[name].dtype), np.zeros(0, np.bool_)
    return np.concatenate(values), np.concatenate(known)


def _align(example: Example, column: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Masks]:
    """Return a gold column, aligned with the predicted tokens of one doc.

    column   (M,)
    returns  (n,) and (n,)
    """
    alignment = example.alignment
    if alignment.is_identity:
        return column, np.ones(len(column), np.bool_)
    x2y = alignment.x2y
    values, known = np.zeros(len(x2y), column.dtype), np.zeros(len(x2y), np.bool_)
    some = np.flatnonzero(x2y.lengths)
    if len(some):
        picked, starts = column[x2y.data], x2y.starts[some]
        values[some] = np.minimum.reduceat(picked, starts)
        known[some] = values[some] == np.maximum.reduceat(picked, starts)
    return values, known
