"""From gradients to weights: one step of an optimizer for all weights of a model."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.arrays import array_module
from kernel.errors import KernelError
from kernel.ops.row_gradient import RowGradient
from kernel.ops.squares import squared_norms
from kernel.ops.torch_parameters import (
    TorchParameters,
    end_step,
    has_overflow,
    is_torch_shim,
    module_of,
    torch_parameters,
)
from kernel.ops.weights import SteppingNode, WeightNode, tree

if TYPE_CHECKING:
    from kernel.ops.types import Floats


class NonFiniteGradientError(KernelError):
    """A gradient is infinite or not a number; `where` describes the parameter."""

    def __init__(self, where: str) -> None:
        super().__init__(f"the gradient of {where} is not finite")
        self.where = where


Gradient = tuple[Any, str, Any]


def gradients(model: Any) -> Iterator[Gradient]:
    """Yield node, parameter name and gradient (an array or a `RowGradient`) of a model.

    The parameters of a torch module in a shim belong to a node of `TorchParameters`.
    """
    for node in _nodes(model):
        by_rows = node.row_gradients if isinstance(node, WeightNode) else {}
        for name in node.param_names:
            if name in by_rows:
                yield node, name, by_rows[name]
            elif node.has_grad(name):
                yield node, name, node.get_grad(name)
    for shim, node in torch_nodes(model):
        if not has_overflow(shim):
            yield from node.gradients()


def torch_nodes(model: Any) -> Iterator[tuple[Any, TorchParameters]]:
    """Yield each shim of a torch module in a model, and the parameters of the module."""
    seen = set()
    for node in _nodes(model):
        for shim in node.shims:
            if is_torch_shim(shim) and module_of(shim) not in seen:
                seen.add(module_of(shim))
                yield shim, torch_parameters(shim, node.ops.xp)


def finish_update(model: Any, optimizer: Any) -> None:
    """Let an optimizer update all weights, like Thinc's `Model.finish_update`.

    The weights of torch modules are updated like those of Thinc's layers; shims of other libraries
    update their weights themselves.
    """
    for node in _nodes(model):
        for shim in node.shims:
            if not is_torch_shim(shim):
                shim.finish_update(optimizer)
    apply_gradients(model, list(gradients(model)), optimizer)
    for shim, node in torch_nodes(model):
        if has_overflow(shim):
            node.clear_gradients()
        end_step(shim)
    for each in _nodes(model):
        if isinstance(each, SteppingNode):
            each.step += 1


def apply_gradients(model: Any, found: Sequence[Gradient], optimizer: Any) -> None:
    """Let an optimizer update parameters by their gradients, which are set to zero.

    model  the owner of the parameters, with an `id`
    found  the items of `gradients`

    An optimizer with `update_model` gets all parameters at once; any other optimizer is called for
    each parameter.
    """
    if hasattr(optimizer, "update_model"):
        optimizer.update_model(model, found)
        return
    for node, name, gradient in found:
        whole = gradient.whole() if isinstance(gradient, RowGradient) else _own_gradient(node, name)
        param, rest = optimizer((node.id, name), node.get_param(name), whole)
        node.set_param(name, param)
        if rest is not whole:
            whole[...] = rest


@contextlib.contextmanager
def use_params(model: Any, params: Mapping[Any, Any]) -> Iterator[None]:
    """Use the values `params`, {(node id, name): array}, inside the block.

    As Thinc's `Model.use_params`, but also for torch modules, and if the block raises an error.
    """
    with swapped([*_nodes(model), *(node for _, node in torch_nodes(model))], params):
        yield


@contextlib.contextmanager
def swapped(nodes: Iterable[Any], params: Mapping[Any, Any]) -> Iterator[None]:
    """Set parameters of `nodes` to the values `params` inside the block."""
    replaced = [
        (node, name) for node in nodes for name in node.param_names if (node.id, name) in params
    ]
    before = [(node, name, node.get_param(name)) for node, name in replaced]
    try:
        for node, name in replaced:
            node.set_param(name, params[node.id, name])
        yield
    finally:
        for node, name, value in before:
            node.set_param(name, value)


def _nodes(model: Any) -> Iterator[Any]:
    """Yield each node of a model once."""
    seen = set()
    for node in tree(model):
        if node.id not in seen:
            seen.add(node.id)
            yield node


def _own_gradient(node: Any, name: str) -> Floats:
    """Return a contiguous gradient, which optimizers can change in place."""
    gradient: Floats = node.get_grad(name)
    if not gradient.flags.c_contiguous:
        gradient = gradient.copy()
        node.set_grad(name, gradient)
    return gradient


def check_finite(found: Iterable[tuple[Any, str, Any]]) -> None:
    """Raise `NonFiniteGradientError` for the first gradient that is not finite.

    found  the items of `gradients`

    The sum of squares needs one pass and no temporary array. Only if it is not finite (which a
    large, finite gradient can cause too), each value is checked.
    """
    for group in _by_device(found).values():
        squares = squared_norms([values for _, _, values in group])
        for (node, name, values), square in zip(group, squares, strict=True):
            if not math.isfinite(square) and not array_module(values).isfinite(values).all():
                raise NonFiniteGradientError(f"`{name}` of the layer `{node.name}`")


def _by_device(found: Iterable[tuple[Any, str, Any]]) -> dict[Any, list[tuple[Any, str, Floats]]]:
    """Return node, name, and the part of the gradient that may be nonzero, by array module."""
    groups: dict[Any, list[tuple[Any, str, Floats]]] = {}
    for node, name, gradient in found:
        is_by_rows = isinstance(gradient, RowGradient)
        values = gradient.touched(node.ops)[1] if is_by_rows else gradient
        groups.setdefault(array_module(values), []).append((node, name, values))
    return groups
