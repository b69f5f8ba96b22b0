"""Torch tensors as arrays and arrays as tensors, sharing memory."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import UnsupportedError

# The number of CUDA in `__dlpack_device__`.
_DLPACK_CUDA: Final = 2


def to_torch(array: Any, *, requires_grad: bool = False) -> Any:
    """Return a tensor that shares the memory of an array, on the array's device.

    array          any shape; numpy arrays must be writable
    requires_grad  let torch compute the gradient of the tensor

    Raises `UnsupportedError` for an array on a GPU if torch was built without CUDA.
    """
    # Imported here so that the kernel works without torch.
    import torch

    if isinstance(array, np.ndarray):
        tensor = torch.from_numpy(array)
    else:
        _check_cuda(array, torch)
        tensor = torch.from_dlpack(array)
    return tensor.requires_grad_() if requires_grad else tensor


def _check_cuda(array: Any, torch: Any) -> None:
    kind, _ = array.__dlpack_device__()
    if kind == _DLPACK_CUDA and not torch.cuda.is_available():
        raise UnsupportedError(
            f"an array is on a GPU, which torch {torch.__version__} cannot use",
            hint="install torch with CUDA, see pytorch.org/get-started, or run on the CPU",
        )


def from_torch(tensor: Any, xp: Any = np) -> Any:
    """Return an array of the module `xp` that shares the memory of a tensor.

    tensor   any shape; its gradient is not followed
    returns  the same shape

    Raises `UnsupportedError` if the tensor is on a device whose memory `xp` cannot use.
    """
    detached = tensor.detach()
    try:
        return detached.numpy() if xp is np else xp.from_dlpack(detached)
    except (BufferError, TypeError, RuntimeError) as error:
        raise UnsupportedError(
            f"a {detached.dtype} tensor on `{detached.device}` cannot be an array of {xp.__name__}",
            hint="move the module to the device that `require_gpu` selected, in float32",
        ) from error


def host_array(tensor: Any) -> npt.NDArray[Any]:
    """Return the values of a tensor as a numpy array; bfloat16 as int16 with the same bits."""
    import torch

    on_host = tensor.detach().cpu()
    return from_torch(on_host.view(torch.int16) if on_host.dtype == torch.bfloat16 else on_host)


def set_tensor(tensor: Any, array: npt.NDArray[Any]) -> None:
    """Copy a numpy array, as returned by `host_array`, into a tensor of the same shape."""
    import torch

    values = torch.from_numpy(np.array(array))  # torch warns of arrays that are not writable
    if tensor.dtype == torch.bfloat16:
        values = values.view(torch.bfloat16)
    with torch.no_grad():
        tensor.copy_(values)
