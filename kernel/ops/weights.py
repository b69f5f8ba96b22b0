"""Nodes of a model whose weights are watched, so that what was made of them can be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from thinc.api import Model

if TYPE_CHECKING:
    from kernel.ops.types import Floats


InT = TypeVar("InT")
OutT = TypeVar("OutT")
KeptT = TypeVar("KeptT")


class WeightNode(Model[InT, OutT]):
    """A Thinc model that counts how often one of its own parameters was set.

    Every change of weights in Thinc (an optimizer's step, `use_params`, loading) ends in
    `set_param`; who changes an array in place calls it as well.
    """

    version: int = 0

    def set_param(self, name: str, value: Any) -> None:
        """Set a parameter, and count it."""
        self.version += 1
        super().set_param(name, value)

    def _copy(self, seen: dict[int, Any] | None = None) -> Any:
        # Thinc's copies are plain models: without this they would never be seen to change.
        plain = super()._copy(seen)
        copied = type(self).__new__(type(self))
        for slot in Model.__slots__:
            setattr(copied, slot, getattr(plain, slot))
        return copied


class CachingModel(WeightNode[InT, OutT]):
    """A Thinc model that keeps what it makes of weights until one of its nodes changes.

    Only weights of nodes that are watched can be relied on; with any other node below it,
    nothing is kept.
    """

    def kept(self, name: str, make: Callable[[], KeptT]) -> KeptT:
        """Return what `make` returned for the weights as they are; it is called if they are new."""
        version = weights_version(_tree(self))
        known = self.__dict__.setdefault("_kept", {}).get(name)
        if version is not None and known is not None and known[0] == version:
            value: KeptT = known[1]
            return value
        made = make()
        self.__dict__["_kept"][name] = (version, made)
        return made


def _tree(model: Any) -> Iterator[Any]:
    # Thinc's `walk` remembers what it has seen, which costs more than seeing it twice.
    yield model
    for layer in model.layers:
        yield from _tree(layer)


def weights_version(nodes: Iterable[Any]) -> tuple[Any, ...] | None:
    """Return what changes whenever a weight of `nodes` does, or None if one is not watched."""
    versions = []
    for node in nodes:
        if not isinstance(node, WeightNode):
            return None
        versions.append((node.id, node.version))
    return tuple(versions)


def gradient_of(node: Any, name: str) -> Floats:
    """Return the gradient of a parameter as an array to add to; zeros if there is none yet.

    returns  the parameter's shape

    Adding to a few rows of a large table in place costs nothing for all the others.
    """
    if not node.has_grad(name):
        param = node.get_param(name)
        node.set_grad(name, node.ops.xp.zeros(param.shape, dtype=param.dtype))
    gradient: Floats = node.get_grad(name)
    return gradient
