"""Thinc's operations on device arrays, with the checks of its CUDA kernels."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from thinc.backends import CupyOps, NumpyOps, Ops

from kernel.testing.device.array import DeviceArray, counts, wrapped
from kernel.testing.device.module import module

# The operations for which `CupyOps` has CUDA kernels; the double computes them on the host.
_KERNELS: Final = (
    "backprop_clipped_linear",
    "backprop_dish",
    "backprop_gelu",
    "backprop_hard_swish",
    "backprop_hard_swish_mobilenet",
    "backprop_maxout",
    "backprop_mish",
    "backprop_reduce_max",
    "backprop_reduce_mean",
    "backprop_reduce_sum",
    "backprop_seq2col",
    "backprop_swish",
    "clipped_linear",
    "dish",
    "gather_add",
    "gelu",
    "hash",
    "maxout",
    "mish",
    "pad",
    "reduce_max",
    "reduce_mean",
    "reduce_sum",
    "seq2col",
    "swish",
)
_INDEX_TYPES: Final = ("uint32",)  # converted by `gather_add`
_TYPES: Final = ("float32", "float64", "int32", "int64", "uint64")


class DeviceOps(Ops):
    """Operations like those of `CupyOps`, for the arrays of the device double."""

    name = "device-double"
    xp = module

    def __init__(self, device_type: Any = "gpu", device_id: int = 0, **_: Any) -> None:
        self.device_type = device_type
        self.device_id = device_id

    # None of these launches a kernel of its own.
    to_numpy = CupyOps.to_numpy
    asarray = CupyOps.asarray
    gemm = CupyOps.gemm
    relu = CupyOps.relu
    backprop_relu = CupyOps.backprop_relu

    def scatter_add(self, table: Any, indices: Any, values: Any) -> Any:
        """Add values to rows of a table, in place."""
        table.scatter_add(indices, values)

    def clip_gradient(self, gradient: Any, threshold: float) -> Any:
        """Reduce the norm of a gradient to at most `threshold`, in place."""
        flat = gradient.reshape(-1)
        norm = module.maximum(module.sqrt(flat @ flat), 1e-12)
        gradient *= module.minimum(threshold, norm) / norm
        return gradient

    def position_encode(self, N: int, D: int, period: int = 10000, out: Any = None) -> Any:  # noqa: N803
        """Return encodings of N positions: (N, D)."""
        encoded = NumpyOps().position_encode(N, D, period=period, out=out)
        return module.asarray(encoded)


def _kernel(name: str) -> Any:
    computed = getattr(NumpyOps(use_blis=False), name)

    def run(self: DeviceOps, *args: Any, **settings: Any) -> Any:
        counts.kernels += 1
        if "lengths" in settings or name.startswith(("reduce", "backprop_reduce")):
            counts.waits += 1  # Thinc checks the lengths on the host
        plain = [_checked(name, each) for each in args]
        given = {key: _checked(name, each) for key, each in settings.items()}
        result = computed(*plain, **given)
        if settings.get("inplace"):
            args[0].host[...] = result
            return args[0]
        return wrapped(result)

    run.__name__ = name
    return run


def _checked(name: str, value: Any) -> Any:
    """Return an argument for numpy; CUDA kernels read the memory of arrays as it is."""
    if isinstance(value, np.ndarray):
        raise TypeError(f"`{name}` needs device arrays, got a numpy array")
    if isinstance(value, (list, tuple)):
        return type(value)(_checked(name, each) for each in value)
    if not isinstance(value, DeviceArray):
        return value
    if value.dtype not in (_TYPES if name != "gather_add" else (*_TYPES, *_INDEX_TYPES)):
        raise AssertionError(f"the CUDA kernel `{name}` cannot handle {value.dtype}")
    if not value.flags.c_contiguous:
        raise ValueError(
            f"the CUDA kernel `{name}` reads memory as if the array were contiguous; "
            "use `ops.as_contig`"
        )
    return value.host


for _name in _KERNELS:
    setattr(DeviceOps, _name, _kernel(_name))
