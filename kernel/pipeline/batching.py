"""Settings that can vary from step to step, and batches whose size can vary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from typing import TypeVar

from kernel.errors import ArgumentError

ItemT = TypeVar("ItemT")
Varying = float | Iterable[float] | Callable[[int], float]
"""A number, a function of the step, or the values of all steps in order."""


def schedule(value: Varying) -> Iterator[float]:
    """Yield the value at each step, forever.

    The last value of an iterable is repeated forever. Raises `ArgumentError` for an empty one.
    """
    if callable(value):
        yield from map(value, count())
        return
    last: float | None = None
    for last in value if isinstance(value, Iterable) else (value,):
        yield last
    if last is None:
        raise ArgumentError("a schedule needs at least one value")
    while True:
        yield last


def minibatch(items: Iterable[ItemT], size: Varying) -> Iterator[list[ItemT]]:
    """Yield `items` in lists of `size`, rounded down; the last one may be shorter.

    Raises `ArgumentError` for a size below 1.
    """
    sizes, stream = schedule(size), iter(items)
    for first in stream:
        wanted = int(next(sizes))
        if wanted < 1:
            raise ArgumentError(f"a batch needs a size of at least 1, got {wanted}")
        yield [first, *islice(stream, wanted - 1)]
