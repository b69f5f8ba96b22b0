"""A map from ids of words to rows of a table, for single keys and for arrays.

Axes: N keys to look up, K keys in the map, R rows of the table.
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
    """Maps keys to rows; several keys may share a row."""

    def __init__(self, n_rows: int, rows: Mapping[int, int] | None = None) -> None:
        self._rows: dict[int, int] = {int(key): int(row) for key, row in (rows or {}).items()}
        self._is_used = self._used_of(n_rows)  # (R,)
        # All rows before this one are in use.
        self._first = 0
        self._sorted: tuple[Ids, Rows] | None = None
        self._keys: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def as_dict(self) -> dict[int, int]:
        """Return a copy of the map."""
        return dict(self._rows)

    def get(self, key: int) -> int:
        """Return the row of a key, -1 for an unknown key."""
        return self._rows.get(key, -1)

    def find(self, keys: Ids) -> Rows:
        """Return the row of each key, -1 for an unknown key.

        keys     (N,)
        returns  (N,)
        """
        if not self._rows:
            return np.full(len(keys), -1, np.int32)
        known, rows = self._in_order()
        indices = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[indices] == keys, rows[indices], np.int32(-1))

    def key_of(self, row: int) -> int:
        """Return the key of the row that was added last.

        Raises UnknownKeyError if the row has no key.
        """
        if self._keys is None:
            self._keys = {known: key for key, known in self._rows.items()}
        if row not in self._keys:
            raise UnknownKeyError(f"no word has the row {row}")
        return self._keys[row]

    def used_rows(self) -> Rows:
        """Return the rows that have keys, sorted."""
        return np.flatnonzero(self._is_used).astype(np.int32)

    def first_free(self) -> int | None:
        """Return the first row without a key, None if all rows have keys."""
        while self._first < len(self._is_used) and self._is_used[self._first]:
            self._first += 1
        return self._first if self._first < len(self._is_used) else None

    def set(self, key: int, row: int) -> None:
        """Set the row of a key."""
        self._rows[key] = row
        self._is_used[row] = True
        self._sorted = self._keys = None

    def resize(self, n_rows: int) -> list[tuple[int, int]]:
        """Change the number of rows, and return the removed keys with their former rows."""
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
        """Return the sorted keys and their rows, cached until a key is added.

        returns  (K,) and (K,)
        """
        if self._sorted is None:
            keys = np.fromiter(self._rows.keys(), np.uint64, len(self._rows))
            rows = np.fromiter(self._rows.values(), np.int32, len(self._rows))
            order = np.argsort(keys)
            self._sorted = keys[order], rows[order]
        return self._sorted
