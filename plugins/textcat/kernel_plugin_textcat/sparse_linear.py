"""A linear layer over keys that are hashed to rows of a large table.

Axes: B docs, N n-grams of all of them, U distinct keys, L rows of the table, O outputs.

A key belongs to rows, not to columns, so a batch reads and updates few whole rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.ops import (
    Floats,
    Ints,
    WeightNode,
    add_row_gradient,
    add_rows,
    gather_sum,
    gradient_of,
    param_for_rows,
)
from kernel_plugin_textcat.ngrams import Ids, Ngrams

Halves = npt.NDArray[np.uint32]

_SEEDS: Final = np.array([[0], [1]], "uint32")


class SparseLinearNode(WeightNode[Ngrams, Floats]):
    """The layer's node; `W` may also be set as a flat array, as in Thinc's `SparseLinear`."""

    def set_param(self, name: str, value: Any) -> None:
        """Set a parameter; `W` as (L, O), or flat as (O * L,), one output after another."""
        if name == "W" and value is not None and value.ndim == 1:
            if self.attrs["v1_indexing"]:
                value = value.reshape(-1, 1)
            else:
                value = self.ops.as_contig(value.reshape(-1, self.get_dim("length")).T)
        super().set_param(name, value)

    def param_shapes(self, sizes: Mapping[str, int | None]) -> dict[str, tuple[int | None, ...]]:
        """Return the declared shapes; `nW` is the number of single values."""
        n_values = (sizes["nO"] or 0) * (sizes["length"] or 0)
        return super().param_shapes({**sizes, "nW": n_values})


def sparse_linear(n_out: int | None, length: int, *, v1_indexing: bool = False) -> SparseLinearNode:
    """Add up the rows of each doc's n-grams: two rows per key, given by two hashes.

    n_out        O; None: set later
    length       L
    v1_indexing  use a table of single values, (O * L, 1), as Thinc's first version did: output o of
                 a key is at its hash + o, so keys share values
    returns      `Ngrams` to (B, O)

    Params: `W` (L, O) and `b` (O,), initialized to zero.
    """
    return SparseLinearNode(
        "sparse_linear",
        _forward,
        init=_init,
        params={"W": None, "b": None},
        shapes={"b": ("nO",), "W": ("nW", 1) if v1_indexing else ("length", "nO")},
        dims={"nO": n_out, "length": length},
        attrs={"v1_indexing": v1_indexing, "label_axis": 0 if v1_indexing else 1},
    )


def hash_rows(keys: Ids, length: int) -> Ints:
    """Return the two rows of each key: MurmurHash3_x86_32 of 8 bytes, seeds 0 and 1.

    keys     (U,)
    returns  (2, U)  int32, below `length`
    """
    hashed = _mix(_SEEDS, (keys & np.uint64(0xFFFFFFFF)).astype("uint32"))
    hashed = _mix(hashed, (keys >> np.uint64(32)).astype("uint32"))  # (2, U)
    hashed ^= np.uint32(8)
    hashed ^= hashed >> np.uint32(16)
    hashed *= np.uint32(0x85EBCA6B)
    hashed ^= hashed >> np.uint32(13)
    hashed *= np.uint32(0xC2B2AE35)
    hashed ^= hashed >> np.uint32(16)
    rows: Ints = (hashed % np.uint32(length)).astype("int32")
    return rows


def _mix(hashed: Halves, half: Halves) -> Halves:
    half = half * np.uint32(0xCC9E2D51)
    half = (half << np.uint32(15)) | (half >> np.uint32(17))
    hashed = hashed ^ half * np.uint32(0x1B873593)
    hashed = (hashed << np.uint32(13)) | (hashed >> np.uint32(19))
    return hashed * np.uint32(5) + np.uint32(0xE6546B64)


def _forward(model: Any, X: Ngrams, is_train: bool) -> tuple[Floats, Callable[[Floats], Ngrams]]:
    ops = model.ops
    indices, lengths = ops.asarray(X.indices), ops.asarray(X.lengths)
    rows = ops.asarray(_table_rows(model, X.keys))
    table = param_for_rows(model, "W", rows)
    vectors = gather_sum(table, rows).reshape((len(X.keys), model.get_dim("nO")))
    if len(indices):
        Y = ops.reduce_sum(vectors.take(indices, axis=0), lengths)
    else:  # Thinc's compiled loop would read past its end
        Y = ops.alloc2f(len(lengths), vectors.shape[1])
    Y += model.get_param("b")

    def backprop(dY: Floats) -> Ngrams:
        d_each = ops.backprop_reduce_sum(ops.as_contig(dY), lengths)  # (N, O)
        d_vectors = ops.xp.zeros_like(vectors)
        add_rows(ops, d_vectors, indices, d_each)
        add_row_gradient(model, "W", rows, d_vectors.reshape((-1, table.shape[1])))
        gradient_of(model, "b")[...] += dY.sum(axis=0)
        return X

    return Y, backprop


def _table_rows(model: Any, keys: Ids) -> Ints:
    """Return the rows of `W` that make up the vector of each key: (2, U), or (2, U * O)."""
    rows = hash_rows(keys, model.get_dim("length"))
    if not model.attrs["v1_indexing"]:
        return rows
    return (rows[:, :, None] + np.arange(model.get_dim("nO"), dtype="int32")).reshape((2, -1))


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    if Y is not None:
        model.set_dim("nO", Y.shape[1])
    n_out, length = model.get_dim("nO"), model.get_dim("length")
    shape = (n_out * length, 1) if model.attrs["v1_indexing"] else (length, n_out)
    model.set_param("W", model.ops.alloc2f(*shape))
    model.set_param("b", model.ops.alloc1f(n_out))
