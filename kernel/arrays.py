"""Arrays of any device: the module that an array comes from, its address, and copies on the host.

A GPU's array and a numpy array never mix: an array must be moved to the other's device first.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt


def array_module(array: Any) -> Any:
    """Return the module of an array, whose functions take it: `numpy`, or `cupy` on a GPU.

    Raises `TypeError` for anything else.
    """
    if isinstance(array, np.ndarray):
        return np
    module: Any = sys.modules.get(type(array).__module__.partition(".")[0])
    if not isinstance(array, getattr(module, "ndarray", ())):
        raise TypeError(f"expected an array of numpy or CuPy, got {type(array)}")
    return module


def as_numpy(array: Any) -> npt.NDArray[Any]:
    """Return an array of any device as a numpy array; on the host, without a copy."""
    return np.asarray(array.get() if hasattr(array, "get") else array)


def on_device_of(like: Any, array: Any) -> Any:
    """Return an array on the device of `like`; without a copy if it is there."""
    xp = array_module(like)
    return array if isinstance(array, xp.ndarray) else xp.asarray(as_numpy(array))


def address_of(array: Any) -> int:
    """Return the address of the first value."""
    if isinstance(array, np.ndarray):
        return int(array.__array_interface__["data"][0])
    return int(array.data.ptr)
