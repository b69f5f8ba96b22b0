"""The arithmetic of one step of an optimizer, in place.

On the CPU, arrays are processed in blocks that fit into the processor's cache together, so each
value is read from memory once per step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from attrs import frozen

from kernel.ops import Floats, array_module, parallel

BLOCK_SIZE: Final = 131_072
MAX_AVERAGE_DECAY: Final = 0.9999

# weights, gradient, scratch, first and second moments, average: slices of the same range
Arrays = tuple[Floats, Floats, Floats, Floats, Floats, Floats]


@frozen(kw_only=True)
class Step:
    """The settings of one step for one parameter; `count` is the number of the step, from 1.

    threshold  maximum norm of the gradient; 0: no limit
    rate       the learning rate
    decay      the L2 penalty that is applied to the weights themselves; 0: none
    scales     factors of the stored moments: with 1 - b1 and 1 - b2, the gradient and its square
               can be added without a multiplication
    """

    count: int
    rate: float
    b1: float
    b2: float
    eps: float
    threshold: float
    decay: float
    scales: tuple[float, float] = (1.0, 1.0)

    @property
    def corrected_rate(self) -> float:
        """The learning rate of Adam, corrected for moments that start at zero."""
        return self.rate * math.sqrt(1 - self.b2**self.count) / (1 - self.b1**self.count)


def clip_factor(gradient: Floats, threshold: float) -> float:
    """Return the factor that reduces the norm of a gradient to `threshold`, 1 if it is lower."""
    flat = gradient.reshape(-1)
    norm = math.sqrt(float(flat @ flat))
    return threshold / norm if threshold and norm >= threshold else 1.0


def average_decay(count: int) -> float:
    """Return the decay of the average at step `count`: (1 + t) / (10 + t), at most 0.9999."""
    return min((1.0 + count) / (10.0 + count), MAX_AVERAGE_DECAY)


def move_average(average: Floats, weights: Floats, scratch: Floats, count: int) -> None:
    """Move the average towards the weights, in place; all three have the same shape."""
    xp: Any = array_module(weights)
    xp.subtract(average, weights, out=scratch)
    scratch *= 1 - average_decay(count)
    average -= scratch


def adam(step: Step) -> Callable[..., None]:
    """Return the update of Adam for blocks of arrays."""
    rate, eps = _scaled(step, step.corrected_rate)

    def update(weights: Floats, gradient: Floats, t: Floats, m: Floats, v: Floats) -> None:
        xp: Any = array_module(weights)
        _moments(step, gradient, t, m, v)
        xp.sqrt(v, out=t)
        t += eps
        xp.divide(m, t, out=t)
        t *= rate
        weights -= t

    return update


def radam(step: Step) -> Callable[..., None]:
    """Return the update of RAdam (Liu et al., 2020), which counts its steps from 2."""
    count = step.count + 1
    b2_t = step.b2**count
    most = 2 / (1 - step.b2) - 1
    length = most - 2 * count * b2_t / (1 - b2_t)
    rate = step.rate / (1 - step.b1**count)
    if length >= 5:
        rate *= math.sqrt(
            (1 - b2_t) * (length - 4) / (most - 4) * (length - 2) / length * most / (most - 2)
        )
    adaptive_rate, eps = _scaled(step, rate)

    def update(weights: Floats, gradient: Floats, t: Floats, m: Floats, v: Floats) -> None:
        xp: Any = array_module(weights)
        _moments(step, gradient, t, m, v)
        if length >= 5:
            xp.sqrt(v, out=t)
            t += eps
            xp.divide(m, t, out=t)
            t *= adaptive_rate
        else:
            xp.multiply(m, rate * step.scales[0], out=t)
        weights -= t

    return update


def sgd(step: Step) -> Callable[..., None]:
    """Return the update of plain gradient descent."""

    def update(weights: Floats, gradient: Floats, t: Floats) -> None:
        xp: Any = array_module(weights)
        xp.multiply(gradient, step.rate, out=t)
        weights -= t

    return update


def apply(
    update: Callable[..., None],
    step: Step,
    weights: Floats,
    gradient: Floats,
    moments: list[Floats],
    average: Floats | None,
    *,
    clip: float = 1.0,
) -> None:
    """Update flat arrays, all (N,), in place; the gradient is set to zero.

    clip  a factor that the gradient is multiplied with first
    """

    def run(block: slice, t: Floats) -> None:
        w, g = weights[block], gradient[block]
        if clip != 1:
            g *= clip
        update(w, g, t, *(moment[block] for moment in moments))
        g.fill(0)
        if step.decay:
            w *= 1 - step.rate * step.decay
        if average is not None:
            move_average(average[block], w, t, step.count)

    in_blocks(run, weights)


def in_blocks(run: Callable[[slice, Floats], None], weights: Floats) -> None:
    """Call `run` with each block of a flat array, and a scratch array of the same size.

    weights  (N,)

    Two threads process the halves of a large array; on a GPU the whole array is one block.
    """
    xp: Any = array_module(weights)
    if len(weights) <= BLOCK_SIZE or xp is not np:
        run(slice(0, len(weights)), xp.empty_like(weights))
        return

    def run_part(part: slice) -> None:
        scratch = np.empty(BLOCK_SIZE, dtype=weights.dtype)
        for start in range(part.start, part.stop, BLOCK_SIZE):
            block = slice(start, min(start + BLOCK_SIZE, part.stop))
            run(block, scratch[: block.stop - block.start])

    parallel(run_part, _parts(len(weights)))


def _parts(length: int) -> list[slice]:
    if length < 2 * BLOCK_SIZE:
        return [slice(0, length)]
    half = length // 2
    return [slice(0, half), slice(half, length)]


def _moments(step: Step, gradient: Floats, t: Floats, m: Floats, v: Floats) -> None:
    """Update the moments; the gradient becomes the values added to the second one."""
    xp: Any = array_module(gradient)
    gain1, gain2 = (1 - step.b1) / step.scales[0], (1 - step.b2) / step.scales[1]
    m *= step.b1
    m += gradient if gain1 == 1 else xp.multiply(gradient, gain1, out=t)
    v *= step.b2
    xp.multiply(gradient, gradient, out=gradient)
    if gain2 != 1:
        gradient *= gain2
    v += gradient


def _scaled(step: Step, rate: float) -> tuple[float, float]:
    """Return the rate and `eps` for m / (sqrt(v) + eps) with stored moments."""
    root = math.sqrt(step.scales[1])
    return rate * step.scales[0] / root, step.eps / root
