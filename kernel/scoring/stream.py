"""Scorers that read a stream of examples once and keep only counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from kernel.text import Example


class Accumulator(Protocol):
    """Counts over the examples seen so far, from which scores are computed."""

    def update(self, examples: Iterable[Example]) -> None:
        """Count `examples`."""

    def merge(self, other: Self) -> None:
        """Add the counts of `other`, which has the same settings."""

    def result(self) -> dict[str, Any]:
        """Return the scores of all counted examples, from 0 to 1; None without data."""


class StreamingScorer:
    """A scorer whose accumulators are created by `make_accumulator(**settings)`.

    Like any scorer, it is called with examples and returns their scores. All settings of the
    component are passed in every call, so `make_accumulator` must ignore those it does not use.
    """

    def __init__(self, make_accumulator: Callable[..., Accumulator]) -> None:
        self._make = make_accumulator

    def __call__(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """Return the scores of `examples`."""
        accumulator = self.accumulator(**settings)
        accumulator.update(examples)
        return accumulator.result()

    def accumulator(self, **settings: Any) -> Accumulator:
        """Return a new, empty accumulator."""
        return self._make(**settings)
