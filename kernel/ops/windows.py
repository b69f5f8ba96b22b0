"""Each vector beside its neighbours.

Axes: D width, N vectors, K = 2w + 1 for a window of w to each side. A vector is a column.
"""

from __future__ import annotations

from typing import Any

from kernel.ops.types import Floats, array_module


def window_columns(X: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """Put the vectors from `window` before to `window` after each one under each other.

    X        (D, N + 2w)  vectors between two margins of w, which stand for what is outside
    out      (K * D, N)   is written to, if given
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
    """Add up the gradients that each vector gets from the windows that it is in.

    dY       (K * D, N)
    out      (D, N)  is added to, if given
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
