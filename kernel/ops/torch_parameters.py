"""The weights of a torch module, as arrays that optimizers update in place."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import define
from thinc.shims import PyTorchShim

from kernel.ops.bridge import from_torch, host_array, to_torch

Arrays = dict[str, npt.NDArray[Any]]
# A node, the name of a parameter, and its gradient.
Gradient = tuple[Any, str, Any]


@define(eq=False)
class _Shared:
    """The memory of a tensor as an array; `address` is where the memory starts."""

    address: int
    array: Any


class TorchParameters:
    """The parameters of a torch module, with the methods of a Thinc node that optimizers use.

    Arrays share the memory of the tensors, and `set_param` and `set_grad` let the tensors share the
    memory of other arrays.

    id  the number in the keys of the parameters. Thinc counts shims and nodes separately, so the
        numbers of shims are negative here.
    """

    def __init__(self, module: Any, number: int, xp: Any = np) -> None:
        self.id = -number
        self.name = type(module).__name__
        self._module = weakref.ref(module)
        self.xp = xp
        self._params: dict[str, _Shared] = {}
        self._grads: dict[str, _Shared] = {}
        self._tensors = dict(module.named_parameters())

    def gradients(self) -> Iterator[Gradient]:
        """Yield this node, the name and the gradient of each parameter that has a gradient."""
        module: Any = self._module()
        self._tensors = dict(module.named_parameters())
        for name, tensor in self._tensors.items():
            if tensor.grad is not None:
                if tensor.grad.is_sparse:
                    tensor.grad = tensor.grad.to_dense()
                yield self, name, self.get_grad(name)

    @property
    def param_names(self) -> tuple[str, ...]:
        """The names of the parameters in the module; a shared one has a single name."""
        return tuple(self._tensors)

    def get_param(self, name: str) -> Any:
        """Return a parameter as an array."""
        return self._shared(self._params, name, self._tensors[name])

    def set_param(self, name: str, value: Any) -> None:
        """Let a parameter use the memory of an array of its shape."""
        if value is not self.get_param(name):
            tensor = self._tensors[name]
            tensor.data = to_torch(value)
            self._params[name] = _Shared(tensor.data_ptr(), value)

    def has_grad(self, name: str) -> bool:
        """Return whether a parameter has a gradient."""
        return self._tensors[name].grad is not None

    def get_grad(self, name: str) -> Any:
        """Return the gradient of a parameter as an array."""
        return self._shared(self._grads, name, self._tensors[name].grad)

    def set_grad(self, name: str, value: Any) -> None:
        """Let the gradient of a parameter use the memory of an array of its shape."""
        grad = self._tensors[name].grad = to_torch(value)
        self._grads[name] = _Shared(grad.data_ptr(), value)

    def clear_gradients(self) -> None:
        """Set the gradients to zero."""
        for tensor in self._tensors.values():
            if tensor.grad is not None:
                tensor.grad.zero_()

    def _shared(self, known: dict[str, _Shared], name: str, tensor: Any) -> Any:
        """Return the array of a tensor: the same object as long as the tensor's memory is."""
        address = tensor.data_ptr()
        found = known.get(name)
        if found is None or found.address != address or found.array.shape != tuple(tensor.shape):
            found = known[name] = _Shared(address, from_torch(tensor, self.xp))
        return found.array


# By module, so that its shims share them.
_parameters: Final[weakref.WeakKeyDictionary[Any, TorchParameters]] = weakref.WeakKeyDictionary()


def torch_parameters(shim: Any, xp: Any = np) -> TorchParameters:
    """Return the parameters of the module of a shim, as arrays of the module `xp`."""
    return parameters_of(module_of(shim), shim.id, xp)


def parameters_of(module: Any, number: int, xp: Any = np) -> TorchParameters:
    """Return the parameters of a module; those of a known module keep their first number."""
    found = _parameters.get(module)
    if found is None or found.xp is not xp:
        first = number if found is None else -found.id
        found = _parameters[module] = TorchParameters(module, first, xp)
    return found


def is_torch_shim(shim: Any) -> bool:
    """Return whether kernel's optimizers update the weights of a shim: those of a torch module.

    A shim with a `finish_update` of its own updates its weights itself.
    """
    return (
        isinstance(shim, PyTorchShim)
        and type(shim).finish_update is PyTorchShim.finish_update
        and module_of(shim) is not None
    )


def module_of(shim: Any) -> Any:
    """Return the torch module of a shim."""
    return shim._model


def has_overflow(shim: Any) -> bool:
    """Return whether a gradient of this step exceeded float16; the step is left out then."""
    return bool(shim._grad_scaler.found_inf)


def end_step(shim: Any) -> None:
    """Let the scale of float16 gradients follow whether they overflowed."""
    shim._grad_scaler.update()


def named_tensors(module: Any) -> dict[str, Any]:
    """Return the parameters and the persistent buffers of a module by their names in it.

    A tensor with several names is returned once.
    """
    stored = module.state_dict(keep_vars=True)
    buffers = {name: buffer for name, buffer in module.named_buffers() if name in stored}
    return {**dict(module.named_parameters()), **buffers}


def extra_state(module: Any) -> list[str]:
    """Return the names of what a module stores besides tensors (`get_extra_state`)."""
    tensors = {
        *dict(module.named_parameters(remove_duplicate=False)),
        *dict(module.named_buffers(remove_duplicate=False)),
    }
    return [name for name in module.state_dict(keep_vars=True) if name not in tensors]


def host_arrays(module: Any) -> Arrays:
    """Return the parameters and the persistent buffers of a module as numpy arrays."""
    return {name: host_array(tensor) for name, tensor in named_tensors(module).items()}
