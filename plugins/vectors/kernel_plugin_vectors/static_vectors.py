"""The layer that maps the word vectors of tokens to features.

Axes: N tokens, U distinct keys, D width of the vectors, W width of the features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from thinc.api import glorot_uniform_init
from thinc.types import Ragged
from thinc.util import get_width

from kernel.errors import ArgumentError, ShapeError
from kernel.ops import (
    Floats,
    Ints,
    Packed,
    WeightNode,
    add_rows,
    dropout_mask,
    on_device_of,
    packed,
)
from kernel.text import attributes

InitWeights = Callable[..., Any]


def static_vectors(
    nO: int | None = None,
    nM: int | None = None,
    *,
    dropout: float | None = None,
    init_W: InitWeights = glorot_uniform_init,
    key_attr: str | int | None = None,
) -> WeightNode[Any, Any]:
    """Map the vector of each token to `nO` features, by a linear layer without a bias.

    Tokens without a vector get zeros.

    X        B docs or spans
    returns  `Packed`, B of (n_i, nO)

    nM        width of the vectors; null: taken from the vocabulary
    dropout   share of features dropped in training, by one mask per batch; null: none
    init_W    initializer of the weights
    key_attr  token attribute by which vectors are looked up; null: that of the table

    Params: `W` (nO, nM). The vectors themselves are not changed.
    """
    return _make(nO, nM, dropout, init_W, key_attr)


def StaticVectors(  # noqa: N802 — the name in spaCy's module, `kernel.ml.staticvectors`
    nO: int | None = None,
    nM: int | None = None,
    *,
    dropout: float | None = None,
    init_W: InitWeights = glorot_uniform_init,
    key_attr: str | int | None = None,
) -> WeightNode[Any, Ragged]:
    """Map vectors like `static_vectors`, for models of Thinc's layers.

    X        B docs or spans
    returns  `Ragged`, (N, nO) and the B lengths
    """
    return _make(nO, nM, dropout, init_W, key_attr, forward=_forward_ragged)


def static_vectors_v1(
    nO: int | None = None,
    nM: int | None = None,
    *,
    dropout: float | None = None,
    init_W: InitWeights = glorot_uniform_init,
    key_attr: str | int = "ORTH",
) -> WeightNode[Any, Any]:
    """Map vectors like `static_vectors`, as its first version did; for existing pipelines.

    Tokens without a vector get the features of the last vector of the table. Vectors are looked up
    by `key_attr`, whatever the attribute of the table is. Raises ArgumentError for floret vectors.
    """
    layer = _make(nO, nM, dropout, init_W, key_attr)
    layer.attrs[_LAST_FOR_UNKNOWN] = True
    return layer


def _make(
    nO: int | None,
    nM: int | None,
    dropout: float | None,
    init_W: InitWeights,
    key_attr: str | int | None,
    forward: Callable[..., Any] | None = None,
) -> WeightNode[Any, Any]:
    settings: dict[str, Any] = {
        "key_attr": None if key_attr is None else attributes.attr_name(attributes.attr_id(key_attr))
    }
    if dropout is not None:
        settings["dropout_rate"] = dropout

    def init(model: Any, X: Any = None, Y: Any = None) -> None:
        if X:
            _check_vectors(model, X[0].vocab)
        elif model.has_dim("nM") is None:
            raise ArgumentError(_NO_VECTORS, hint=_HINT)
        if Y is not None and model.has_dim("nO") is None:
            model.set_dim("nO", get_width(Y))
        shape = model.get_dim("nO"), model.get_dim("nM")
        model.set_param("W", init_W(model.ops, shape))

    return WeightNode(
        "static_vectors",
        forward or _forward,
        init=init,
        dims={"nO": nO, "nM": nM},
        params={"W": None},
        shapes={"W": ("nO", "nM")},
        attrs=settings,
    )


# The attribute of a layer whose tokens without a vector get the last one of the table.
_LAST_FOR_UNKNOWN: Final = "last_for_unknown"

_NO_VECTORS = "the model needs static vectors, but the vocabulary has none"
_HINT = "create them with `kernel init vectors`, and set `paths.vectors` to that folder"


def _check_vectors(model: Any, vocab: Any) -> None:
    """Set the width of the vectors, or check it if it is set.

    Raises ArgumentError if there are no vectors, or not such as the model needs, ShapeError if they
    have another width.
    """
    width = vocab.vectors_length
    if not vocab.has_vectors:
        raise ArgumentError(_NO_VECTORS, hint=_HINT)
    if _LAST_FOR_UNKNOWN in model.attrs and getattr(vocab.vectors, "mode", "") != "default":
        raise ArgumentError(
            "`StaticVectors.v1` needs a table with one vector per word, not floret vectors",
            hint="use `StaticVectors.v2`, or the second version of the architecture",
        )
    if width < 0:
        return
    if model.has_dim("nM") is None:
        model.set_dim("nM", width)
    elif model.get_dim("nM") != width:
        raise ShapeError(
            f"the model expects vectors of width {model.get_dim('nM')}, but those of the "
            f"vocabulary have {width}",
            hint="load the vectors that the model was trained with",
        )


def _forward(
    model: Any, docs: Sequence[Any], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Any]]:
    ops, weights = model.ops, model.get_param("W")
    lengths = [len(doc) for doc in docs]
    if not any(lengths):
        empty = ops.xp.zeros((0, len(weights)), dtype=weights.dtype)
        return Packed(empty, lengths), lambda dY: []
    vectors, rows = _gather(model, docs)
    inputs = ops.xp.asarray(vectors, dtype=weights.dtype)  # (U, D)
    rows = ops.xp.asarray(rows)  # (N,)
    features = inputs @ weights.T  # (U, W)
    rate = (model.attrs.get("dropout_rate") or 0.0) if is_train else 0.0
    mask = dropout_mask((len(weights),), rate, ops.xp) if rate else None
    if mask is not None:
        features *= mask

    def backprop(dY: Sequence[Floats]) -> list[Any]:
        gradient = packed(dY, width=len(weights), xp=ops.xp).data  # (N, W)
        d_features = ops.xp.zeros(features.shape, dtype=features.dtype)  # (U, W)
        add_rows(ops, d_features, rows, gradient)
        if mask is not None:
            d_features *= mask
        model.inc_grad("W", d_features.T @ inputs)
        return []

    return Packed(features.take(rows, axis=0), lengths), backprop


def _forward_ragged(
    model: Any, docs: Sequence[Any], is_train: bool
) -> tuple[Ragged, Callable[[Any], Any]]:
    Y, backprop = _forward(model, docs, is_train)
    data: Any = Y.data
    return Ragged(data, model.ops.asarray1i(Y.lengths)), backprop


def _gather(model: Any, docs: Sequence[Any]) -> tuple[Floats, Ints]:
    """Return the vectors of the distinct keys of docs, and the row of each token in them.

    returns  (U, D) and (N,)
    """
    vocab = docs[0].vocab
    _check_vectors(model, vocab)
    attr = model.attrs["key_attr"] or vocab.vectors_attr
    all_keys: npt.NDArray[np.uint64] = np.concatenate([doc.to_array(attr) for doc in docs])
    keys, rows = np.unique(all_keys, return_inverse=True)
    table = vocab.vectors
    table.data = on_device_of(model.get_param("W"), table.data)  # moved at the first batch
    vectors = table.get_batch(keys)
    is_known = table.are_known(keys)
    if not is_known.all():
        vectors = vectors.copy()
        others = table.data[-1] if _LAST_FOR_UNKNOWN in model.attrs else 0
        vectors[on_device_of(vectors, ~is_known)] = others
    return vectors, rows.reshape(-1)
