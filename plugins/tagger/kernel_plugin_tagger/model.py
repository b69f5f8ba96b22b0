"""The model of token classifiers: a vector for each token, and a softmax over the classes.

Axes: B docs, n_i tokens of doc i, N tokens of all of them, I width, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from thinc.api import Model, chain

from kernel.ops import Floats, Packed, array_module, grow_output, packed
from kernel.text import Doc

Backprop = Callable[[Any], Any]

# The axis of the classes in each parameter.
_AXES: Final = {"W": 0, "b": 0}
# Maximum number of scores computed together: 1 MB.
_MAX_SCORES: Final = 2**18


def tagger_model(
    tok2vec: Model[list[Doc], list[Floats]], nO: int | None = None, normalize: bool = False
) -> Model[list[Doc], list[Floats]]:
    """Score the classes of each token: B docs to B of (n_i, C).

    In training, the scores are probabilities.

    tok2vec    computes a vector for each token
    nO         number of classes; null: taken from the data
    normalize  whether predictions are probabilities too; the best class does not depend on it
    """
    width = tok2vec.get_dim("nO") if tok2vec.has_dim("nO") else None
    output = _softmax(nO, width, normalize=normalize)
    model: Model[Any, Any] = chain(tok2vec, _with_packed(output))
    for name, node in (("tok2vec", tok2vec), ("softmax", output), ("output_layer", output)):
        model.set_ref(name, node)
    model.attrs["resize_output"] = resize_output
    return model


def tagger_model_v1(
    tok2vec: Model[list[Doc], list[Floats]], nO: int | None = None
) -> Model[list[Doc], list[Floats]]:
    """Score the classes of each token by probabilities, as `tagger_model` with `normalize` does.

    For existing configs and pipelines.
    """
    return tagger_model(tok2vec, nO, normalize=True)


def resize_output(model: Model[Any, Any], n_classes: int) -> Model[Any, Any]:
    """Give the model `n_classes` classes; returns the model.

    If the weights are trained, a new class scores the mean of all others, so that it is never the
    best before it was trained. Raises `ArgumentError` for fewer classes than the weights have.
    """
    output: Any = model.get_ref("output_layer")
    means = {name: output.get_param(name).mean(axis=0) for name in _AXES if output.has_param(name)}
    grow_output(output, _AXES, n_classes, fill=means)
    for node in (output, *(node for node in model.walk() if output in node.layers), model):
        node.set_dim("nO", n_classes, force=True)
    return model


def predict_in_parts(model: Model[Any, Any], docs: list[Doc]) -> Iterator[Floats]:
    """Yield the scores of all tokens, a group of tokens at a time.

    yields   (n, C)  together (N, C)

    With many classes, the scores of all tokens need much memory: 450 MB for 160,000 tokens and 700
    classes. A model that was not made by this module computes all of them together.
    """
    if model.attrs.get("resize_output") is not resize_output:
        yield packed(model.predict(docs), xp=model.ops.xp).data
        return
    vectors = packed(model.get_ref("tok2vec").predict(docs), xp=model.ops.xp).data
    output = model.get_ref("output_layer")
    n_rows = max(_MAX_SCORES // output.get_dim("nO"), 1) if model.ops.xp is np else len(vectors)
    for start in range(0, len(vectors), max(n_rows, 1)):
        yield output.predict(vectors[start : start + n_rows])


def _with_packed(layer: Model[Floats, Floats]) -> Model[list[Floats], list[Floats]]:
    """Return a model that passes the rows of all docs to `layer` together."""
    return Model(
        f"with_array({layer.name})",
        _forward_packed,
        init=_init_packed,
        dims={name: layer.maybe_get_dim(name) for name in layer.dim_names},
        layers=[layer],
        attrs={"pad": 0},
    )


def _forward_packed(
    model: Any, X: Sequence[Floats], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Packed]]:
    (layer,) = model.layers
    xp = model.ops.xp
    whole = packed(X, width=layer.maybe_get_dim("nI"), xp=xp)
    Y, backprop_layer = layer(whole.data, is_train)

    def backprop(dY: Sequence[Floats]) -> Packed:
        return whole.like(backprop_layer(packed(dY, width=Y.shape[1], xp=xp).data))

    return whole.like(Y), backprop


def _init_packed(model: Any, X: Any = None, Y: Any = None) -> None:
    (layer,) = model.layers
    rows = [None if values is None else packed(values, xp=model.ops.xp).data for values in (X, Y)]
    layer.initialize(*rows)
    for name in layer.dim_names:
        model.set_dim(name, layer.get_dim(name))


def _softmax(nO: int | None, nI: int | None, *, normalize: bool) -> Model[Floats, Floats]:
    """Return a linear layer; its scores are normalized in training, or always if `normalize`.

    X        (N, I)
    returns  (N, C)

    Params: `W` (C, I) and `b` (C,), zero. The backward pass takes the gradient of the scores before
    normalization, as a cross-entropy loss gives it.
    """
    return Model(
        "softmax",
        _forward_softmax,
        init=_init_softmax,
        dims={"nO": nO, "nI": nI},
        params={"W": None, "b": None},
        attrs={"softmax_normalize": normalize, "softmax_temperature": 1.0},
    )


def _forward_softmax(model: Any, X: Floats, is_train: bool) -> tuple[Floats, Backprop]:
    W, b = model.get_param("W"), model.get_param("b")
    Y: Floats = model.ops.gemm(X, W, trans2=True)
    Y += b
    if is_train or model.attrs["softmax_normalize"]:
        softmax_inplace(Y)

    def backprop(dY: Floats) -> Floats:
        model.inc_grad("W", model.ops.gemm(dY, X, trans1=True))
        model.inc_grad("b", dY.sum(axis=0))
        dX: Floats = model.ops.gemm(dY, W)
        return dX

    return Y, backprop


def softmax_inplace(Y: Floats) -> None:
    """Replace logits by probabilities.

    Y        (N, C)
    """
    if not Y.size:
        return
    Y -= Y.max(axis=1, keepdims=True)
    array_module(Y).exp(Y, out=Y)
    Y /= Y.sum(axis=1, keepdims=True)


def _init_softmax(model: Any, X: Any = None, Y: Any = None) -> None:
    if X is not None and model.has_dim("nI") is None:
        model.set_dim("nI", X.shape[1])
    if Y is not None and model.has_dim("nO") is None:
        model.set_dim("nO", Y.shape[1])
    model.set_param("W", model.ops.alloc2f(model.get_dim("nO"), model.get_dim("nI")))
    model.set_param("b", model.ops.alloc1f(model.get_dim("nO")))
