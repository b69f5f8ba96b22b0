"""The weights of a Thinc model by names that are the same in every process.

Thinc numbers its nodes in the order of creation, which differs between processes. Here the name of
a parameter is the path of its node and its own name: `0.2.1/W` is the `W` of the second layer of
the third layer of the first layer of the model, `model/W` that of the model itself. The name of a
torch tensor is the path of its node, the number of the shim, and its name in the module:
`0/shims/0/lstm.weight_ih_l0`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.ops.bridge import set_tensor
from kernel.ops.row_gradient import RowGradient
from kernel.ops.torch_parameters import (
    extra_state,
    host_arrays,
    is_torch_shim,
    module_of,
    named_tensors,
    torch_parameters,
)
from kernel.ops.updating import gradients
from kernel.ops.weights import SteppingNode, stored_param

Arrays = dict[str, npt.NDArray[Any]]


class ThincWeights:
    """The weights of a Thinc model; implements `kernel.pipeline.protocols.Weights`."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def named_arrays(self) -> Arrays:
        """Return the stored weights, and the persistent buffers of torch modules, on the host.

        Also the number of steps of each `SteppingNode`.

        Pending updates of table rows are part of the optimizer's state.
        """
        arrays = {
            f"{path}/{param}": node.ops.to_numpy(stored_param(node, param))
            for path, node in self._nodes()
            for param in node.param_names
            if node.has_param(param)
        }
        arrays.update((f"{path}/step", np.asarray(node.step)) for path, node in self._stepping())
        for path, _, shim in self._shims():
            own = host_arrays(module_of(shim))
            arrays.update((f"{path}/{name}", array) for name, array in own.items())
        return arrays

    def load_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Set the parameters and buffers that are among `arrays` to copies of them."""
        for path, node in self._nodes():
            for param in node.param_names:
                if f"{path}/{param}" in arrays:
                    # Training changes weights in place.
                    node.set_param(param, node.ops.asarray(np.array(arrays[f"{path}/{param}"])))
        for path, node in self._stepping():
            if f"{path}/step" in arrays:
                node.step = int(arrays[f"{path}/step"])
        self._load_tensors(arrays)

    def _load_tensors(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        for path, _, shim in self._shims():
            for name, tensor in named_tensors(module_of(shim)).items():
                if f"{path}/{name}" in arrays:
                    set_tensor(tensor, arrays[f"{path}/{name}"])

    def optimizer_keys(self) -> dict[tuple[int, str], str]:
        """Return the name of each parameter by (node id, parameter name)."""
        owners = [
            *self._nodes(),
            *((path, torch_parameters(shim, node.ops.xp)) for path, node, shim in self._shims()),
        ]
        return {
            (owner.id, param): f"{path}/{param}"
            for path, owner in owners
            for param in owner.param_names
        }

    def gradients(self) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Yield the name of each parameter, and the part of its gradient that may be nonzero."""
        names = self.optimizer_keys()
        for node, param, gradient in gradients(self.model):
            is_by_rows = isinstance(gradient, RowGradient)
            values = gradient.touched(node.ops)[1] if is_by_rows else gradient
            yield names[node.id, param], values

    def foreign_layers(self) -> list[str]:
        """Return the paths of nodes with weights that have no names: of other libraries than torch.

        So are those of a shim that updates its weights itself, and of a torch module with other
        state than tensors.
        """
        return [
            path
            for path, node in self._nodes()
            for shim in node.shims
            if not is_torch_shim(shim) or extra_state(module_of(shim))
        ]

    def _stepping(self) -> Iterator[tuple[str, SteppingNode[Any, Any]]]:
        """Yield the path and the node of each setting that varies with the step."""
        yield from (each for each in self._nodes() if isinstance(each[1], SteppingNode))

    def _shims(self) -> Iterator[tuple[str, Any, Any]]:
        """Yield the path, the node and the shim of each torch module."""
        seen = set()
        for path, node in self._nodes():
            for index, shim in enumerate(node.shims):
                if is_torch_shim(shim) and module_of(shim) not in seen:
                    seen.add(module_of(shim))
                    yield f"{path}/shims/{index}", node, shim

    def _nodes(self) -> Iterator[tuple[str, Any]]:
        yield from _walk(self.model, "", set())


def _walk(node: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    yield path or "model", node
    for index, layer in enumerate(node.layers):
        yield from _walk(layer, f"{path}.{index}" if path else str(index), seen)
