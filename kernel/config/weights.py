"""What each score counts in the final one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def combine_score_weights(
    weights: Sequence[Mapping[str, float | None]],
    overrides: Mapping[str, Any] | None = None,
) -> dict[str, float | None]:
    """Return the weights of all components together, scaled so that they sum to 1.

    A later component wins over an earlier one, `overrides` (the config's own) over both.
    None (computed, but never weighted) and 0 stay. Weights of `overrides` that are complete
    and sum to 1, but for rounding, come back as they are.
    """
    own = dict(overrides or {})
    combined: dict[str, float | None] = {}
    for each in weights:
        combined.update(each)
    combined = {**{key: own.get(key, value) for key, value in combined.items()}, **own}
    numbers = [value for value in combined.values() if value]
    total = sum(numbers)
    if total <= 0 or (combined.keys() == own.keys() and _sums_to_one(numbers)):
        return combined
    return {key: round(value / total, 2) if value else value for key, value in combined.items()}


def _sums_to_one(numbers: Sequence[float]) -> bool:
    # Rounding to two places moves each by at most half a hundredth; scaling again would move
    # them once more, and filling twice would not be filling once.
    rounded = all(round(number, 2) == number for number in numbers)
    return rounded and abs(sum(numbers) - 1) <= 0.005 * len(numbers) + 1e-9
