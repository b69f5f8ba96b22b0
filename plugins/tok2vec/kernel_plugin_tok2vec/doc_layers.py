"""Layers for embeddings of one's own: attributes of tokens, mapped to table rows, and summed.

They have the names and arguments of Thinc's and spaCy's layers. Thinc's `remap_ids`, `Embed` and
`add` take one array; these take and return one array per doc, as tokens are embedded.

Axes: B docs, N tokens of all of them, F attributes, V rows of a table, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from thinc.api import Model, chain, uniform_init

from kernel.errors import ArgumentError, ShapeError
from kernel.ops import (
    Floats,
    Ints,
    Packed,
    WeightNode,
    add_row_gradient,
    packed,
    param_for_rows,
)
from kernel.text import Doc, attributes

__all__ = ["Embed", "FeatureExtractor", "add", "chain", "remap_ids"]

DocArrays: TypeAlias = Sequence[Any]
Nothing: TypeAlias = Callable[[Any], list[Any]]


def FeatureExtractor(columns: Sequence[str | int]) -> Model[list[Doc], list[Ints]]:  # noqa: N802
    """Return attributes of each token, such as `ORTH`.

    columns  names or ids of F attributes

    X        B docs or spans
    returns  B of (n_i, F)  uint64
    """
    ids = [attributes.attr_id(column) for column in columns]
    if not ids:
        raise ArgumentError("`columns` has no attributes to extract")
    return Model("extract_features", _extract, attrs={"columns": ids})


def _extract(model: Any, docs: Sequence[Doc], is_train: bool) -> tuple[list[Ints], Nothing]:
    columns = model.attrs["columns"]
    found = [doc.to_array(columns).reshape(len(doc), len(columns)) for doc in docs]
    return [model.ops.asarray(array, dtype="uint64") for array in found], _no_gradient


def remap_ids(mapping_table: Mapping[int, int], default: int = 0) -> Model[list[Ints], list[Ints]]:
    """Replace ids, such as those of `ORTH`, by rows of a table.

    mapping_table  {id: row}
    default        the row of other ids

    X        B of (n_i,) or (n_i, 1)
    returns  B of (n_i, 1)  int32
    """
    return Model("remap_ids", _remap, attrs={"mapping_table": mapping_table, "default": default})


def _remap(model: Any, X: DocArrays, is_train: bool) -> tuple[list[Ints], Nothing]:
    table, default = model.attrs["mapping_table"], model.attrs["default"]
    arrays = [model.ops.to_numpy(array) for array in X]
    for array in arrays:
        if array.ndim == 2 and array.shape[1] != 1:
            raise ShapeError(f"`remap_ids` expects one id per token, got {array.shape[1]}")
    flat = np.concatenate([array.reshape(-1) for array in arrays]) if arrays else np.zeros(0, "u8")
    ids, inverse = np.unique(flat, return_inverse=True)
    rows = np.array([table.get(key, default) for key in ids.tolist()], dtype="int32")
    mapped = rows[inverse].reshape(-1, 1) if len(rows) else np.zeros((0, 1), "int32")
    ends = np.cumsum([len(array) for array in arrays])[:-1]
    split = np.split(mapped, ends) if arrays else []
    return [model.ops.asarray(array) for array in split], _no_gradient


def Embed(  # noqa: N802
    nO: int | None = None,
    nV: int = 1,
    *,
    initializer: Callable[..., Any] = uniform_init,
) -> WeightNode[list[Ints], list[Floats]]:
    """Return the vector of each row number.

    nO           W, the width of vectors
    nV           V, the number of rows
    initializer  of the table

    X        B of (n_i, 1)  ints below V
    returns  `Packed`, B of (n_i, W)

    Params: `E` (V, W). Raises `ShapeError` for a row that the table does not have.
    """

    def init(model: Any, X: Any = None, Y: Any = None) -> None:
        if Y is not None and model.has_dim("nO") is None:
            model.set_dim("nO", Y[0].shape[1])
        model.set_param("E", initializer(model.ops, (model.get_dim("nV"), model.get_dim("nO"))))

    return WeightNode(
        "embed",
        _embed,
        init=init,
        dims={"nO": nO, "nV": nV},
        params={"E": None},
        shapes={"E": ("nV", "nO")},
    )


def _embed(model: Any, X: DocArrays, is_train: bool) -> tuple[Packed, Nothing]:
    xp: Any = model.ops.xp
    lengths = [len(array) for array in X]
    flat = xp.concatenate([array.reshape(-1) for array in X]) if X else xp.zeros(0, "int32")
    n_rows = model.get_dim("nV")
    if len(flat) and not 0 <= int(flat.min()) <= int(flat.max()) < n_rows:
        found = f"{int(flat.min())} to {int(flat.max())}"
        raise ShapeError(f"rows are from {found}, but the table has {n_rows}")
    vectors = param_for_rows(model, "E", flat)[flat]  # (N, W)

    def backprop(dY: DocArrays) -> list[Any]:
        gradient = packed(dY, width=vectors.shape[1], xp=xp).data
        add_row_gradient(model, "E", flat[None], gradient)
        return []

    return Packed(vectors, lengths), backprop


def add(*layers: Any) -> Model[list[Doc], list[Floats]]:
    """Return the sum of the vectors of several layers that read the same docs.

    X        B docs
    returns  `Packed`, B of (n_i, W)

    Raises `ShapeError` if the layers differ in width.
    """
    return Model("add", _add, init=_init_add, layers=layers, dims={"nO": None})


def _add(model: Any, X: Sequence[Doc], is_train: bool) -> tuple[Packed, Nothing]:
    outputs = [layer(X, is_train=is_train) for layer in model.layers]
    first, *others = (packed(Y, width=_width(model), xp=model.ops.xp) for Y, _ in outputs)
    total = first.data.copy()
    for other in others:
        if other.data.shape != total.shape:
            raise ShapeError(f"`add` got vectors of {total.shape[1]} and {other.data.shape[1]}")
        total += other.data

    def backprop(dY: DocArrays) -> list[Any]:
        for _, backprop_layer in outputs:
            backprop_layer(dY)
        return []

    return first.like(total), backprop


def _init_add(model: Any, X: Any = None, Y: Any = None) -> None:
    for layer in model.layers:
        layer.initialize(X=X, Y=Y)
    for layer in model.layers:
        if layer.has_dim("nO"):
            model.set_dim("nO", layer.get_dim("nO"))
            return


def _width(model: Any) -> int:
    return model.get_dim("nO") if model.has_dim("nO") else 0


def _no_gradient(d_output: Any) -> list[Any]:
    return []
