"""Thinc's operations with numpy's matrix product."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import thinc
from thinc.backends import NumpyOps, get_current_ops, set_current_ops

from kernel.ops.dropout import dropout_mask
from kernel.ops.product import matmul

if TYPE_CHECKING:
    from thinc.backends import Ops

OPS_NAME = "kernel-cpu"


class KernelOps(NumpyOps):  # type: ignore[misc]  # compiled, without type stubs
    """Thinc's CPU operations, with numpy's matrix product instead of a single-threaded one.

    Dropout masks are drawn from the current random stream.
    """

    name = OPS_NAME

    def __init__(self, device_type: Any = "cpu", device_id: int = -1) -> None:
        # Without blis, Thinc's compiled functions also use `gemm`.
        super().__init__(device_type, device_id, use_blis=False)

    def gemm(
        self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False
    ) -> Any:
        """Multiply two matrices, after transposing them if requested.

        x        (N, K)  or (K, N) with `trans1`
        y        (K, M)  or (M, K) with `trans2`
        out      (N, M)  memory for the result, optional
        returns  (N, M)
        """
        return matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    def get_dropout_mask(self, shape: Any, drop: float | None) -> Any:
        """Return a mask with `1 / (1 - drop)` for values that are kept and 0 for others.

        returns  `shape`  float32
        """
        return dropout_mask(shape, drop or 0.0)


@functools.cache
def default_ops() -> KernelOps:
    """Return the process's `KernelOps`, registered with Thinc as "kernel-cpu"."""
    registry: Any = thinc.registry.ops
    registry.register(OPS_NAME, func=KernelOps)
    return KernelOps()


class _StreamDropout:
    """Dropout masks from the current random stream, for operations of a GPU.

    A run therefore draws the same numbers on every device and can be resumed: the state of CuPy's
    own generator cannot be saved.
    """

    xp: Any

    def get_dropout_mask(self, shape: Any, drop: float | None) -> Any:
        """Return a mask on the device; see `KernelOps.get_dropout_mask`."""
        return dropout_mask(shape, drop or 0.0, self.xp)


def _on_device(ops: Any) -> Any:
    """Return Thinc's operations of a GPU, with dropout masks from the current random stream."""
    if isinstance(ops, _StreamDropout):
        return ops
    kind: Any = type(ops)
    return _with_stream_dropout(kind)(ops.device_type, ops.device_id)


@functools.cache
def _with_stream_dropout(kind: type[Any]) -> type[Any]:
    return type(f"Kernel{kind.__name__}", (_StreamDropout, kind), {})


@contextlib.contextmanager
def use_kernel_ops() -> Iterator[Ops]:
    """Let Thinc models created inside the block use `KernelOps`, or the same on a GPU in use."""
    before = get_current_ops()
    ops = default_ops() if before.device_type == "cpu" else _on_device(before)
    set_current_ops(ops)
    try:
        yield ops
    finally:
        set_current_ops(before)
