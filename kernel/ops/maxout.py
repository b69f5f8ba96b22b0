"""The largest of several pieces, and the way its gradient goes back.

Axes: P pieces; the rest is any shape. Pieces come first, so that each is one block of memory:
that is four times as fast as reducing a last axis of two or three.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.ops.types import Floats, array_module

Masks = npt.NDArray[np.bool_]


def maxout(Y: Floats, *, out: Floats | None = None, masks: Masks | None = None) -> Floats:
    """Take the largest piece at each place; the first one wins ties.

    Y        (P, ...)    pieces
    out      (...)       is written to, if given
    masks    (P-1, ...)  is filled with whether piece p+1 beat all before it; for the backward
    returns  (...)
    """
    xp: Any = array_module(Y)
    best: Floats = xp.empty(Y.shape[1:], dtype=Y.dtype) if out is None else out
    if len(Y) == 1:
        best[...] = Y[0]
        return best
    before = Y[0]
    for piece, values in enumerate(Y[1:]):
        if masks is not None:
            xp.greater(values, before, out=masks[piece])
        xp.maximum(before, values, out=best)
        before = best
    return best


def backprop_maxout(d_best: Floats, masks: Masks, *, out: Floats | None = None) -> Floats:
    """Send the gradient of the largest piece back to the piece that it was.

    d_best   (...)
    masks    (P-1, ...)  as `maxout` filled it
    out      (P, ...)    is written to, if given
    returns  (P, ...)    zero for the pieces that lost
    """
    xp: Any = array_module(d_best)
    shape = (len(masks) + 1, *d_best.shape)
    dY: Floats = xp.empty(shape, dtype=d_best.dtype) if out is None else out
    rest = d_best
    # From the last piece down: where a piece beat all before it and none after did, it won.
    for piece in range(len(masks), 0, -1):
        xp.multiply(rest, masks[piece - 1], out=dY[piece])
        xp.subtract(rest, dY[piece], out=dY[0])
        rest = dY[0]
    if rest is d_best:
        dY[0] = d_best
    return dY
