"""The end of a model: scores from 0 to 1.

Axes: B docs, O labels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thinc.api import Model

from kernel.ops import Floats


def output_activation(*, is_exclusive: bool) -> Model[Floats, Floats]:
    """Make scores into probabilities: softmax over the labels, or each label by itself.

    returns  (B, O) to (B, O)

    What comes back as gradient of the probabilities is their error, probability minus truth,
    and that is the gradient of cross-entropy for the scores; so it passes unchanged. (Taken as
    the gradient of squared errors, as Thinc's activations take it, it all but vanishes for a
    label that scores low and should not, and learning takes several times as long.)

    Where the probabilities are not the end, see `pass_gradients`.
    """
    name = "softmax_activation" if is_exclusive else "logistic"
    return Model(name, _forward, attrs={"takes_errors": True})


def pass_gradients(model: Model[Any, Any]) -> None:
    """Let the activations in `model` take what comes back for the true gradient.

    For a model whose probabilities are input of other layers.
    """
    for node in model.walk():
        if node._func is _forward:  # noqa: SLF001 — Thinc has no other way to tell layers apart
            node.attrs["takes_errors"] = False


def _forward(model: Any, X: Floats, is_train: bool) -> tuple[Floats, Callable[[Floats], Floats]]:
    ops = model.ops
    is_exclusive = model.name == "softmax_activation"
    Y: Floats = ops.softmax(X) if is_exclusive else ops.sigmoid(X)

    def backprop(dY: Floats) -> Floats:
        if model.attrs["takes_errors"]:
            return dY
        dX: Floats = ops.backprop_softmax(Y, dY) if is_exclusive else dY * Y * (1 - Y)
        return dX

    return Y, backprop
