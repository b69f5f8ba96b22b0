"""Linear layer, maxout and layer norm as one function over columns, and its gradient.

Axes: I input width, O output width, P pieces, N vectors. Each vector is a column.

The last row of the input is ones and the last column of the weights is the bias, so adding the bias
and summing its gradient are part of the matrix products.
"""

from __future__ import annotations

from typing import Any, Final

import numpy.typing as npt
from attrs import frozen

from kernel.ops import (
    Floats,
    array_module,
    backprop_layer_norm,
    backprop_maxout,
    gradient_of,
    maxout,
    standardize_inplace,
)
from kernel_plugin_tok2vec import layout
from kernel_plugin_tok2vec.nodes import Block

# Maximum number of vectors per part, which must fit into the cache.
MAX_PART_VECTORS: Final = 1000
# Below this many vectors, a second thread costs more than it saves.
SERIAL_BELOW_VECTORS: Final = 800


@frozen(eq=False)
class Weights:
    """The weights of the maxout and layer norm nodes, laid out for products with columns.

    W      (P * O, I + 1)  one block of rows per piece; the last column is the bias
    scale  (O, 1)
    shift  (O, 1)
    """

    W: Floats
    scale: Floats
    shift: Floats

    @classmethod
    def of(cls, block: Block) -> Weights:
        """Read the weights of a block's nodes."""
        W, b = block.maxout.get_param("W"), block.maxout.get_param("b")
        joined = block.maxout.joined(W, b)
        if joined is None:
            n_out, n_pieces, n_in = W.shape
            joined = array_module(W).empty((n_pieces * n_out, n_in + 1), dtype=W.dtype)
            for part, param in zip(layout.split(joined, n_out), (W, b), strict=True):
                part[...] = param
        return cls(
            W=joined,
            scale=block.norm.get_param("G")[:, None],
            shift=block.norm.get_param("b")[:, None],
        )


@frozen(eq=False)
class Saved:
    """Values saved for the backward pass: which piece was largest, and the standardized vectors.

    masks    (P - 1, O, N)
    Xhat     (O, N)
    inverse  (N,)
    """

    masks: npt.NDArray[Any]
    Xhat: Floats
    inverse: Floats


@frozen(eq=False)
class Gradients:
    """The gradients of `Weights`, in the same layout except scale and shift, (O,)."""

    W: Floats
    scale: Floats
    shift: Floats

    def add_to(self, block: Block) -> None:
        """Add these gradients to those of the block's nodes."""
        d_weights, d_bias = gradient_of(block.maxout, "W"), gradient_of(block.maxout, "b")
        joined = block.maxout.joined(d_weights, d_bias)
        if joined is not None:
            joined += self.W
        else:
            W, b = layout.split(self.W, len(d_weights))
            d_weights += W
            d_bias += b
        d_scale, d_shift = gradient_of(block.norm, "G"), gradient_of(block.norm, "b")
        d_scale += self.scale
        d_shift += self.shift


def predict(weights: Weights, X: Floats, *, buffer: Floats | None = None) -> Floats:
    """Compute the outputs only.

    X        (I + 1, N)
    buffer   (P * O, N)  scratch memory, optional
    returns  (O, N)
    """
    best = _best(weights, X, buffer)
    standardize_inplace(best)
    best *= weights.scale
    best += weights.shift
    return best


def forward(weights: Weights, X: Floats, *, buffer: Floats | None = None) -> tuple[Floats, Saved]:
    """Compute the outputs and the values saved for the backward pass.

    X        (I + 1, N)
    buffer   (P * O, N)  scratch memory, optional
    returns  (O, N)
    """
    xp: Any = array_module(X)
    n_out, n_pieces = len(weights.scale), len(weights.W) // len(weights.scale)
    masks = xp.empty((n_pieces - 1, n_out, X.shape[1]), dtype=bool)
    Xhat = _best(weights, X, buffer, masks)
    inverse = standardize_inplace(Xhat)
    Y = Xhat * weights.scale
    Y += weights.shift
    return Y, Saved(masks=masks, Xhat=Xhat, inverse=inverse)


def backward(
    weights: Weights, saved: Saved, X: Floats, dY: Floats, *, buffer: Floats | None = None
) -> tuple[Floats, Gradients]:
    """Return the gradients of the inputs and of the weights.

    X        (I + 1, N)
    dY       (O, N)
    buffer   (P * O, N)  scratch memory, optional
    returns  (I, N)
    """
    d_best, d_scale, d_shift = backprop_layer_norm(
        dY, saved.Xhat, saved.inverse, weights.scale[:, 0]
    )
    shape = len(weights.W) // len(d_best), *d_best.shape  # (P, O, N)
    out = None if buffer is None else buffer.reshape(shape)
    d_pieces = backprop_maxout(d_best, saved.masks, out=out).reshape(len(weights.W), -1)
    gradients = Gradients(W=d_pieces @ X.T, scale=d_scale, shift=d_shift)
    return weights.W[:, :-1].T @ d_pieces, gradients


def in_parts(n_vectors: int) -> list[slice]:
    """Return ranges of columns that fit into the cache; two or more if two threads are faster."""
    n_parts = max(-(-n_vectors // MAX_PART_VECTORS), 2 if n_vectors >= SERIAL_BELOW_VECTORS else 1)
    bounds = [n_vectors * part // n_parts for part in range(n_parts + 1)]
    return [slice(*bounds[part : part + 2]) for part in range(n_parts)]


def _best(
    weights: Weights,
    X: Floats,
    buffer: Floats | None = None,
    masks: npt.NDArray[Any] | None = None,
) -> Floats:
    xp: Any = array_module(X)
    pieces = xp.matmul(weights.W, X, out=buffer)
    n_out = len(weights.scale)
    return maxout(pieces.reshape(len(pieces) // n_out, n_out, -1), masks=masks)
