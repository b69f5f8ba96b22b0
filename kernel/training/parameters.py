"""The weights of a pipeline by names that mean the same in every process.

Thinc numbers its nodes as they are made, so a number says nothing in another process. Here
a parameter is called by its component, the path to its node and its own name:
`ner/0.2.1/W` is the `W` of the second layer of the third layer of the first layer of `ner`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.errors import CheckpointError
from kernel.ops import stored_param

if TYPE_CHECKING:
    from kernel.pipeline import Language

Arrays = dict[str, npt.NDArray[Any]]


def named_nodes(nlp: Language) -> Iterator[tuple[str, str, Any]]:
    """Yield (component, name, node) for each node of each model of `nlp`, a shared one once."""
    seen: set[int] = set()
    for name, component in nlp.components:
        model = getattr(component, "model", None)
        if hasattr(model, "walk"):
            for path, node in _walk(model, "", seen):
                yield name, f"{name}/{path}", node


def optimizer_keys(nlp: Language) -> dict[tuple[int, str], str]:
    """Return the name of each parameter by the key that the optimizer is called with."""
    return {
        (node.id, param): f"{name}/{param}"
        for _, name, node in named_nodes(nlp)
        for param in node.param_names
    }


def get_weights(nlp: Language, components: Collection[str]) -> Arrays:
    """Return copies, on the host, of the weights of the `components` named.

    They are as they are stored: pending updates of rows of tables are in the optimizer's state.
    """
    return {
        f"{name}/{param}": node.ops.to_numpy(stored_param(node, param)).copy()
        for component, name, node in named_nodes(nlp)
        if component in components
        for param in node.param_names
        if node.has_param(param)
    }


def check_weights(
    nlp: Language, components: Collection[str], weights: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Raise `CheckpointError` if `weights` differ in names, shapes or types from those of `nlp`."""
    own = get_weights(nlp, components)
    for name in sorted(own.keys() ^ weights.keys()):
        place = "checkpoint" if name in weights else "pipeline"
        raise CheckpointError(f"the weights `{name}` are in the {place} only")
    for name, array in own.items():
        if (array.shape, array.dtype) != (weights[name].shape, weights[name].dtype):
            raise CheckpointError(
                f"the weights `{name}` are {weights[name].dtype}{weights[name].shape} in the "
                f"checkpoint, expected {array.dtype}{array.shape}"
            )


def set_weights(
    nlp: Language, components: Collection[str], weights: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Give `nlp` the weights that `get_weights` returned."""
    for component, name, node in named_nodes(nlp):
        for param in node.param_names if component in components else ():
            if f"{name}/{param}" in weights:
                node.set_param(param, node.ops.asarray(weights[f"{name}/{param}"]))


def digest_weights(nlp: Language, components: Collection[str]) -> str:
    """Return a checksum of the weights of the `components` named."""
    digest = hashlib.blake2b(digest_size=16)
    for name, array in sorted(get_weights(nlp, components).items()):
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def foreign_layers(nlp: Language, components: Collection[str]) -> list[str]:
    """Return the names of nodes that keep weights of another library, which have no names here."""
    return [
        name for component, name, node in named_nodes(nlp) if component in components and node.shims
    ]


def _walk(node: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    yield path or "model", node
    for index, layer in enumerate(node.layers):
        yield from _walk(layer, f"{path}.{index}" if path else str(index), seen)
