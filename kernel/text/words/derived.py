"""Arrays with one value per row of a table that grows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]


def extended(known: tuple[int, Values] | None, fresh: Values) -> tuple[Values, int]:
    """Append the values of new rows to the known values.

    known    the number of rows with values, and an array of at least that length
    fresh    (r, ...)  the values of the rows after them
    returns  (R, ...)  and the number of rows; the array may be longer, to have space to grow
    """
    if known is None:
        return fresh, len(fresh)
    n_done, values = known
    n_rows = n_done + len(fresh)
    if n_rows > len(values):
        grown = np.zeros((max(n_rows, 2 * len(values)), *values.shape[1:]), values.dtype)
        grown[:n_done] = values[:n_done]
        values = grown
    values[n_done:n_rows] = fresh
    return values, n_rows
