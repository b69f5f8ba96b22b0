"""Adding outputs to trained layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thinc.api import Model

from kernel.arrays import array_module
from kernel.errors import ArgumentError
from kernel.ops.weights import WeightNode


def grow_output(
    node: Any, axes: Mapping[str, int], size: int, fill: Mapping[str, Any] | None = None
) -> None:
    """Add outputs at the end of a layer; the others keep their weights and gradients.

    node  the layer, with `nO` outputs; if it has no weights, only the dimension is set
    axes  for each parameter, the axis of the outputs
    size  the new number of outputs
    fill  initial values of new outputs: a number, or an array that broadcasts; default 0

    Raises `KernelError` if the layer already has more outputs.
    """
    before = node.maybe_get_dim("nO")
    if before is not None and size < before:
        raise ArgumentError(f"a layer of {before} outputs cannot shrink to {size}")
    if before == size:
        return
    grown = {}
    for name, axis in axes.items():
        if not node.has_param(name):
            continue
        param, gradient = node.get_param(name), _take_gradient(node, name)
        length = param.shape[axis] // before * size  # a flat table, one output after another
        new = 0 if fill is None else fill.get(name, 0)
        grown[name] = (
            _grow(param, axis, length, new),
            None if gradient is None else _grow(gradient, axis, length, 0),
        )
    if grown:
        forget_weights(node)
    node.set_dim("nO", size, force=True)
    for name, (param, gradient) in grown.items():
        node.set_param(name, param)
        if gradient is not None:
            node.set_grad(name, gradient)


def forget_weights(node: Any) -> None:
    """Drop the parameters of a layer, so that its dimensions can be set again.

    The layer gets a new id: under the old one, optimizers keep moments of the old size.
    """
    for name in node.param_names:
        node.set_param(name, None)
    with Model.global_id_lock:
        Model.global_id += 1
        node.id = Model.global_id


def _take_gradient(node: Any, name: str) -> Any:
    """Return the gradient of a parameter since the last step, None if there is none."""
    gradient = node.get_grad(name) if node.has_grad(name) else None
    if isinstance(node, WeightNode):
        node.row_gradients.pop(name, None)
    return gradient if gradient is not None and gradient.any() else None


def _grow(array: Any, axis: int, length: int, fill: Any) -> Any:
    before = array.shape[axis]
    shape = (*array.shape[:axis], length, *array.shape[axis + 1 :])
    grown = array_module(array).empty(shape, dtype=array.dtype)
    leading = (slice(None),) * axis
    grown[(*leading, slice(before))] = array
    grown[(*leading, slice(before, None))] = fill
    return grown
