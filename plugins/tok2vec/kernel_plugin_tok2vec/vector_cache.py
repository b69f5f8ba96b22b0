"""A cache of word vectors, valid while the weights do not change.

Axes: N tokens, F features, S slots, W width.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.ops import Floats, Ints

Ids = npt.NDArray[np.uint64]
Extract = Callable[[Any, Ints], Ids]
Embed = Callable[[Ids], Floats]

# With width 96 this is 25 MB per table; a larger vocabulary clears the cache.
MAX_SLOTS: Final = 65_536


class VectorCache:
    """A vector for each row of a lexeme table; vectors are dropped with their table.

    With `n_variants`, each row has that many vectors, and their numbers take the place of rows.

    `extract(table, rows)` returns the features of rows, (F, U), and `embed(features)` their
    vectors, (U, W). The features are stored and compared, because lexemes can be changed.
    """

    def __init__(
        self, extract: Extract, embed: Embed, *, max_slots: int = MAX_SLOTS, n_variants: int = 1
    ) -> None:
        self._extract = extract
        self._embed = embed
        self._max_slots = max_slots
        self._n_variants = n_variants
        self._tables: weakref.WeakKeyDictionary[Any, _Slots] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def vectors(self, table: Any, rows: Ints) -> Floats:
        """Return the vector of each row of `table`.

        rows     (N,)
        returns  (N, W)
        """
        if not len(rows):
            return self._embed(self._extract(table, rows))
        with self._lock:
            if table not in self._tables:
                self._tables[table] = _Slots()
            return self._find(self._tables[table], table, rows)

    def _find(self, slots: _Slots, table: Any, rows: Ints) -> Floats:
        slots.cover(len(table) * self._n_variants)
        slots.forget_changed(rows, self._extract(table, rows))
        found = slots.slot_of[rows]
        if found.min() < 0:
            missing = np.unique(rows[found < 0])
            if len(missing) > self._max_slots - slots.n_used:
                slots.clear()
                missing = np.unique(rows)
            features = self._extract(table, missing)
            slots.add(missing, features, self._embed(features))
            found = slots.slot_of[rows]
        return slots.vectors.take(found, axis=0)  # (N, W)


class _Slots:
    """The vectors of one table.

    slot_of   (rows of the table,)  the slot of a row, -1 for none
    features  (F, S)
    vectors   (S, W)
    """

    def __init__(self) -> None:
        self.n_used = 0
        self.slot_of: Ints = np.full(0, -1, dtype="int32")
        self.features: Ids = np.zeros((0, 0), dtype="uint64")
        self.vectors: Floats = np.zeros((0, 0), dtype="float32")

    def cover(self, n_rows: int) -> None:
        if n_rows > len(self.slot_of):
            grown = np.full(max(n_rows, 2 * len(self.slot_of)), -1, dtype="int32")
            grown[: len(self.slot_of)] = self.slot_of
            self.slot_of = grown

    def clear(self) -> None:
        self.slot_of.fill(-1)
        self.n_used = 0

    def forget_changed(self, rows: Ints, features: Ids) -> None:
        if not self.n_used:
            return
        found = self.slot_of[rows]
        changed = (self.features.take(found, axis=1, mode="clip") != features).any(axis=0)
        self.slot_of[rows[changed]] = -1

    def add(self, rows: Ints, features: Ids, vectors: Floats) -> None:
        start, stop = self.n_used, self.n_used + len(rows)
        self.features = _grown(self.features, (len(features), stop), axis=1)
        self.vectors = _grown(self.vectors, (stop, vectors.shape[1]), axis=0)
        self.features[:, start:stop] = features
        self.vectors[start:stop] = vectors
        self.slot_of[rows] = np.arange(start, stop, dtype="int32")
        self.n_used = stop


def _grown(array: Any, shape: tuple[int, int], *, axis: int) -> Any:
    """Return an array of at least `shape`; if it must grow, it doubles along `axis`."""
    if array.shape[axis] >= shape[axis]:
        return array
    size = list(shape)
    size[axis] = max(shape[axis], 2 * array.shape[axis])
    grown = np.zeros(size, dtype=array.dtype)
    grown[: array.shape[0], : array.shape[1]] = array
    return grown
