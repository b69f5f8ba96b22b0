"""A model as spaCy builds it from Thinc's layers, without the layers: the places of the weights.

kernel's models compute the work of several of Thinc's layers in one. A tree of places has the
layers that spaCy has instead, and the layers of kernel with the same weights.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

Settings = Mapping[str, Any]


@frozen
class Flat:
    """A parameter that spaCy stores as a flat array.

    arrange  returns a stored array in the shape of kernel's layer
    flatten  returns the stored array of an array in that shape
    """

    arrange: Callable[[Any], Any]
    flatten: Callable[[Any], Any]


@frozen(eq=False)
class Place:
    """A layer of a model of spaCy.

    name      as spaCy stores it
    layers    below it
    node      the layer of kernel with the same weights, sizes and settings; None: it has none
    settings  that it must have been stored with, and that `node` does not have
    sizes     sizes of `node` that spaCy stores with another layer, and that layer of kernel
    flat      parameters that are stored as flat arrays
    own       settings that only `node` has, with the values that make it compute the same
    """

    name: str
    layers: Sequence[Place] = ()
    node: Any = None
    settings: Settings = field(factory=dict)
    sizes: Mapping[str, Any] = field(factory=dict)
    flat: Mapping[str, Flat] = field(factory=dict)
    own: Settings = field(factory=dict)

    @property
    def is_parallel(self) -> bool:
        """Whether all layers below it read the same input, and their outputs are joined."""
        return bool(self.layers) and self.name == "|".join(layer.name for layer in self.layers)


def leaf(name: str, node: Any = None, **settings: Any) -> Place:
    """Return a layer without layers below it."""
    return Place(name, node=node, settings=settings)


def chain(*layers: Place, node: Any = None) -> Place:
    """Return layers in sequence, each with the output of the one before; or the only one.

    Without layers, it is the layer that returns its input.
    """
    if not layers:
        return leaf("noop", node)
    return _join(">>", layers, node)


def nested(first: Place, *others: Place, node: Any = None) -> Place:
    """Return the same layers as chains of two: all layers before the last one are a chain.

    spaCy has both kinds of chains.
    """
    for number, layer in enumerate(others, start=1):
        first = chain(first, layer, node=node if number == len(others) else None)
    return first


def concatenate(*layers: Place, node: Any = None) -> Place:
    """Return layers that all read the same input, or the only one."""
    return _join("|", layers, node)


def wrapped(name: str, layer: Place, node: Any = None, **settings: Any) -> Place:
    """Return a layer around another, such as `residual(layer)`."""
    return Place(f"{name}({layer.name})", [layer], node, settings)


def walk(place: Place) -> Iterator[Place]:
    """Yield all layers in the order of Thinc's `Model.walk`: breadth first, each layer once."""
    seen = set()
    places = deque([place])
    while places:
        place = places.popleft()
        if id(place.node) not in seen:
            yield place
            places.extend(place.layers)
        if place.node is not None:  # may be in several places
            seen.add(id(place.node))


def _join(sign: str, layers: Sequence[Place], node: Any) -> Place:
    if len(layers) == 1:
        return layers[0] if node is None else evolve(layers[0], node=node)
    return Place(sign.join(layer.name for layer in layers), layers, node)
