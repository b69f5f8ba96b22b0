"""Chosen attributes of every row of a lexeme table, side by side, for one gather to fetch them.

Axes: R rows of the table, K attributes.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kernel.text.words.lexemes import LexemeTable

Ids = npt.NDArray[np.uint64]

# Each is as long as the table: more than a few different lists of attributes are rare.
_MOST: Final = 8


class Gathers:
    """Copies of columns of one table, brought up to date when the table has grown."""

    def __init__(self) -> None:
        # The table is no member: it would keep itself alive.
        self._made: dict[Hashable, tuple[int, Ids]] = {}

    def get(self, table: LexemeTable, key: Hashable, numbers: Sequence[int | None]) -> Ids:
        """Return the attributes `numbers` of every row; None stands for a column of zeros.

        returns  (R, K)  or longer

        `key` stands for `numbers`, and is quicker to look up.
        """
        known = self._made.get(key)
        if known is not None and known[0] == len(table.texts):
            return known[1]
        n_done, values = known or (0, np.zeros((0, len(numbers)), np.uint64))
        return self._update(table, key, numbers, n_done, values)

    def clear(self) -> None:
        """Forget everything: values of the table have changed."""
        self._made = {}

    def _update(
        self,
        table: LexemeTable,
        key: Hashable,
        numbers: Sequence[int | None],
        n_done: int,
        values: Ids,
    ) -> Ids:
        n_rows = len(table.texts)
        if n_rows > len(values):
            grown = np.zeros((max(n_rows, 2 * len(values)), len(numbers)), np.uint64)
            grown[:n_done] = values[:n_done]
            values = grown
        for k, number in enumerate(numbers):
            if number is not None:
                values[n_done:n_rows, k] = table.values_from(number, n_done)[: n_rows - n_done]
        if len(self._made) >= _MOST and key not in self._made:
            self._made = {}
        self._made[key] = n_rows, values
        return values
