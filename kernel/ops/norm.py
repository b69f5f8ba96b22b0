"""Layer norm over columns, in place, and its gradient.

Axes: D width, N vectors. Each vector is a column, so sums over D are sums of whole rows, and
operations with one value per vector use contiguous memory.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from kernel.arrays import array_module

if TYPE_CHECKING:
    from kernel.ops.types import Floats

EPSILON: Final = 1e-8


def standardize_inplace(X: Floats) -> Floats:
    """Shift and scale each vector to mean 0 and variance 1, the first step of layer norm.

    X        (D, N)  changed in place
    returns  (N,)    the factor of each vector: (variance + 1e-8) ** -0.5
    """
    xp: Any = array_module(X)
    X -= _averager(X) @ X
    inverse: Floats = xp.einsum("dn,dn->n", X, X)
    inverse /= len(X)
    inverse += EPSILON
    xp.sqrt(inverse, out=inverse)
    xp.divide(1, inverse, out=inverse)
    X *= inverse
    return inverse


def layer_norm(X: Floats, scale: Floats, shift: Floats) -> tuple[Floats, Floats, Floats]:
    """Standardize each vector, then scale and shift each dimension.

    X        (D, N)
    scale    (D,)
    shift    (D,)
    returns  (D, N); for the backward pass, the standardized vectors (D, N) and factors (N,)
    """
    Xhat = X.copy()
    inverse = standardize_inplace(Xhat)
    Y = Xhat * scale[:, None]
    Y += shift[:, None]
    return Y, Xhat, inverse


def backprop_layer_norm(
    dY: Floats, Xhat: Floats, inverse: Floats, scale: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the gradients of X, `scale` and `shift`, given the gradient of the output.

    dY       (D, N)
    Xhat     (D, N)  the standardized vectors
    inverse  (N,)    the factor of each vector
    scale    (D,)
    returns  (D, N), (D,), (D,)
    """
    xp: Any = array_module(dY)
    ones = xp.ones(dY.shape[1], dtype=dY.dtype)
    weights = _averager(dY) * scale
    products = dY * Xhat
    # Sums as products with vectors, which BLAS computes at the speed of memory.
    d_scale, d_shift = products @ ones, dY @ ones
    along = weights @ products  # (N,)
    dX: Floats = dY * scale[:, None]
    dX -= weights @ dY
    xp.multiply(Xhat, along, out=products)
    dX -= products
    dX *= inverse
    return dX, d_scale, d_shift


def _averager(X: Floats) -> Floats:
    """Return the vector (D,) whose product with X, from the left, is the mean of each column."""
    return _averager_of(array_module(X), len(X), X.dtype)


@functools.lru_cache(maxsize=64)
def _averager_of(xp: Any, width: int, dtype: Any) -> Floats:
    return xp.full(width, 1 / max(1, width), dtype=dtype)
