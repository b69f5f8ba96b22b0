"""Thinc's linear layer, as a node that counts changes of its weights.

Axes: N rows, I inputs, O outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from thinc.api import Model

from kernel.ops import WeightNode

Floats = npt.NDArray[np.floating[Any]]


def linear(nO: int | None, nI: int | None, *, init_W: Callable[..., Any]) -> Model[Floats, Floats]:
    """Create a linear layer: multiply with a matrix and add a vector.

    X        (N, I)
    returns  (N, O)

    Params: `W` (O, I), initialized by `init_W`; `b` (O,), zero.
    """
    return WeightNode(
        "linear",
        _forward,
        init=partial(_init, init_W),
        dims={"nO": nO, "nI": nI},
        params={"W": None, "b": None},
    )


def _forward(model: Any, X: Floats, is_train: bool) -> tuple[Floats, Callable[[Floats], Floats]]:
    W = model.get_param("W")
    Y: Floats = model.ops.gemm(X, W, trans2=True)
    Y += model.get_param("b")

    def backprop(dY: Floats) -> Floats:
        model.inc_grad("W", model.ops.gemm(dY, X, trans1=True))
        model.inc_grad("b", dY.sum(axis=0))
        dX: Floats = model.ops.gemm(dY, W)
        return dX

    return Y, backprop


def _init(init_W: Callable[..., Any], model: Any, X: Any = None, Y: Any = None) -> None:
    if X is not None:
        model.set_dim("nI", X.shape[1])
    if Y is not None:
        model.set_dim("nO", Y.shape[1])
    model.set_param("W", init_W(model.ops, (model.get_dim("nO"), model.get_dim("nI"))))
    model.set_param("b", model.ops.alloc1f(model.get_dim("nO")))
