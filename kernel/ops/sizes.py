"""The sizes of a model's weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kernel.ops.torch_parameters import is_torch_shim, module_of
from kernel.ops.weights import stored_param


def describe_weights(model: Any) -> dict[str, Any]:
    """Return the number of parameters of a Thinc model, and their size in megabytes.

    A layer may add what describes its architecture: its attribute `describe` is a function of the
    layer that returns a mapping, for example {"layers": 6, "width": 384}.
    """
    sizes = [size for node in model.walk() for size in parameter_sizes(node)]
    described: dict[str, Any] = {
        "parameters": sum(count for count, _ in sizes),
        "megabytes": round(sum(n_bytes for _, n_bytes in sizes) / 1e6, 1),
    }
    for node in model.walk():
        if "describe" in node.attrs:
            described |= node.attrs["describe"](node)
    return described


def parameter_sizes(node: Any) -> Iterator[tuple[int, int]]:
    """Yield the size and the bytes of each parameter of one layer that has been allocated."""
    for name in node.param_names:
        if node.has_param(name):
            array = stored_param(node, name)
            yield array.size, array.nbytes
    for shim in node.shims:
        if is_torch_shim(shim):
            for tensor in module_of(shim).parameters():
                yield tensor.numel(), tensor.numel() * tensor.element_size()
