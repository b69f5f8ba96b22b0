"""Functions that select the device for models. Call them before loading a pipeline."""

from __future__ import annotations

import importlib.util
import platform
from typing import TYPE_CHECKING, Any, Final, Literal

from kernel.errors import ArgumentError

if TYPE_CHECKING:
    Allocator = Literal["pytorch", "tensorflow"]

_INSTALL_CUPY: Final = "pip install 'kernel-nlp[cuda12]' (or [cuda13]), or run on the CPU"
_MODULES: Final = {"pytorch": "torch", "tensorflow": "tensorflow"}


def prefer_gpu(gpu_id: int = 0) -> bool:
    """Use the GPU `gpu_id` if it is available; return whether it is used.

    Only models that are created or loaded later are on the GPU.
    """
    if gpu_problem(gpu_id) is not None:
        return False
    return require_gpu(gpu_id)


def require_gpu(gpu_id: int = 0) -> bool:
    """Use the GPU `gpu_id`.

    Only models that are created or loaded later are on the GPU. Raises `ArgumentError`, which says
    what is missing, if the GPU is not available.
    """
    problem = gpu_problem(gpu_id)
    if problem is not None:
        raise ArgumentError(problem[0], hint=problem[1])
    from thinc.api import require_gpu as thinc_require_gpu

    return bool(thinc_require_gpu(gpu_id))


def require_cpu() -> bool:
    """Use the CPU."""
    from thinc.api import set_current_ops

    from kernel.ops import default_ops

    set_current_ops(default_ops())
    return True


def gpu_problem(gpu_id: int = 0) -> tuple[str, str] | None:
    """Return why the GPU `gpu_id` cannot be used and what to do, None if it can."""
    if gpu_id < 0:
        return f"GPUs have numbers from 0, got {gpu_id}", "run on the CPU with `require_cpu`"
    if platform.system() == "Darwin":
        return _mac_problem()
    try:
        import cupy
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "cupy":
            return f"GPU {gpu_id} cannot be used: CuPy is not installed", _INSTALL_CUPY
        # A part of CUDA is missing, or of another version.
        return f"GPU {gpu_id} cannot be used: CuPy cannot be imported: {error}", _INSTALL_CUPY
    return _cuda_problem(cupy.cuda.runtime, gpu_id)


def set_allocator(allocator: Allocator) -> None:
    """Let CuPy take its memory on the GPU from the memory of torch or TensorFlow.

    Raises `ArgumentError` if that library is not installed.
    """
    if importlib.util.find_spec(_MODULES[allocator]) is None:
        raise ArgumentError(
            f'`gpu_allocator = "{allocator}"` needs {_MODULES[allocator]}, which is not installed',
            hint="without models of that library, set it to null",
        )
    from thinc import api

    if allocator == "tensorflow":
        enable_tensorflow: Any = api.enable_tensorflow
        enable_tensorflow()
    api.set_gpu_allocator(allocator)


def _cuda_problem(runtime: Any, gpu_id: int) -> tuple[str, str] | None:
    try:
        n_gpus = runtime.getDeviceCount()
    except runtime.CUDARuntimeError as error:
        return (
            f"GPU {gpu_id} cannot be used: CuPy is installed, but finds no CUDA device: {error}",
            "`nvidia-smi` must show the GPU and a driver for the CUDA version of CuPy",
        )
    if gpu_id >= n_gpus:
        found = ", ".join(map(str, range(n_gpus))) or "none"
        return f"there is no GPU {gpu_id}; GPUs of this machine: {found}", "see `nvidia-smi`"
    return None


def _mac_problem() -> tuple[str, str] | None:
    from thinc.compat import has_torch_mps_gpu

    if has_torch_mps_gpu:
        return None
    return "the GPU of a Mac needs torch with MPS", "pip install torch, or run on the CPU"
