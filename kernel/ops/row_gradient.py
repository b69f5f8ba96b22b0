"""The gradient of a table if each batch uses few of its rows.

Axes: V rows of the table, W width, N values, K rows per value, R distinct rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from kernel.ops.rows import add_rows, distinct_rows

if TYPE_CHECKING:
    from kernel.ops.types import Floats, Ints


class PendingUpdates(Protocol):
    """Deferred updates of rows without a gradient, which are applied when a row is read."""

    def flush(self, rows: Ints | None = None) -> None:
        """Apply the pending updates of these rows, or of all rows, in place."""


class RowGradient:
    """A (V, W) array on the CPU, zero except for rows that values were added to by `add`.

    After a call of `whole`, the values stay in the array, because the caller may write into it at
    any time. This is slower, as each step must search for rows that are not zero, but equally
    exact.

    pending  the updates of the table that its optimizer has deferred; None: none
    """

    pending: PendingUpdates | None = None

    def __init__(self, shape: tuple[int, int], dtype: Any) -> None:
        self.shape: Final = shape
        self.dtype: Final = np.dtype(dtype)
        self._added: list[tuple[Ints, Floats]] = []
        self._merged: tuple[Ints, Floats] | None = None
        self._whole: Floats | None = None

    def add(self, ops: Any, keys: Ints, values: Floats) -> None:
        """Add each value to its K rows.

        keys    (K, N)  row numbers
        values  (N, W)  stored without a copy; must not change before the next step
        """
        self._merged = None
        if self._whole is None:
            self._added.append((keys, values))
        else:
            add_rows(ops, self._whole, keys, values)

    def touched(self, ops: Any) -> tuple[Ints, Floats]:
        """Return the rows that may be nonzero, ascending, and their values: (R,) and (R, W)."""
        if self._whole is not None:
            rows = np.flatnonzero(self._whole.any(axis=1))
            return rows, self._whole[rows]
        if self._merged is None:
            self._merged = self._merge(ops)
            self._added = [(self._merged[0][None], self._merged[1])]
        return self._merged

    def clear(self) -> None:
        """Set every value to zero."""
        self._added, self._merged = [], None
        if self._whole is not None:
            self._whole.fill(0)

    def whole(self) -> Floats:
        """Return the full array, which holds the values from now on."""
        if self._whole is None:
            self._whole = np.zeros(self.shape, dtype=self.dtype)
            for keys, values in self._added:
                np.add.at(self._whole, keys, values)
            self._added, self._merged = [], None
        return self._whole

    def _merge(self, ops: Any) -> tuple[Ints, Floats]:
        if not self._added:
            return np.zeros(0, dtype="int32"), np.zeros((0, self.shape[1]), dtype=self.dtype)
        flat = np.concatenate([keys.reshape(-1) for keys, _ in self._added])
        rows, inverse = distinct_rows(flat, self.shape[0])
        sums, start = np.zeros((len(rows), self.shape[1]), dtype=self.dtype), 0
        for keys, values in self._added:
            there = inverse[start : start + keys.size].reshape(keys.shape)
            add_rows(ops, sums, there, values)
            start += keys.size
        return rows, sums
