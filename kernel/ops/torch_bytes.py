"""The tensors of a torch module as bytes, without pickle."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import LoadError, UnsupportedError
from kernel.files import check_type, pack, unpack
from kernel.ops.bridge import host_array, set_tensor
from kernel.ops.torch_parameters import Arrays, extra_state, host_arrays, named_tensors

_WHAT: Final = "the tensors of a torch module"
_ARRAYS: Final = "arrays"
# An archive of `torch.save` is a zip file; the format before torch 1.6 was bare pickle.
_ZIP: Final = b"PK\x03\x04"


def pack_module(module: Any) -> bytes:
    """Return the parameters and the persistent buffers of a module.

    Raises `UnsupportedError` for a module with state that is not a tensor.
    """
    others = extra_state(module)
    if others:
        raise UnsupportedError(
            f"`{others[0]}` of the torch module `{type(module).__name__}` is not a tensor",
            hint="give `PyTorchWrapper.v3` functions `serialize_model` and `deserialize_model`",
        )
    return pack({_ARRAYS: host_arrays(module)})


def unpack_module(module: Any, data: bytes, device: Any) -> Any:
    """Set the tensors of a module to those in `data`; return the module, moved to `device`.

    data  see `read_arrays`

    Raises `LoadError` if `data` is damaged or does not fit; the module is not changed then.
    """
    set_arrays(module, read_arrays(module, data))
    return module.to(device)


def read_arrays(module: Any, data: bytes) -> Arrays:
    """Return the tensors of a module that are stored in `data`, by name.

    data  the result of `pack_module`, or an archive of `torch.save` with a `state_dict`

    Raises `LoadError` if `data` is damaged or does not fit the module.
    """
    if data.startswith(_ZIP):
        arrays = _read_archive(data)
    else:
        fields = check_type(unpack(data, what=_WHAT), {_ARRAYS: dict[str, Any]}, what=_WHAT)
        arrays = fields[_ARRAYS]
    for problem in _problems(module, arrays):
        raise LoadError(f"{_WHAT} do not fit the `{type(module).__name__}`: {problem}")
    return arrays


def set_arrays(module: Any, arrays: Arrays) -> None:
    """Copy arrays into the tensors of a module by name."""
    state = module.state_dict(keep_vars=True)
    for name, array in arrays.items():
        set_tensor(state[name], array)


def _read_archive(data: bytes) -> dict[str, Any]:
    import torch

    try:
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        return {name: host_array(tensor) for name, tensor in state.items()}
    except Exception as error:  # torch has no type of its own for damaged archives
        raise LoadError(f"{_WHAT} are damaged: {error!s:.200}") from error


def _problems(module: Any, arrays: Mapping[str, Any]) -> Iterator[str]:
    state = module.state_dict(keep_vars=True)
    # A tensor that has several names is in an archive under each of them.
    for name in named_tensors(module).keys() - arrays.keys():
        yield f"`{name}` is missing"
    for name, array in arrays.items():
        if name not in state:
            yield f"it has no `{name}`"
            continue
        own = host_array(state[name])
        if not isinstance(array, np.ndarray):
            yield f"`{name}` is not an array"
        elif array.shape != own.shape:
            yield f"`{name}` has the shape {array.shape}, not {own.shape}"
        elif array.dtype != own.dtype:
            yield f"`{name}` has the type {array.dtype}, not {own.dtype}"
        elif not _is_finite(array, state[name]):
            yield f"`{name}` has values that are not finite numbers"


def _is_finite(array: npt.NDArray[Any], tensor: Any) -> bool:
    import torch

    if tensor.dtype == torch.bfloat16:  # stored as int16: all bits of the exponent are set
        return not ((array & 0x7F80) == 0x7F80).any()
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())
