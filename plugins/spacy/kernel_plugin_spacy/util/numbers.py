"""Infinite series of numbers, and ternary truth values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def compounding(start: float, stop: float, compound: float) -> Iterator[float]:
    """Yield numbers from `start`, each `compound` times the last one, limited by `stop`."""
    limit = max if start > stop else min
    value = float(start)
    while True:
        yield limit(value, stop)
        value *= compound


def decaying(base_rate: float, decay: float, *, t: float = 0) -> Iterator[float]:
    """Yield `base_rate` / (1 + `decay` * step) for the steps `t`, `t` + 1, and so on."""
    while True:
        yield base_rate / (1 + decay * t)
        t += 1


def to_ternary_int(value: Any) -> int:
    """Return 1 for True and 1, 0 for None and 0, -1 for everything else."""
    if value is True or (value == 1 and value is not False):
        return 1
    return 0 if value is None or (value == 0 and value is not False) else -1


def all_equal(iterable: Iterable[Any]) -> bool:
    """Return whether all values are equal; true for no values."""
    values = list(iterable)
    return all(value == values[0] for value in values)
