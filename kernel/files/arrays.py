"""Arrays of numbers in NumPy's `.npy` format."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import LoadError

if TYPE_CHECKING:
    import numpy.typing as npt

_REAL_KINDS: Final = "fiu"


def parse_npy(data: bytes, *, n_axes: int, what: str = "the data") -> npt.NDArray[Any]:
    """Return the array in `data`, with `n_axes` axes and finite numbers.

    Raises `LoadError` that starts with `what` if `data` is damaged, truncated or followed by other
    bytes, or has other axes or values. Memory is allocated only after the size has been checked.
    """
    import numpy as np  # here, because `kernel --help` imports this package

    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, is_fortran, dtype = read_header(stream)
    # The header is a Python literal, and its parser raises errors of many types.
    except Exception as error:
        raise LoadError(f"{what} is damaged: {error}") from error
    if dtype.kind not in _REAL_KINDS:
        raise LoadError(f"{what} has values of the type {dtype}, expected numbers")
    if len(shape) != n_axes:
        raise LoadError(f"{what} has {len(shape)} axes, expected {n_axes}")
    n_bytes, n_found = math.prod(shape) * dtype.itemsize, len(data) - stream.tell()
    if n_bytes != n_found or min(shape, default=0) < 0:
        raise LoadError(f"{what} is damaged: expected {n_bytes} bytes of numbers, got {n_found}")
    values = np.frombuffer(data, dtype, offset=stream.tell())
    array = values.reshape(shape, order="F" if is_fortran else "C").copy()
    # Not `isfinite(array)`, which would need memory for as many truth values.
    if array.size and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        raise LoadError(f"{what} has a number that is not finite")
    return array
