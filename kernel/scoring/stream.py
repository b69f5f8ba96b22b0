"""Scorers that see a stream of examples once and keep counts only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from kernel.text import Example


class Accumulator(Protocol):
    """Scores in the making: counts of what has been seen so far."""

    def update(self, examples: Iterable[Example]) -> None:
        """Count `examples`."""

    def merge(self, other: Self) -> None:
        """Add what `other`, made with the same settings, has counted."""

    def result(self) -> dict[str, Any]:
        """Return the scores of everything counted, rates from 0 to 1; None without data."""


class StreamingScorer:
    """A scorer whose accumulators `make_accumulator(**settings)` makes.

    Called with examples it returns their scores, as any scorer does. The settings of a
    component come with every call, so `make_accumulator` has to ignore those it has no use for.
    """

    def __init__(self, make_accumulator: Callable[..., Accumulator]) -> None:
        self._make = make_accumulator

    def __call__(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """Return the scores of `examples`."""
        accumulator = self.accumulator(**settings)
        accumulator.update(examples)
        return accumulator.result()

    def accumulator(self, **settings: Any) -> Accumulator:
        """Return a new accumulator, which has counted nothing."""
        return self._make(**settings)
