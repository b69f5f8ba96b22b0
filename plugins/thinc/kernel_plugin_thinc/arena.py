"""All dense parameters of a model in flat arrays, so that one step needs only a few calls.

Weights, gradients, moments and averages have a flat array each; a parameter has the same position
in all of them. The arrays of the model are views of them. Parameters that a node needs next to each
other, in another layout than Thinc's (`WeightNode.joint_views`), share a span.

Axes: N values of all parameters together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from attrs import frozen

from kernel.ops import Floats, array_module, squared_norms, stored_param

Key = tuple[int, str]
Views = Callable[[Floats], dict[str, Floats]]

# Spans start at multiples of this many values: 64 bytes, a line of the processor's cache.
ALIGNMENT: Final = 16


@frozen(eq=False)
class Entry:
    """One parameter: its node and name, and its views of the flat arrays.

    key  identifies the parameter in the optimizer; a resized node gets another id
    """

    node: Any
    name: str
    key: Key
    weights: Floats
    gradient: Floats
    moments: list[Floats]
    average: Floats | None

    @property
    def is_moved_in(self) -> bool:
        """Whether the node has the views, and no arrays of its own."""
        return (
            stored_param(self.node, self.name) is self.weights
            and self.node.get_grad(self.name) is self.gradient
        )


@frozen(eq=False)
class Span:
    """A range of the flat arrays: one parameter, or several adjacent ones.

    gradient  the range of the flat gradient, (stop - start,)
    """

    start: int
    stop: int
    gradient: Floats
    entries: list[Entry]

    def clip(self, square: float, threshold: float) -> None:
        """Reduce the norm of each parameter's gradient to at most `threshold`.

        square  the squared norm of the whole span
        """
        if square < threshold**2:
            return
        first, *others = self.entries
        squares = [_square(entry.gradient) for entry in others]
        rest = square - sum(squares)
        # The difference is exact enough unless it is a small part of the sum.
        own = rest if 2 * rest >= square else _square(first.gradient)
        for entry, each in zip(self.entries, [own, *squares], strict=True):
            norm = math.sqrt(each)
            if norm >= threshold:
                gradient = entry.gradient
                gradient *= threshold / norm


class Arena:
    """The dense parameters of one model, all of them at the same step."""

    def __init__(
        self, parameters: Sequence[tuple[Any, str]], *, n_moments: int, has_averages: bool
    ) -> None:
        """Copy weights and gradients of `parameters`, (node, name), and replace them by views.

        Moments and averages are zero.
        """
        first = stored_param(*parameters[0])
        plan = list(_plan(parameters))
        size = sum(_aligned(size) for _, size, _ in plan)
        xp: Any = array_module(first)
        names = ["weights", "gradients", *["moment"] * n_moments, *["average"] * has_averages]
        flat = [xp.zeros(size, dtype=first.dtype) for _ in names]
        self.weights, self.gradients, *self.moments = flat
        self.average: Floats | None = self.moments.pop() if has_averages else None
        self.spans: list[Span] = []
        start = 0
        for node, span_size, views in plan:
            stop = start + span_size
            parts = [views(array[start:stop]) for array in flat]
            entries = [_entry(node, name, parts, n_moments) for name in parts[0]]
            self.spans.append(Span(start, stop, self.gradients[start:stop], entries))
            start = _aligned(stop)
        self.entries: list[Entry] = [entry for span in self.spans for entry in span.entries]
        self._entry_of = {entry.key: entry for entry in self.entries}
        self._watched = {
            id(node): node for node, _ in parameters if hasattr(node, "mark_changed")
        }.values()
        for entry in self.entries:
            _move_in(entry)

    def holds(self, node: Any, name: str, gradient: Floats) -> bool:
        """Return whether a parameter is in the arena, and its node still has the views."""
        entry = self._entry_of.get((node.id, name))
        return (
            entry is not None
            and entry.gradient is gradient
            and entry.weights is stored_param(node, name)
        )

    def squares(self) -> list[float]:
        """Return the squared norm of the gradient of each span."""
        return squared_norms([span.gradient for span in self.spans])

    def clip(self, squares: Sequence[float], threshold: float) -> None:
        """Reduce the norm of each parameter's gradient to at most `threshold`; 0: no limit."""
        for span, square in zip(self.spans, squares, strict=True) if threshold else ():
            span.clip(square, threshold)

    def mark_changed(self) -> None:
        """Notify the nodes that their weights have changed."""
        for node in self._watched:
            node.mark_changed()


def _plan(parameters: Iterable[tuple[Any, str]]) -> Iterator[tuple[Any, int, Views]]:
    """Yield a node, the size of a span, and a function that makes the views of its parameters."""
    for _, group in groupby(parameters, lambda parameter: id(parameter[0])):
        members = list(group)
        node, names = members[0][0], [name for _, name in members]
        joint = node.joint_views(names) if hasattr(node, "joint_views") else None
        if joint is not None:
            joined, size, views = joint
            yield node, size, views
            names = [name for name in names if name not in joined]
        for name in names:
            shape = stored_param(node, name).shape
            yield node, math.prod(shape), _shaped(name, shape)


def _shaped(name: str, shape: tuple[int, ...]) -> Views:
    return lambda flat: {name: flat.reshape(shape)}


def _entry(node: Any, name: str, parts: list[dict[str, Floats]], n_moments: int) -> Entry:
    weights, gradient, *others = (part[name] for part in parts)
    average = others[n_moments] if len(others) > n_moments else None
    return Entry(node, name, (node.id, name), weights, gradient, others[:n_moments], average)


def _move_in(entry: Entry) -> None:
    """Replace the node's own arrays of a parameter by the views."""
    entry.weights[...] = stored_param(entry.node, entry.name)
    entry.gradient[...] = entry.node.get_grad(entry.name)
    entry.node.set_param(entry.name, entry.weights)
    entry.node.set_grad(entry.name, entry.gradient)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _square(array: Floats) -> float:
    axes = list(range(array.ndim))
    xp: Any = array_module(array)
    return float(xp.einsum(array, axes, array, axes, []))
