"""The weights of a component in plain torch, without Thinc."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
from thinc.api import get_current_ops
from thinc.shims import Shim

from kernel.ops.bridge import set_tensor
from kernel.ops.torch_bytes import pack_module, read_arrays, set_arrays
from kernel.ops.torch_parameters import (
    Arrays,
    TorchParameters,
    host_arrays,
    named_tensors,
    parameters_of,
)
from kernel.ops.updating import apply_gradients, swapped


class TorchWeights:
    """The weights of a torch module; implements `kernel.pipeline.protocols.Weights`.

    A component has this object as its attribute `weights`, and calls its `finish_update` and
    `use_params` in its own methods of these names. Names are those of torch: `lstm.weight_ih_l0`.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self._number = Shim(module).id  # counted by Thinc, in one row with its shims

    @property
    def _node(self) -> TorchParameters:
        first = next(self.module.parameters(), None)
        on_host = first is None or first.device.type == "cpu"
        return parameters_of(self.module, self._number, np if on_host else get_current_ops().xp)

    def named_arrays(self) -> Arrays:
        """Return parameters and persistent buffers, on the host."""
        return host_arrays(self.module)

    def load_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Set the parameters and buffers that are among `arrays`."""
        for name, tensor in named_tensors(self.module).items():
            if name in arrays:
                set_tensor(tensor, arrays[name])

    def to_bytes(self) -> bytes:
        """Return parameters and persistent buffers as bytes, without pickle.

        Raises `UnsupportedError` for a module with other state than tensors.
        """
        return pack_module(self.module)

    def from_bytes(self, data: bytes) -> None:
        """Load the result of `to_bytes`, or an archive of `torch.save` with a `state_dict`.

        Raises `LoadError` if `data` is damaged or does not fit; nothing is changed then.
        """
        set_arrays(self.module, read_arrays(self.module, data))

    def optimizer_keys(self) -> dict[tuple[int, str], str]:
        """Return the name of each parameter by its key in the optimizer."""
        node = self._node
        return {(node.id, name): name for name in node.param_names}

    def gradients(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and the gradient of each parameter that has a gradient."""
        for _, name, gradient in self._node.gradients():
            yield name, gradient

    def finish_update(self, optimizer: Any) -> None:
        """Let an optimizer update the parameters by their gradients, which are set to zero."""
        node = self._node
        apply_gradients(node, list(node.gradients()), optimizer)

    def use_params(self, params: Mapping[Any, Any]) -> AbstractContextManager[None]:
        """Use the values `params`, by the keys of an optimizer, inside the block."""
        return swapped([self._node], params)
