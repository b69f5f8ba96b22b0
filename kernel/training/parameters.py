"""The weights of a pipeline by names that are the same in every process.

The name of an array is the component and its name there: `ner/0.2.1/W`. See
`kernel.pipeline.protocols.Weights` and, for models of Thinc, `kernel.ops.ThincWeights`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.errors import CheckpointError
from kernel.ops import ThincWeights
from kernel.pipeline import Weighted, Weights

if TYPE_CHECKING:
    from kernel.pipeline import Language

Arrays = dict[str, npt.NDArray[Any]]


def weights_of(component: Any) -> Weights | None:
    """Return the weights of a component: its `weights`, those of its Thinc `model`, or None."""
    if isinstance(component, Weighted) and isinstance(component.weights, Weights):
        return component.weights
    model = getattr(component, "model", None)
    return ThincWeights(model) if hasattr(model, "walk") else None


def optimizer_keys(nlp: Language) -> dict[Any, str]:
    """Return the name of each parameter by its key in the optimizer."""
    return {
        key: f"{component}/{name}"
        for component, weights, elsewhere in _each(nlp)
        for key, name in weights.optimizer_keys().items()
        if name not in elsewhere
    }


def get_weights(nlp: Language, components: Collection[str]) -> Arrays:
    """Return copies of the weights of `components`, on the host."""
    return {
        f"{component}/{name}": np.array(array)
        for component, weights, elsewhere in _each(nlp)
        if component in components
        for name, array in weights.named_arrays().items()
        if name not in elsewhere
    }


def check_weights(
    nlp: Language, components: Collection[str], weights: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Raise `CheckpointError` if names, shapes or types of `weights` differ from those of `nlp`."""
    own = get_weights(nlp, components)
    for name in sorted(own.keys() ^ weights.keys()):
        owner = "checkpoint" if name in weights else "pipeline"
        raise CheckpointError(f"the weights `{name}` are in the {owner} only")
    for name, array in own.items():
        if (array.shape, array.dtype) != (weights[name].shape, weights[name].dtype):
            raise CheckpointError(
                f"the weights `{name}` are {weights[name].dtype}{weights[name].shape} in the "
                f"checkpoint, expected {array.dtype}{array.shape}"
            )


def set_weights(
    nlp: Language, components: Collection[str], weights: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Set the weights of `nlp` to those that `get_weights` returned."""
    for component, own, _ in _each(nlp):
        prefix = f"{component}/"
        if component in components:
            own.load_arrays(
                {
                    name.removeprefix(prefix): array
                    for name, array in weights.items()
                    if name.startswith(prefix)
                }
            )


def digest_weights(nlp: Language, components: Collection[str]) -> str:
    """Return a checksum of the weights of `components`."""
    digest = hashlib.blake2b(digest_size=16)
    for name, array in sorted(get_weights(nlp, components).items()):
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def foreign_layers(nlp: Language, components: Collection[str]) -> list[str]:
    """Return the names of layers with weights of another library, which have no names here."""
    return [
        f"{component}/{path}"
        for component, weights, _ in _each(nlp)
        if component in components and isinstance(weights, ThincWeights)
        for path in weights.foreign_layers()
    ]


def _each(nlp: Language) -> Iterator[tuple[str, Weights, set[str]]]:
    """Yield components, their weights, and the names of weights shared with earlier components."""
    seen: set[Any] = set()
    for component, pipe in nlp.components:
        weights = weights_of(pipe)
        if weights is not None:
            keys = weights.optimizer_keys()
            yield component, weights, {name for key, name in keys.items() if key in seen}
            seen.update(keys)
