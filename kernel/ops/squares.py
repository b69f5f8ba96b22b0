"""Squared norms of many arrays, with one copy to the host for all arrays of a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.arrays import array_module

if TYPE_CHECKING:
    from kernel.ops.types import Floats


def squared_norms(arrays: Sequence[Floats]) -> list[float]:
    """Return the sum of the squares of each array; all arrays are of the same device.

    A GPU is waited for once, and not once for each array.
    """
    if not arrays:
        return []
    xp: Any = array_module(arrays[0])
    flat = [array.reshape(-1) for array in arrays]
    if xp is np:
        return [float(each @ each) for each in flat]
    found: list[float] = xp.stack([(each @ each).astype("float32") for each in flat]).tolist()
    return found
