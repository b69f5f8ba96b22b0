"""The end of a model: scores from 0 to 1.

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
    """Make scores into probabilities: softmax over the labels, or each label by itself.

    returns  (B, O) to (B, O)

    What comes back through the softmax as gradient of the probabilities is their error,
    probability minus truth. It passes unchanged, as through Thinc's `Softmax` layer, for it is
    the gradient of cross-entropy for the scores. (Thinc's softmax activation takes it as the
    gradient of squared errors, and with many labels learns several times as slowly.)
    Independent labels learn by squared errors.

    Where the probabilities are not the end, see `pass_gradients`.
    """
    if not is_exclusive:
        logistic: Any = Logistic()
        return logistic
    return Model(_SOFTMAX, _forward, attrs={"takes_errors": True})


def pass_gradients(model: Model[Any, Any]) -> None:
    """Let activations in `model` take what comes back for the true gradient.

    For a model whose probabilities are input of other layers.
    """
    for node in model.walk():
        if node.name == _SOFTMAX and "takes_errors" in node.attrs:
            node.attrs["takes_errors"] = False


def start_at_shares(model: Any, shares: npt.NDArray[np.float32]) -> None:
    """Let a new model score each label as often as it is right, whatever the text.

    shares  (O,)  of the docs, between 0 and 1

    Without that the first thing to be learned is that most labels are rare, and every word of
    every doc is made to say so. (Lin et al., 2017, start detectors of rare objects in this way.)
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
