"""The bytes of shims: layers of Thinc models whose weights are in a module of another library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from thinc.shims import PyTorchShim
from thinc.shims.pytorch import default_deserialize_torch_model, default_serialize_torch_model

from kernel.errors import LoadError
from kernel.files import check_type, unpack
from kernel.ops.torch_bytes import pack_module, read_arrays, set_arrays, unpack_module

if TYPE_CHECKING:
    from kernel.ops.torch_parameters import Arrays

_SHIM: Final = {"config": dict[str, Any], "state": bytes}
_WHAT: Final = "the stored torch module"


def store_without_pickle(shim: Any) -> None:
    """Let the module of a torch shim be stored by `pack_module`, unless it has another format."""
    if _has_own_tensors(shim):
        shim._serialize_model = pack_module
        shim._deserialize_model = unpack_module


def shim_loaders(layer: Any, stored: Sequence[bytes]) -> Iterator[Callable[[], None]]:
    """Yield a function for each shim of a layer that loads what is stored for it.

    Raises `LoadError` if the tensors of a torch module do not fit it. Shims with a format of their
    own are checked by the function.
    """
    for shim, data in zip(layer.shims, stored, strict=True):
        if _has_own_tensors(shim):
            fields = check_type(unpack(data, what=_WHAT), _SHIM, what=_WHAT)
            arrays = read_arrays(shim._model, fields["state"])
            yield partial(_set, shim, fields["config"], arrays)
        else:
            yield partial(_from_bytes, layer, shim, data)


def _set(shim: Any, config: dict[str, Any], arrays: Arrays) -> None:
    shim.cfg = config
    set_arrays(shim._model, arrays)


def _from_bytes(layer: Any, shim: Any, data: bytes) -> None:
    try:
        shim.from_bytes(data)
    except LoadError:
        raise
    except Exception as error:  # each library has errors of its own
        raise LoadError(
            f"the weights of the layer `{layer.name}`, of another library, cannot be loaded: "
            f"{str(error) or type(error).__name__}"
        ) from error


def _has_own_tensors(shim: Any) -> bool:
    """Return whether Thinc would store the module of a shim by `torch.save`."""
    return (
        isinstance(shim, PyTorchShim)
        and type(shim).to_bytes is PyTorchShim.to_bytes
        and shim._model is not None
        and shim._serialize_model in {default_serialize_torch_model, pack_module}
        and shim._deserialize_model in {default_deserialize_torch_model, unpack_module}
    )
