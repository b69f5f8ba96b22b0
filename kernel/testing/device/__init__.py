"""A double of a GPU for tests: an array module that refuses what CuPy refuses."""

from kernel.testing.device.array import Counts, DeviceArray
from kernel.testing.device.checks import device_checks, gpu
from kernel.testing.device.double import device_double

__all__ = ["Counts", "DeviceArray", "device_checks", "device_double", "gpu"]
