"""The names of array types, and the module that an array comes from."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

# For the type checker, a CuPy array is a NumPy array. Shapes are given in docstrings.
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]


def array_module(array: Any) -> Any:
    """Return `numpy` for a numpy array, `cupy` for an array on a GPU."""
    if isinstance(array, np.ndarray):
        return np
    from thinc import util

    get_array_module: Any = util.get_array_module
    return get_array_module(array)
