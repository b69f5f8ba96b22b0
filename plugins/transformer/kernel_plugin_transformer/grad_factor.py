"""How much of its gradient a listener returns, which may vary from step to step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kernel.errors import ArgumentError
from kernel.pipeline import Varying


class GradFactor:
    """A factor for each step, from a number, a schedule, or the values of all steps in order.

    It is an attribute of a node, where a number would be stored with the weights; so a change of
    the setting takes effect in a saved pipeline.
    """

    def __init__(self, value: Varying) -> None:
        self._value_at = _by_step(value)
        self(0)

    def __call__(self, step: int) -> float:
        """Return the factor at a step, which counts from 0.

        Raises `ArgumentError` if it is not a number.
        """
        value = self._value_at(step)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ArgumentError(f"`grad_factor` is {value!r} at step {step}, expected a number")
        return float(value)

    def __deepcopy__(self, memo: dict[int, Any]) -> GradFactor:
        return self


def _by_step(value: Any) -> Callable[[int], Any]:
    if callable(value):
        value_at: Callable[[int], Any] = value
        return value_at
    if not isinstance(value, Iterable) or isinstance(value, str):
        return lambda step: value
    source, seen = iter(value), list[float]()

    def read(step: int) -> Any:
        while len(seen) <= step:
            following = next(source, None)
            if following is None:
                break
            seen.append(following)
        if not seen:
            raise ArgumentError("`grad_factor` is a schedule without values")
        return seen[min(step, len(seen) - 1)]

    return read
