"""Putting the device double in the place of CuPy."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

from kernel.testing.device.array import Counts, counts


@contextlib.contextmanager
def device_double() -> Iterator[Counts]:
    """Let Thinc, the kernel and its plugins use the device double until the block ends.

    Models that are created or loaded inside the block are on the "device". Yields the counts of
    what the device was asked to do, from zero.
    """
    import thinc.backends
    import thinc.types
    import thinc.util
    from thinc.api import get_current_ops, set_current_ops

    from kernel.testing.device.module import module
    from kernel.testing.device.ops import DeviceOps

    before: Any = get_current_ops()
    counts.reset()
    # Thinc makes numpy arrays of tensors on the CPU; here, these are on the device.
    is_on_device: Any = thinc.util.is_torch_array
    with (
        mock.patch.dict(sys.modules, cupy=module),
        mock.patch.object(thinc.util, "cupy", module),
        mock.patch.object(thinc.util, "has_cupy", True),
        mock.patch.object(thinc.util, "has_cupy_gpu", True),
        mock.patch.object(thinc.util, "has_gpu", True),
        mock.patch.object(thinc.util, "is_torch_cuda_array", is_on_device),
        mock.patch.object(thinc.util, "cupy_from_dlpack", _from_capsule),
        mock.patch.object(thinc.backends, "CupyOps", DeviceOps),
        mock.patch.object(thinc.types, "get_array_module", module.get_array_module),
    ):
        set_current_ops(DeviceOps())
        try:
            yield counts
        finally:
            set_current_ops(before)


def _from_capsule(capsule: Any) -> Any:
    """Return the array of a tensor that torch exported."""
    from torch.utils import dlpack

    from kernel.testing.device.module import module

    return module.from_dlpack(dlpack.from_dlpack(capsule))
