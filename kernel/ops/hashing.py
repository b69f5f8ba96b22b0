"""Hashing of feature values to four table rows each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.ops.types import Ints


def hash_keys(ops: Any, ids: Ints, *, seed: int, n_rows: int) -> Ints:
    """Return the four table rows of each value, by MurmurHash3 of its 64 bits.

    ids      (N,)    uint64
    returns  (4, N)  int32, below `n_rows`
    """
    if len(ids) == 0:
        return ops.xp.zeros((4, 0), dtype="int32")
    keys = ops.hash(ops.as_contig(ids, dtype="uint64"), seed) % ops.xp.uint32(n_rows)  # (N, 4)
    return ops.as_contig(keys.T, dtype="int32")
