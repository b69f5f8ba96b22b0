"""From ids of words to rows of a table, one by one or many at once.

Axes: N keys asked for, K keys known, R rows of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kernel.text.errors import UnknownKeyError

if TYPE_CHECKING:
    from collections.abc import Mapping

Ids = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int32]


class KeyIndex:
    """The row of each key; several keys may share one."""

    def __init__(self, n_rows: int, rows: Mapping[int, int] | None = None) -> None:
        self._rows: dict[int, int] = {int(key): int(row) for key, row in (rows or {}).items()}
        self._is_used = self._used_of(n_rows)  # (R,)
        # No row before this one is free.
        self._first = 0
        self._sorted: tuple[Ids, Rows] | None = None
        self._keys: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def as_dict(self) -> dict[int, int]:
        """Return the row of each key; a copy."""
        return dict(self._rows)

    def get(self, key: int) -> int:
        """Return the row of a key, -1 if it has none."""
        return self._rows.get(key, -1)

    def find(self, keys: Ids) -> Rows:
        """Return the row of each key, -1 for one that has none.

        keys     (N,)
        returns  (N,)
        """
        if not self._rows:
            return np.full(len(keys), -1, np.int32)
        known, rows = self._in_order()
        places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[places] == keys, rows[places], np.int32(-1))

    def key_of(self, row: int) -> int:
        """Return a key of the row, the one that came last; raises UnknownKeyError for none."""
        if self._keys is None:
            self._keys = {known: key for key, known in self._rows.items()}
        if row not in self._keys:
            raise UnknownKeyError(f"no word has the row {row}")
        return self._keys[row]

    def used_rows(self) -> Rows:
        """Return the rows that have keys, in order."""
        return np.flatnonzero(self._is_used).astype(np.int32)

    def first_free(self) -> int | None:
        """Return the first row without a key, None if there is none."""
        while self._first < len(self._is_used) and self._is_used[self._first]:
            self._first += 1
        return self._first if self._first < len(self._is_used) else None

    def set(self, key: int, row: int) -> None:
        """Give a key a row."""
        self._rows[key] = row
        self._is_used[row] = True
        self._sorted = self._keys = None

    def resize(self, n_rows: int) -> list[tuple[int, int]]:
        """Change the number of rows; returns the keys, with their rows, that have none now."""
        lost = [(key, row) for key, row in self._rows.items() if row >= n_rows]
        self._rows = {key: row for key, row in self._rows.items() if row < n_rows}
        self._is_used = self._used_of(n_rows)
        self._sorted = self._keys = None
        return lost

    def _used_of(self, n_rows: int) -> npt.NDArray[np.bool_]:
        is_used = np.zeros(n_rows, np.bool_)
        is_used[np.fromiter(self._rows.values(), np.int64, len(self._rows))] = True
        return is_used

    def _in_order(self) -> tuple[Ids, Rows]:
        """Return keys, sorted, and their rows; made anew when a key was added.

        returns  (K,) and (K,)
        """
        if self._sorted is None:
            keys = np.fromiter(self._rows.keys(), np.uint64, len(self._rows))
            rows = np.fromiter(self._rows.values(), np.int32, len(self._rows))
            order = np.argsort(keys)
            self._sorted = keys[order], rows[order]
        return self._sorted
