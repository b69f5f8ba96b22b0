"""Random masks that leave values out in training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel import random

if TYPE_CHECKING:
    from kernel.ops.types import Floats

_ALL: Final = 2**64 - 1


def dropout_mask(shape: Sequence[int], drop: float, xp: Any = np) -> Floats:
    """Draw zeros with probability `drop`, and `1 / (1 - drop)` elsewhere.

    returns  `shape`  float32, drawn from the stream in use, on the device of `xp`

    The probability is rounded to a multiple of 1/65,536: sixteen bits a value cost a tenth of
    what a uniform float does.
    """
    if drop <= 0:
        return xp.ones(shape, dtype="float32")  # type: ignore[no-any-return]
    if drop >= 1:
        return xp.zeros(shape, dtype="float32")  # type: ignore[no-any-return]
    size = math.prod(shape)
    words = random.generator().integers(0, _ALL, -(-size // 4), dtype="uint64", endpoint=True)
    bits = words.astype("<u8", copy=False).view("<u2")[:size]
    kept = (bits >= round(drop * 65536)).reshape(shape)
    mask = np.multiply(kept, np.float32(1 / (1 - drop)), dtype="float32")
    return xp.asarray(mask)  # type: ignore[no-any-return]
