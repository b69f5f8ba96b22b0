"""Windows: each vector concatenated with its neighbours.

Axes: D width, N vectors, K = 2w + 1 for windows of w vectors on each side. Each vector is a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.arrays import array_module

if TYPE_CHECKING:
    from kernel.ops.types import Floats


def window_columns(X: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """Stack, for each vector, the vectors from `window` before it to `window` after it.

    X        (D, N + 2w)  vectors with a margin of w on each side
    out      (K * D, N)   memory for the result, optional
    returns  (K * D, N)
    """
    xp: Any = array_module(X)
    width, n_vectors = X.shape[0], X.shape[1] - 2 * window
    size = 2 * window + 1
    Y: Floats = xp.empty((size * width, n_vectors), dtype=X.dtype) if out is None else out
    for shift in range(size):
        Y[shift * width : (shift + 1) * width] = X[:, shift : shift + n_vectors]
    return Y


def backprop_window_columns(dY: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """Add up, for each vector, the gradients from all windows that contain it.

    dY       (K * D, N)
    out      (D, N)  the result is added to it, optional
    returns  (D, N)
    """
    xp: Any = array_module(dY)
    size = 2 * window + 1
    width, n_vectors = len(dY) // size, dY.shape[1]
    dX: Floats = xp.zeros((width, n_vectors), dtype=dY.dtype) if out is None else out
    dX += dY[window * width : (window + 1) * width]
    for shift in range(1, min(window, n_vectors - 1) + 1):
        before = dY[(window - shift) * width : (window - shift + 1) * width]
        after = dY[(window + shift) * width : (window + shift + 1) * width]
        dX[:, : n_vectors - shift] += before[:, shift:]
        dX[:, shift:] += after[:, : n_vectors - shift]
    return dX
