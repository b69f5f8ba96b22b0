"""The linear layer over the feature tokens of a state.

Axes: N tokens, S states, F features, O outputs, P pieces, I width of a token vector.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from thinc.api import Model

from kernel import random
from kernel.ops import WeightNode

Floats = npt.NDArray[np.floating[Any]]

# The order of the layer's axes for scoring states.
_AXES = {"W": (0, 3, 2, 1), "b": (1, 0), "pad": (0, 1, 3, 2)}

N_RANDOM_STATES = 5000
N_RANDOM_TOKENS = 1000
MAX_SCALING_ROUNDS = 10
VARIANCE_TOLERANCE = 0.01


class AffineNode(WeightNode[Floats, Floats]):
    """The layer's node, whose parameters can be stored in the layout for scoring."""

    def joint_views(
        self, names: Sequence[str]
    ) -> tuple[Sequence[str], int, Callable[[Floats], dict[str, Floats]]]:
        """Store each parameter in the layout of `views`; see `WeightNode.joint_views`."""
        shapes = {name: self.get_param(name).shape for name in names}
        sizes = [math.prod(shape) for shape in shapes.values()]
        bounds = list(itertools.accumulate(sizes, initial=0))

        def make(flat: Floats) -> dict[str, Floats]:
            parts = [flat[start:stop] for start, stop in itertools.pairwise(bounds)]
            return views(dict(zip(names, parts, strict=True)), shapes)

        return names, bounds[-1], make


def views(arrays: Mapping[str, Floats], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Floats]:
    """Return views in the layer's layout of arrays in the layout for scoring.

    arrays   `W` (F, I, P, O), `b` (P, O), `pad` (F, P, O), in any shape of the same size
    shapes   the shapes of the layer's parameters
    returns  views: `W` (F, O, P, I), `b` (O, P), `pad` (1, F, O, P)
    """
    found = {}
    for name, array in arrays.items():
        axes = _AXES[name]
        stored = [shapes[name][axis] for axis in axes]
        found[name] = array.reshape(stored).transpose(
            [axes.index(axis) for axis in range(len(axes))]
        )
    return found


def precomputable_affine(
    nO: int | None, nF: int, nI: int | None, nP: int, dropout: float = 0.1
) -> Model[Floats, Floats]:
    """Multiply each token with the weights of each feature; a state is the sum of its rows.

    X        (N, I)           token vectors
    returns  (N + 1, F, O, P) row 0 is that of a missing token, row i + 1 that of token i

    Params: `W` (F, O, P, I), scaled until the outputs for random states have unit variance;
    `b` (O, P), zero; `pad` (1, F, O, P), normal.
    """
    return AffineNode(
        "precomputable_affine",
        _forward,
        init=_init,
        dims={"nO": nO, "nF": nF, "nI": nI, "nP": nP},
        params={"W": None, "b": None, "pad": None},
        shapes={"W": ("nF", "nO", "nP", "nI"), "b": ("nO", "nP"), "pad": (1, "nF", "nO", "nP")},
        attrs={"dropout_rate": dropout},
    )


def _forward(model: Any, X: Floats, is_train: bool) -> tuple[Floats, Callable[[Floats], Floats]]:
    xp: Any = model.ops.xp
    W: Any = model.get_param("W")
    flat = W.reshape((-1, W.shape[-1]))  # (F * O * P, I)
    rows = (X @ flat.T).reshape((len(X), *W.shape[:3]))
    Yf: Floats = xp.concatenate([model.get_param("pad"), rows])  # (N + 1, F, O, P)

    def backprop(dYf: Floats) -> Floats:
        model.inc_grad("pad", dYf[:1])
        d_rows = dYf[1:].reshape((len(X), -1))
        model.inc_grad("W", (d_rows.T @ X).reshape(W.shape))
        dX: Floats = d_rows @ flat
        return dX

    return Yf, backprop


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    if model.has_param("W") and model.get_param("W").any():
        return
    nF, nO, nP, nI = (model.get_dim(dim) for dim in ("nF", "nO", "nP", "nI"))
    random.follow_global_seed()
    rng = random.generator()
    W = _normal(rng, (nF, nO, nP, nI)) * np.float32((nI / nF) ** 0.5)
    b = np.zeros((nO, nP), "float32")
    pad = _normal(rng, (1, nF, nO, nP))
    tokens = _normal(rng, (N_RANDOM_TOKENS, nI))
    states = rng.integers(0, N_RANDOM_TOKENS, (N_RANDOM_STATES, nF))
    W, b = _scale_to_unit_variance(W, b, tokens, states)
    for name, value in (("W", W), ("b", b), ("pad", pad)):
        model.set_param(name, model.ops.asarray(value))


def _scale_to_unit_variance(
    W: Floats, b: Floats, tokens: Floats, states: npt.NDArray[Any]
) -> tuple[Floats, Floats]:
    """Scale W, then shift b, until the outputs for random states have variance 1 and mean 0.

    W        (F, O, P, I)
    b        (O, P)
    tokens   (N, I)
    states   (S, F)
    """
    for _ in range(MAX_SCALING_ROUNDS):
        summed = np.broadcast_to(b, (len(states), *b.shape)).copy()  # (S, O, P)
        for feature, column in enumerate(states.T):
            table = tokens @ W[feature].reshape((-1, W.shape[-1])).T  # (N, O * P)
            summed += table[column].reshape(summed.shape)
        outputs = summed.max(axis=-1) if b.shape[1] > 1 else np.maximum(summed, 0)
        variance, mean = outputs.var(), outputs.mean()
        if abs(variance - 1) >= VARIANCE_TOLERANCE:
            W = W / np.sqrt(variance)
        elif abs(mean) >= VARIANCE_TOLERANCE:
            b = b - mean
        else:
            break
    return W, b


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape, dtype="float32")
