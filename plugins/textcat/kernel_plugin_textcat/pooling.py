"""Pooling: from the vectors of a doc's tokens to one vector per doc.

Axes: B docs, N tokens of all of them, W width, K ways of pooling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from thinc.api import Model
from thinc.types import Ragged

from kernel.ops import Floats, Ints, Packed, packed

Pooled = tuple[Floats, Callable[[Floats], Floats]]


def join_docs() -> Model[list[Floats], Ragged]:
    """Concatenate the vectors of all docs, without a copy if they already are one array.

    returns  B of (n_i, W) to a `Ragged` of (N, W)
    """
    return Model("join_docs", _join)


def _join(
    model: Any, X: Sequence[Floats], is_train: bool
) -> tuple[Ragged, Callable[[Ragged], Packed]]:
    joined = packed(X, xp=model.ops.xp)
    data: Any = joined.data

    def backprop(dY: Ragged) -> Packed:
        d_data: Any = dY.data
        return joined.like(d_data)

    return Ragged(data, model.ops.asarray1i(joined.lengths)), backprop


def pool(ways: Sequence[str]) -> Model[Ragged, Floats]:
    """Concatenate the first, last, maximum or mean of each doc's vectors.

    ways     some of "first", "last", "max" and "mean", in the order of the result
    returns  a `Ragged` of (N, W) to (B, K * W); zeros for a doc without tokens
    """
    attrs = {"ways": list(ways)}
    dims: dict[str, int | None] = {"nI": None, "nO": None}
    return Model("pool", _pool, init=_init_pool, attrs=attrs, dims=dims)


def _pool(model: Any, X: Ragged, is_train: bool) -> tuple[Floats, Callable[[Floats], Ragged]]:
    ops: Any = model.ops
    data: Any = X.dataXd
    # Thinc's reductions do not accept docs without tokens.
    has_tokens: Any = X.lengths > 0
    lengths: Any = X.lengths[has_tokens]
    pooled, backprops = zip(
        *(_WAYS[way](ops, data, lengths) for way in model.attrs["ways"]), strict=True
    )
    Y = ops.alloc2f(len(X.lengths), len(pooled) * data.shape[1])
    Y[has_tokens] = ops.xp.hstack(pooled)

    def backprop(dY: Floats) -> Ragged:
        parts = ops.xp.split(dY[has_tokens], len(backprops), axis=1)
        dX = sum(back(ops.as_contig(part)) for back, part in zip(backprops, parts, strict=True))
        return Ragged(dX, X.lengths)

    return Y, backprop


def _init_pool(model: Any, X: Any = None, Y: Any = None) -> None:
    if X is not None:
        width = X.dataXd.shape[1]
        model.set_dim("nI", width)
        model.set_dim("nO", width * len(model.attrs["ways"]))


# Each of these takes vectors (N, W) and lengths (B,), all above 0, and returns (B, W).


def _first(ops: Any, X: Floats, lengths: Ints) -> Pooled:
    return _at(ops, X, lengths.cumsum() - lengths)


def _last(ops: Any, X: Floats, lengths: Ints) -> Pooled:
    return _at(ops, X, lengths.cumsum() - 1)


def _at(ops: Any, X: Floats, rows: Ints) -> Pooled:
    def backprop(dY: Floats) -> Floats:
        dX: Floats = ops.alloc2f(*X.shape)
        dX[rows] = dY
        return dX

    return X[rows], backprop


def _max(ops: Any, X: Floats, lengths: Ints) -> Pooled:
    Y, which = ops.reduce_max(X, lengths)
    return Y, lambda dY: ops.backprop_reduce_max(dY, which, lengths)


def _mean(ops: Any, X: Floats, lengths: Ints) -> Pooled:
    Y = ops.reduce_mean(X, lengths)
    return Y, lambda dY: ops.backprop_reduce_mean(dY, lengths)


_WAYS: Final[dict[str, Callable[[Any, Floats, Ints], Pooled]]] = {
    "first": _first,
    "last": _last,
    "max": _max,
    "mean": _mean,
}
