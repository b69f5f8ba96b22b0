"""Values that change from step to step: learning rates, batch sizes, dropout rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator


class Schedule(Iterator[float]):
    """A value for each step: a function of the step, and an iterator over all steps.

    `schedule(step)` depends only on the step, which counts from 0. `next(schedule)` returns the
    value at `schedule.step` and advances the step; it never ends. Set `schedule.step` to resume.
    """

    def __init__(self, value_at: Callable[[int], float]) -> None:
        self._value_at = value_at
        self.step = 0

    def __call__(self, step: int) -> float:
        """Return the value at a step."""
        return self._value_at(step)

    def __next__(self) -> float:
        value = self(self.step)
        self.step += 1
        return value


def as_schedule(values: Iterable[float] | float) -> Schedule:
    """Return a schedule of a number or an iterable; the last value is repeated forever.

    Raises ValueError for an empty iterable.
    """
    if isinstance(values, Schedule):
        return values
    if isinstance(values, (int, float)):
        return constant(values)
    source, seen = iter(values), list[float]()

    def value_at(step: int) -> float:
        while len(seen) <= step:
            value = next(source, None)
            if value is None:
                break
            seen.append(value)
        if not seen:
            raise ValueError("a schedule needs at least one value")
        return seen[min(step, len(seen) - 1)]

    return Schedule(value_at)


def constant(rate: float) -> Schedule:
    """Return `rate` at every step."""
    return Schedule(lambda step: rate)


def constant_then(rate: float, steps: int, schedule: Iterable[float]) -> Schedule:
    """Return `rate` for a number of steps, then the values of `schedule`."""
    later = as_schedule(schedule)
    return Schedule(lambda step: rate if step < steps else later(step - steps))


def compounding(start: float, stop: float, compound: float, *, t: float = 0.0) -> Schedule:
    """Multiply by `compound` at every step, from `start` until `stop` is reached.

    start     the first value
    stop      the last value
    compound  factor from one step to the next
    t         has no effect; accepted because configs for spaCy may have it
    """
    limit = max if start > stop else min

    def value_at(step: int) -> float:
        try:
            return limit(start * compound**step, stop)
        except OverflowError:
            return stop

    return Schedule(value_at)


def decaying(base_rate: float, decay: float, *, t: int = 0) -> Schedule:
    """Divide `base_rate` by 1 + `decay` times the step, counted from `t`."""
    return Schedule(lambda step: base_rate / (1.0 + decay * (t + step)))


def warmup_linear(initial_rate: float, warmup_steps: int, total_steps: int) -> Schedule:
    """Rise from 0 to `initial_rate` in the warm-up, then fall to 0 at `total_steps`."""

    def value_at(step: int) -> float:
        if step < warmup_steps:
            return initial_rate * step / max(1, warmup_steps)
        left = (total_steps - step) / max(1.0, total_steps - warmup_steps)
        return initial_rate * max(0.0, left)

    return Schedule(value_at)


def slanted_triangular(
    max_rate: float,
    num_steps: int,
    *,
    cut_frac: float = 0.1,
    ratio: int = 32,
    decay: float = 1.0,
    t: float = 0.0,
) -> Schedule:
    """Rise to `max_rate` in the first part of the steps, then fall (Howard and Ruder, 2018).

    After the last step the rate stays at its lowest value.

    max_rate   the highest rate
    num_steps  steps until the lowest rate; 0: any number, and the rate is always `max_rate`
    cut_frac   share of the steps that rise
    ratio      the highest rate divided by the lowest
    decay      has no effect; accepted because configs for spaCy may have it
    t          the step to count from
    """
    if num_steps == 0:
        return Schedule(lambda step: max_rate)
    cut = max(1, int(num_steps * cut_frac))

    def value_at(step: int) -> float:
        now = t + step + 1
        falling = 1 - (now - cut) / (cut * (1 / cut_frac - 1))
        height = now / cut if now < cut else max(0.0, falling)
        return max_rate * (1 + height * (ratio - 1)) / ratio

    return Schedule(value_at)


def cyclic_triangular(min_lr: float, max_lr: float, period: int) -> Schedule:
    """Rise from `min_lr` to `max_lr` in `period` steps, fall back in `period` steps, and repeat."""

    def value_at(step: int) -> float:
        now = step + 1
        cycle = math.floor(1 + now / (2 * period))
        distance = abs(now / period - 2 * cycle + 1)
        return min_lr + (max_lr - min_lr) * max(0.0, 1 - distance)

    return Schedule(value_at)
