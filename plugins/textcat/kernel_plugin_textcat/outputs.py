"""The last layer of a model: activations that give scores from 0 to 1.

Axes: B docs, O labels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from thinc.api import Logistic, Model

from kernel.ops import Floats

_SOFTMAX: Final = "softmax_activation"


def output_activation(*, is_exclusive: bool) -> Model[Floats, Floats]:
    """Turn scores into probabilities: a softmax over the labels, or a logistic function of each.

    returns  (B, O) to (B, O)

    In the backward pass, the softmax receives the error of the probabilities, probability minus
    truth, and passes it on unchanged, like Thinc's `Softmax` layer: it is the gradient of the
    cross-entropy for the scores. (Thinc's softmax activation treats it as the gradient of squared
    errors, and learns several times more slowly with many labels.) Independent labels are trained
    on squared errors.

    If the probabilities are the input of other layers, see `pass_gradients`.
    """
    if not is_exclusive:
        logistic: Any = Logistic()
        return logistic
    return Model(_SOFTMAX, _forward, attrs={"takes_errors": True})


def pass_gradients(model: Model[Any, Any]) -> None:
    """Let activations in `model` treat what they receive as the true gradient.

    For a model whose probabilities are the input of other layers.
    """
    for node in model.walk():
        if node.name == _SOFTMAX and "takes_errors" in node.attrs:
            node.attrs["takes_errors"] = False


def start_at_shares(model: Any, shares: npt.NDArray[np.float32]) -> None:
    """Set the biases so that a new model predicts each label's frequency for every text.

    shares  (O,)  the share of docs with each label, between 0 and 1

    Without this, a model first learns that most labels are rare, from the weights of all words. Lin
    et al. (2017) initialize detectors of rare objects in the same way.
    """
    odds = shares / (1 - shares) if model.attrs["multi_label"] else shares
    output = model.get_ref("output_layer")
    output.set_param("b", output.ops.asarray1f(np.log(odds)))


def _forward(model: Any, X: Floats, is_train: bool) -> tuple[Floats, Callable[[Floats], Floats]]:
    ops = model.ops
    Y: Floats = ops.softmax(X)

    def backprop(dY: Floats) -> Floats:
        if model.attrs["takes_errors"]:
            return dY
        dX: Floats = ops.backprop_softmax(Y, dY)
        return dX

    return Y, backprop
