"""Objects and arrays, whatever they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def get_object_name(obj: Any) -> str:
    """Return a name for an object: its `name`, its own name, or that of its class."""
    for attribute in ("name", "__name__"):
        name = getattr(obj, attribute, None)
        if isinstance(name, str):
            return name
    return type(obj).__name__


def get_arg_names(func: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters of a function."""
    return list(inspect.signature(func).parameters)


def get_cuda_stream(require: bool = False, non_blocking: bool = True) -> Any:
    """Return a new stream of CuPy if arrays are made on a GPU or with `require`, else None."""
    from thinc.api import CupyOps, get_current_ops

    if not require and not isinstance(get_current_ops(), CupyOps):
        return None
    import cupy

    return cupy.cuda.Stream(non_blocking=non_blocking)


def get_async(stream: Any, numpy_array: Any) -> Any:
    """Return the array, copied to the GPU in the order of `stream` if that is not None."""
    if stream is None:
        return numpy_array
    import cupy

    array = cupy.empty(numpy_array.shape, dtype=numpy_array.dtype)
    array.set(numpy_array, stream=stream)
    return array
