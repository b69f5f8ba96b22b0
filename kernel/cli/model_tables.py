"""Tables of the layers of a model: sizes, weights, gradients and attributes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import numpy as np
from attrs import frozen

from kernel.ops import ThincWeights
from kernel.ops.sizes import parameter_sizes

Row = tuple[str, str, str, str]

COLUMNS: Final = ("#", "layer", "sizes", "parameters")
_FIRST_VALUES: Final = 5
_MAX_WIDTH: Final = 80


@frozen(kw_only=True)
class Shown:
    """What is shown of each layer, besides its name and its number of parameters.

    layers  the numbers of the layers to show; empty: all of them
    """

    layers: Collection[int] = ()
    dimensions: bool = False
    parameters: bool = False
    gradients: bool = False
    attributes: bool = False


def layer_rows(model: Any, shown: Shown, gradients: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the rows of a table of `COLUMNS`: the layers, in the order of the tree, and a total.

    gradients  the gradient of each parameter, by the names of `ThincWeights`
    """
    values = ThincWeights(model).named_arrays() if shown.parameters else {}
    if shown.gradients:
        values |= {_gradient_name(name): array for name, array in gradients.items()}
    n_all = 0
    for number, (path, depth, node) in enumerate(walk(model)):
        n_own = sum(count for count, _ in parameter_sizes(node))
        n_all += n_own
        if not shown.layers or number in shown.layers:
            indent = "  " * depth
            count = f"{n_own:,}" if n_own else ""
            yield str(number), indent + node.name, _sizes(node, shown), count
            for name, size, text in _details(path, node, shown, values):
                yield "", f"{indent}  {name}", size, text
    yield "", "all layers", "", f"{n_all:,}"


def walk(model: Any) -> Iterator[tuple[str, int, Any]]:
    """Yield the path, as in `ThincWeights`, the depth and the node of each layer once."""
    seen = set()
    todo: list[tuple[tuple[int, ...], Any]] = [((), model)]
    while todo:
        path, node = todo.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        yield ".".join(map(str, path)) or "model", len(path), node
        todo += [((*path, i), layer) for i, layer in reversed(list(enumerate(node.layers)))]


def describe_output(value: Any) -> str:
    """Return the type and the shapes of what a model predicted."""
    if hasattr(value, "shape"):
        return f"an array of {_shape(value)}"
    if isinstance(value, (list, tuple)) and value:
        return f"{len(value)} times {describe_output(value[0])}"
    return f"an object of type {type(value).__name__}"


def _details(
    path: str, node: Any, shown: Shown, values: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Yield a name, a shape and a text for each weight, gradient and attribute of a layer."""
    for name, array in values.items():
        owner, _, param = name.partition("/")
        if owner == path:
            yield param, _shape(array), _values(array)
    if shown.attributes:
        for name, value in node.attrs.items():
            yield f"{name} =", _short(value), ""


def _gradient_name(name: str) -> str:
    owner, _, param = name.partition("/")
    return f"{owner}/gradient of {param}"


def _sizes(node: Any, shown: Shown) -> str:
    """Return the sizes of a layer; an unknown one is a question mark."""
    known = [(name, node.get_dim(name) if node.has_dim(name) else "?") for name in node.dim_names]
    return ", ".join(f"{name} {size}" for name, size in known if shown.dimensions or size != "?")


def _shape(array: Any) -> str:
    return f"{'x'.join(map(str, array.shape)) or 'a number'} {array.dtype}"


def _values(array: Any) -> str:
    flat = np.asarray(array).ravel()
    values = " ".join(f"{value:.4g}" for value in flat[:_FIRST_VALUES])
    return values + (" …" if flat.size > _FIRST_VALUES else "")


def _short(value: Any) -> str:
    text = getattr(value, "__qualname__", None) or repr(value)
    return text if len(text) <= _MAX_WIDTH else text[: _MAX_WIDTH - 1] + "…"
