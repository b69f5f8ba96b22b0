"""Adam for a table if each step has gradients for a few rows only.

A row without a gradient still moves by its moments, which decay. The result of k such steps is
linear in the row's values, with factors that are the same for all rows:

    u  = m / (sqrt(v) + eps)            m' = b1^k m
    w' = move_w w - move_u u            v' = b2^k v
    a' = keep a + take_w w - take_u u   (a: the moving average of w)

The updates of a row are therefore deferred until the row is read or has a gradient, and then
applied together. The results are those of Adam on the whole table, except for rounding, and for
`eps`, which is treated as shrinking with sqrt(v) in missed steps.

Axes: V rows of the table, W width, R some rows, G numbers of missed steps: 0 to `MAX_MISSED_STEPS`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from kernel.errors import CheckpointError
from kernel.ops import Floats, Ints
from kernel_plugin_thinc.updates import Step, average_decay, clip_factor, move_average

# After this many steps every row is brought up to date: the table of factors must be finite, and
# b1^k must not underflow.
MAX_MISSED_STEPS: Final = 256
# Number of values that fit into the processor's cache with their moments and average.
BLOCK_SIZE: Final = 32_768
# Far too small to change a weight, but far above subnormal numbers, which are slow.
NEGLIGIBLE_BELOW: Final = 1e-30


class DeferredRows:
    """The state of Adam for a table, and the pending updates of each row.

    weights   (V, W)
    moments   two of (V, W)
    average   (V, W), or None
    count     the number of steps taken so far
    up_to     (V,)    int32: the step up to which each row was updated
    factors   (5, G)  float64: move_w, move_u, keep, take_w, take_u, by missed steps
    """

    def __init__(
        self,
        weights: Floats,
        moments: list[Floats],
        average: Floats | None,
        *,
        betas: tuple[float, float],
        eps: float,
        count: int,
    ) -> None:
        self.weights = weights
        self.moments = moments
        self.average = average
        self.count = count
        self.up_to: Ints = np.full(len(weights), count, dtype="int32")
        self.factors: Floats = _no_step(np.zeros((5, MAX_MISSED_STEPS + 1)))
        gaps = np.arange(MAX_MISSED_STEPS + 1)
        self._decays = np.power(np.array(betas)[:, None], gaps)  # (2, G)
        # The decay of m / sqrt(v) per step.
        self._shrinking = self._decays[0] / np.sqrt(self._decays[1])  # (G,)
        self._eps = eps

    def update(self, step: Step, rows: Ints, gradient: Floats) -> None:
        """Take the next step.

        rows      (R,)    the rows with a gradient, distinct
        gradient  (R, W)
        """
        self.flush(rows)
        clip = clip_factor(gradient, step.threshold)

        for block in self._blocks(len(rows)):
            self._step(step, rows[block], gradient[block], clip)
        self.count = step.count
        self.up_to[rows] = step.count
        self._advance(step)
        if step.count % MAX_MISSED_STEPS == 0:
            self.flush()
            first = self.moments[0]
            first[np.abs(first) < NEGLIGIBLE_BELOW] = 0

    def flush(self, rows: Ints | None = None) -> None:
        """Apply the pending updates of some rows, or of all.

        rows  any shape; may contain duplicates
        """
        if rows is None:
            behind = np.flatnonzero(self.up_to != self.count)
        else:
            is_wanted = np.zeros(len(self.up_to), dtype=bool)
            is_wanted[rows] = True
            wanted = np.flatnonzero(is_wanted)
            behind = wanted[self.up_to[wanted] != self.count]
        missed = self.count - self.up_to[behind]

        for block in self._blocks(len(behind)):
            self._catch_up(behind[block], missed[block])
        self.up_to[behind] = self.count

    def _blocks(self, n_rows: int) -> list[slice]:
        size = max(1, BLOCK_SIZE // max(1, self.weights.shape[1]))
        return [slice(start, start + size) for start in range(0, n_rows, size)]

    def _step(self, step: Step, rows: Ints, gradient: Floats, clip: float) -> None:
        """Update rows by their gradient: (R,) and (R, W)."""
        first, second = self.moments
        scratch = gradient * ((1 - step.b1) * clip)
        m = first.take(rows, axis=0)
        m *= step.b1
        m += scratch
        first[rows] = m
        np.multiply(gradient, gradient, out=scratch)
        scratch *= (1 - step.b2) * clip**2
        v = second.take(rows, axis=0)
        v *= step.b2
        v += scratch
        second[rows] = v
        np.sqrt(v, out=scratch)
        scratch += step.eps
        m /= scratch
        m *= step.corrected_rate
        w = self.weights.take(rows, axis=0)
        w -= m
        if step.decay:
            w *= 1 - step.rate * step.decay
        self.weights[rows] = w
        if self.average is not None:
            average = self.average.take(rows, axis=0)
            move_average(average, w, scratch, step.count)
            self.average[rows] = average

    def _catch_up(self, rows: Ints, missed: Ints) -> None:
        """Apply the pending updates of rows: (R,) and (R,)."""
        first, second = self.moments
        dtype = first.dtype
        move_w, move_u, keep, take_w, take_u = self.factors[:, missed, None].astype(dtype)
        decay1, decay2 = self._decays[:, missed, None].astype(dtype)
        m, v = first.take(rows, axis=0), second.take(rows, axis=0)
        scratch = np.sqrt(v)
        scratch += self._eps
        u = m / scratch
        m *= decay1
        v *= decay2
        first[rows], second[rows] = m, v
        w = self.weights.take(rows, axis=0)
        if self.average is not None:
            average = self.average.take(rows, axis=0)
            average *= keep
            average += np.multiply(w, take_w, out=scratch)
            average -= np.multiply(u, take_u, out=scratch)
            self.average[rows] = average
        w *= move_w
        u *= move_u
        w -= u
        self.weights[rows] = w

    def _advance(self, step: Step) -> None:
        """Compute the factors for one more missed step."""
        before = self.factors[:, :-1]
        after = np.empty_like(self.factors)
        move_w, move_u, keep, take_w, take_u = after[:, 1:]
        decay = 1 - step.rate * step.decay
        kept = average_decay(step.count)
        np.multiply(before[0], decay, out=move_w)
        np.add(before[1], step.corrected_rate * self._shrinking[1:], out=move_u)
        move_u *= decay
        np.multiply(before[2], kept, out=keep)
        np.add(before[3] * kept, (1 - kept) * move_w, out=take_w)
        np.add(before[4] * kept, (1 - kept) * move_u, out=take_u)
        self.factors = _no_step(after)


def _no_step(factors: Floats) -> Floats:
    """Set the factors of a row without missed steps, and return all factors."""
    factors[:, 0] = 1, 0, 1, 0, 0
    return factors


def check_pending(up_to: Ints, factors: Floats, *, n_rows: int, count: int, name: str) -> None:
    """Raise `CheckpointError` if stored pending updates do not fit a table.

    up_to, factors  see `DeferredRows`
    count           the number of steps taken
    """
    is_valid = (
        up_to.shape == (n_rows,)
        and up_to.dtype == np.int32
        and factors.shape == (5, MAX_MISSED_STEPS + 1)
        and factors.dtype == np.float64
        and bool(((count - up_to >= 0) & (count - up_to <= MAX_MISSED_STEPS)).all())
    )
    if not is_valid:
        raise CheckpointError(f"the pending updates of `{name}` in the checkpoint do not fit it")
