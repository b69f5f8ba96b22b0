"""Adam with moments that decay by a number kept beside them.

All values of a moment decay alike, so the decay is part of the learning rate, and a row of a
table without a gradient needs no work on its moments. What is stored after step k of a period is
m / b1^k and v / b2^k; a period begins with the decay of the last one. Periods begin at fixed steps,
so that a resumed run has the same bits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from kernel.ops import Floats, RowGradient, add_rows, array_module, default_ops
from kernel_plugin_thinc.updates import Step, average_inplace, clip_factor, in_blocks

_LONGEST: Final = 64
_MOST_SCALE: Final = 1e6
# Far below what changes a weight, far above where a processor takes its time over each value.
_NOTHING: Final = 1e-30


@frozen(kw_only=True)
class _Factors:
    """What one step multiplies by.

    d_mean   of the clipped gradient, to be added to the first moment
    square   of the square of that, to be added to the second
    rate     of the quotient of the stored moments
    eps      added to the root of the stored second moment
    decay    of the weights

    is_start says that a period begins, and another has ended.
    """

    d_mean: float
    square: float
    rate: float
    eps: float
    decay: float
    is_start: bool


def update_dense(
    step: Step,
    weights: Floats,
    gradient: Floats,
    moments: Sequence[Floats],
    average: Floats | None,
) -> None:
    """Update flat arrays of one parameter, all (N,), in place; the gradient ends as zero."""
    xp: Any = array_module(weights)
    m, v = moments
    _start_period(step, m, v)
    factors = _factors(step)
    d_mean = factors.d_mean * clip_factor(gradient, step.threshold)

    def run(block: slice, t: Floats) -> None:
        g = gradient[block]
        w, mean, square = weights[block], m[block], v[block]
        xp.multiply(g, d_mean, out=t)
        mean += t
        t *= t
        t *= factors.square
        square += t
        g.fill(0)
        _move(step, factors, w, t, mean, square)
        if average is not None:
            average_inplace(average[block], w, t, step.count)

    in_blocks(run, weights)


def update_rows(
    step: Step,
    weights: Floats,
    gradient: RowGradient,
    moments: Sequence[Floats],
    average: Floats | None,
) -> None:
    """Update a table, (V, W), of which few rows have a gradient; the gradient ends as zero.

    moments, average  (V, W)
    """
    m, v = moments
    _start_period(step, m, v)
    ops = default_ops()
    rows, values = gradient.touched(ops)
    factors = _factors(step)
    values *= factors.d_mean * clip_factor(values, step.threshold)
    add_rows(ops, m, rows, values)
    values *= values
    values *= factors.square
    add_rows(ops, v, rows, values)
    gradient.clear()
    flat = [array.reshape(-1) for array in (weights, m, v)]
    flat_average = None if average is None else average.reshape(-1)

    def run(block: slice, t: Floats) -> None:
        w, mean, square = (array[block] for array in flat)
        _move(step, factors, w, t, mean, square)
        if flat_average is not None:
            average_inplace(flat_average[block], w, t, step.count)

    in_blocks(run, flat[0])


def _move(step: Step, factors: _Factors, w: Floats, t: Floats, m: Floats, v: Floats) -> None:
    xp: Any = array_module(w)
    xp.sqrt(v, out=t)
    t += factors.eps
    xp.divide(m, t, out=t)
    t *= factors.rate
    w -= t
    if step.decay:
        w *= factors.decay


# All parameters of a model are at the same step, but for those that missed some.
@functools.lru_cache(maxsize=16)
def _factors(step: Step) -> _Factors:
    place = (step.count - 1) % _period(step) + 1
    scale1, scale2 = step.b1**place, step.b2**place
    d_mean = (1 - step.b1) / scale1
    # The square of a gradient that was multiplied by `d_mean` already.
    square = (1 - step.b2) / scale2 * (scale1 / (1 - step.b1)) ** 2
    correction = math.sqrt(1 - step.b2**step.count) / (1 - step.b1**step.count)
    return _Factors(
        d_mean=d_mean,
        square=square,
        rate=step.rate * correction * scale1 / math.sqrt(scale2),
        eps=step.eps / math.sqrt(scale2),
        decay=1 - step.rate * step.decay,
        is_start=place == 1 and step.count > 1,
    )


def _period(step: Step) -> int:
    """Return the number of steps after which moments are stored as they are again."""
    fastest = -math.log(min(step.b1, step.b2))
    return max(1, min(_LONGEST, int(math.log(_MOST_SCALE) / fastest)))


def _start_period(step: Step, m: Floats, v: Floats) -> None:
    factors = _factors(step)
    if not factors.is_start:
        return
    xp: Any = array_module(m)
    period = _period(step)
    m *= step.b1**period
    v *= step.b2**period
    m[xp.abs(m) < _NOTHING] = 0
