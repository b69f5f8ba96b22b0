"""The weights that score states, on the host and in the fastest layout for products.

Axes: F features, I width of a token vector, P pieces, H hidden width, M = P * H, C classes.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from kernel.ops import gradient_of
from kernel_plugin_transition import affine

Floats = npt.NDArray[np.floating[Any]]

# Folding two layers into one saves a pass over memory; it pays up to this factor of products.
FOLD_GAIN = 1.25


@frozen
class Upper:
    """The linear layer from hidden outputs to scores, or its gradients.

    W      (H, C)
    b      (C,)
    """

    W: Floats
    b: Floats


@frozen(kw_only=True)
class StepWeights:
    """The lower and the upper layer. In a row of M, pieces come first.

    W      (F, I, M)  the weights of each feature's token vector
    b      (M,)
    pad    (F, M)     the values of a missing token
    upper             None if the hidden outputs are the scores
    is_rectified      whether a single piece is at least 0 (ReLU); no effect with several pieces
    """

    W: Floats
    b: Floats
    pad: Floats
    upper: Upper | None
    n_pieces: int
    is_rectified: bool = True

    @cached_property
    def stacked(self) -> Floats:
        """The concatenated weights of all features: (I, F * M)."""
        n_features, width, n_out = self.W.shape
        return self.W.transpose(1, 0, 2).reshape((width, n_features * n_out))

    @property
    def n_features(self) -> int:
        """The number of feature tokens of a state."""
        return len(self.W)

    @property
    def n_classes(self) -> int:
        """The number of scores of a state."""
        return self.width if self.upper is None else len(self.upper.b)

    @property
    def width(self) -> int:
        """The width of the hidden layer."""
        return len(self.b) // self.n_pieces


def read_weights(lower: Any, upper: Any | None, *, is_rectified: bool = True) -> StepWeights:
    """Return the weights of a `precomputable_affine` and, unless None, of the layer above it."""
    W = _to_numpy(lower, lower.get_param("W"))  # (F, H, P, I)
    n_features, n_pieces, width = len(W), W.shape[2], W.shape[3]
    return StepWeights(
        W=np.ascontiguousarray(W.transpose(0, 3, 2, 1)).reshape((n_features, width, -1)),
        b=_to_numpy(lower, lower.get_param("b")).T.reshape(-1),
        pad=_to_numpy(lower, lower.get_param("pad"))[0]
        .transpose(0, 2, 1)
        .reshape((n_features, -1)),
        upper=None if upper is None else _read_upper(upper),
        n_pieces=n_pieces,
        is_rectified=is_rectified,
    )


def folds_well(weights: StepWeights, n_inputs: int) -> bool:
    """Return whether one multiplication is faster than reducing `n_inputs` columns first."""
    n_features, width, n_out = weights.W.shape
    apart = n_inputs * width + width * n_features * n_out
    return bool(n_inputs * n_features * n_out <= FOLD_GAIN * apart)


def fold(weights: StepWeights, linear: Any) -> StepWeights:
    """Return weights that apply to the input of `linear`, which computes the token vectors.

    The bias of `linear` is added for every token, so the values of a missing token subtract it
    again.
    """
    W = _to_numpy(linear, linear.get_param("W"))  # (I, inputs)
    carried = _to_numpy(linear, linear.get_param("b")) @ weights.W  # (F, M)
    return evolve(
        weights,
        W=W.T @ weights.W,  # (F, inputs, M)
        b=weights.b + carried.sum(axis=0),
        pad=weights.pad - carried,
    )


@frozen(kw_only=True)
class StepGradients:
    """Gradients of `StepWeights`, field by field."""

    W: Floats
    b: Floats
    pad: Floats
    upper: Upper | None

    @classmethod
    def zeros(cls, weights: StepWeights) -> StepGradients:
        """Return gradients to add to."""
        upper = weights.upper
        return cls(
            W=np.zeros_like(weights.W),
            b=np.zeros_like(weights.b),
            pad=np.zeros_like(weights.pad),
            upper=upper and Upper(np.zeros_like(upper.W), np.zeros_like(upper.b)),
        )


def add_gradients(gradients: StepGradients, lower: Any, upper: Any | None) -> None:
    """Add gradients to those of the layers that `read_weights` read."""
    found = {"W": gradients.W, "b": gradients.b, "pad": gradients.pad}
    shapes = {name: lower.get_param(name).shape for name in found}
    for name, view in affine.views(found, shapes).items():
        _add(lower, name, view)
    if upper is not None and gradients.upper is not None:
        _add(upper, "W", gradients.upper.W.T)
        _add(upper, "b", gradients.upper.b)


def _read_upper(upper: Any) -> Upper:
    W = np.ascontiguousarray(_to_numpy(upper, upper.get_param("W")).T)
    return Upper(W, _to_numpy(upper, upper.get_param("b")))


def _add(node: Any, name: str, gradient: Any) -> None:
    total = gradient_of(node, name)
    total += node.ops.asarray(gradient)


def _to_numpy(node: Any, array: Any) -> Floats:
    return node.ops.to_numpy(array)
