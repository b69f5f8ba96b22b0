"""Output layers that get more labels and keep what they have learned.

Axes: O labels, I inputs, L rows of a hashed table.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from thinc.api import Model

from kernel.errors import KernelError
from kernel.ops import WeightNode, array_module

# A new label scores so far below 0 at first that it hardly changes what the others score, but
# can be learned. (spaCy's -5000 is for good: through a softmax activation or a logistic function
# no gradient comes back from there.)
NEW_LABEL_BIAS: Final = -7.0


def make_resizable(model: Any, output: Any, *, has_activation: bool) -> None:
    """Let labels be added to `model`, of which `output` is the layer that scores them."""
    model.set_ref("output_layer", output)
    bias = NEW_LABEL_BIAS if has_activation else 0.0
    model.attrs["resize_output"] = functools.partial(resize_output, bias=bias)


def resize_output(model: Any, n_labels: int, *, bias: float = 0.0) -> Model[Any, Any]:
    """Give the model `n_labels` labels; the new ones come last. Returns the model.

    `bias` is that of new labels. Before the model has weights this only sets the size.
    """
    output = model.get_ref("output_layer")
    n_before = output.maybe_get_dim("nO")
    if n_before is not None and n_labels < n_before:
        raise KernelError(f"a model of {n_before} labels cannot shrink to {n_labels}")
    grown = {}
    if output.has_param("W") and n_before != n_labels:
        grown = _take_grown(output, n_labels, bias)
    for node in (output, model):
        node.set_dim("nO", n_labels, force=True)
    for name, (param, gradient) in grown.items():
        output.set_param(name, param)
        if gradient is not None:
            output.set_grad(name, gradient)
    return model  # type: ignore[no-any-return]


def _take_grown(node: Any, n_labels: int, bias: float) -> dict[str, tuple[Any, Any]]:
    """Take the parameters out of `node`, whose size is fixed as long as it has any.

    returns  parameters with room for new labels, and gradients where there are any

    The node gets a new id: under the old one optimizers keep moments of the old size.
    """
    n_before = node.get_dim("nO")
    grown = {}
    for name in ("W", "b"):
        param, gradient = node.get_param(name), _take_gradient(node, name)
        axis = node.attrs.get("label_axis", 0) if name == "W" else 0
        size = param.shape[axis] // n_before * n_labels
        grown[name] = (
            _grow(param, axis, size, bias if name == "b" else 0.0),
            None if gradient is None else _grow(gradient, axis, size),
        )
        node.set_param(name, None)
    with Model.global_id_lock:
        Model.global_id += 1
        node.id = Model.global_id
    return grown


def _take_gradient(node: Any, name: str) -> Any:
    """Return the gradient of a parameter, None if nothing was added to it since the last step."""
    gradient = node.get_grad(name) if node.has_grad(name) else None
    if isinstance(node, WeightNode):
        node.row_gradients.pop(name, None)
        return gradient if gradient is not None and gradient.any() else None
    return gradient


def _grow(array: Any, axis: int, size: int, fill: float = 0.0) -> Any:
    xp, shape = array_module(array), list(array.shape)
    shape[axis] = size
    grown = xp.full(shape, fill, dtype=array.dtype) if fill else xp.zeros(shape, array.dtype)
    grown[(slice(None),) * axis + (slice(0, array.shape[axis]),)] = array
    return grown
