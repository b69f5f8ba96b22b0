"""Sums of table rows, and additions to table rows.

Axes: V rows of the table, D width, N results, K rows per result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kernel.arrays import array_module

if TYPE_CHECKING:
    from kernel.ops.types import Floats, Ints

# With more rows per key than this, sorting the keys is faster than marking rows.
_SORT_ABOVE_ROWS_PER_KEY: Final = 100


def gather_sum(table: Floats, keys: Ints) -> Floats:
    """Return the sum of K table rows for each result.

    table    (V, D)
    keys     (K, N)  row numbers
    returns  (N, D)
    """
    total: Floats = table.take(keys[0], axis=0)
    for rows in keys[1:]:
        total += table.take(rows, axis=0)
    return total


def add_rows(ops: Any, table: Floats, keys: Ints, values: Floats) -> None:
    """Add each value to its rows of the table, in place; duplicate rows are added repeatedly.

    table    (V, D)           changed in place
    keys     (N,) or (K, N)   row numbers
    values   (N, D)
    """
    if keys.ndim == 2:
        for rows in keys:
            add_rows(ops, table, rows, values)
        return
    if len(keys) == 0:
        return
    if table.dtype == "float32" and table.flags.c_contiguous:
        # Thinc's compiled loop is thirty times as fast as sorting and `np.add.reduceat`.
        ops.scatter_add(table, keys.astype("int32", copy=False), ops.as_contig(values))
        return
    sums, rows = scatter_sum(values, keys)
    table[rows] += sums


def scatter_sum(values: Floats, keys: Ints) -> tuple[Floats, Ints]:
    """Return the sum of the values of each distinct key.

    values   (N, D)
    keys     (N,)
    returns  (U, D) and (U,): the sums, and their keys, ascending
    """
    xp: Any = array_module(values)
    order = xp.argsort(keys, kind="stable")
    ordered = keys[order]
    is_first = xp.ones(len(keys), dtype=bool)
    xp.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    starts = xp.flatnonzero(is_first)
    if len(keys) == 0:
        return values[:0], keys[:0]
    sums: Floats = xp.add.reduceat(values[order], starts, axis=0)
    return sums, ordered[starts]


def distinct_rows(keys: Ints, n_rows: int) -> tuple[Ints, Ints]:
    """Find the distinct row numbers among `keys`, in half the time of `np.unique`.

    keys     any shape, each below `n_rows`
    returns  (R,) and the shape of `keys`: the rows, ascending, and the index of each key's row
    """
    xp: Any = array_module(keys)
    if n_rows > _SORT_ABOVE_ROWS_PER_KEY * keys.size:
        rows, inverse = xp.unique(keys, return_inverse=True)
        return rows, inverse.reshape(keys.shape).astype("int32")
    is_there = xp.zeros(n_rows, dtype=bool)
    is_there[keys] = True
    rows = xp.flatnonzero(is_there)
    indices = xp.empty(n_rows, dtype="int32")
    indices[rows] = xp.arange(len(rows), dtype="int32")
    return rows, indices[keys]
