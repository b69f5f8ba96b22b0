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

NAME = "kernel-cpu"


class KernelOps(NumpyOps):  # type: ignore[misc]  # it is compiled and has no stubs
    """Thinc's CPU operations, with numpy's matrix product in the place of the single-threaded one.

    Dropout masks come from the stream in use.
    """

    name = NAME

    def __init__(self, device_type: Any = "cpu", device_id: int = -1) -> None:
        # Without blis Thinc's compiled functions fall back to `gemm` as well.
        super().__init__(device_type, device_id, use_blis=False)

    def gemm(
        self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False
    ) -> Any:
        """Multiply two matrices, either of them transposed first if asked.

        x        (N, K)  or (K, N) with `trans1`
        y        (K, M)  or (M, K) with `trans2`
        out      (N, M)  is written to, if given
        returns  (N, M)
        """
        return matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    def get_dropout_mask(self, shape: Any, drop: float | None) -> Any:
        """Return zeros, and `1 / (1 - drop)` where a value is kept.

        returns  `shape`  float32
        """
        return dropout_mask(shape, drop or 0.0)


@functools.cache
def default_ops() -> KernelOps:
    """Return the process's `KernelOps`, registered with Thinc as "kernel-cpu"."""
    registry: Any = thinc.registry.ops
    registry.register(NAME, func=KernelOps)
    return KernelOps()


@contextlib.contextmanager
def use_kernel_ops() -> Iterator[Ops]:
    """Make Thinc models inside the block on `KernelOps`; a GPU that is in use stays in use."""
    before = get_current_ops()
    ops = default_ops() if before.device_type == "cpu" else before
    set_current_ops(ops)
    try:
        yield ops
    finally:
        set_current_ops(before)
