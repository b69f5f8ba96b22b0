"""The scores of a whole pipeline."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from kernel.errors import ArgumentError
from kernel.scoring.stream import Accumulator, StreamingScorer
from kernel.scoring.tokens import TokenizationScores

if TYPE_CHECKING:
    from kernel.text import Example


class NoScores:
    """The accumulator of a component without scores, such as a shared layer."""

    def update(self, examples: Iterable[Example]) -> None:
        """Count nothing."""

    def merge(self, other: Self) -> None:
        """Add nothing."""

    def result(self) -> dict[str, Any]:
        """Return an empty dict."""
        return {}


class PipelineScores:
    """The accumulators of all components of a pipeline, by component; tokenization first.

    For a scorer that does not support streaming, all examples are kept until `result`.
    """

    def __init__(self, *, per_component: bool = False) -> None:
        self.per_component = per_component
        self.streaming: dict[str, Accumulator] = {"tokenizer": TokenizationScores()}
        self.waiting: dict[str, Callable[[list[Example]], dict[str, Any]]] = {}
        self.kept: list[Example] = []

    @classmethod
    def of(
        cls,
        pipeline: Iterable[tuple[str, Any]],
        settings: Mapping[str, Any] | None = None,
        *,
        per_component: bool = False,
    ) -> Self:
        """Return the scores of the components of `pipeline`, pairs of name and component.

        `settings` are passed to every scorer, in addition to those of its component.
        """
        scores, settings = cls(per_component=per_component), settings or {}
        for name, component in pipeline:
            scorer = getattr(component, "scorer", None)
            if isinstance(scorer, StreamingScorer):
                scores.add(name, scorer, {**component.scorer_settings(), **settings})
            elif not getattr(component, "has_scores", True):
                scores.streaming[name] = NoScores()
            elif hasattr(component, "score"):
                scores.add(name, component.score, settings)
        return scores

    def add(self, name: str, scorer: Callable[..., Any], settings: Mapping[str, Any]) -> None:
        """Add the scores of a component, computed by `scorer` with `settings`."""
        if isinstance(scorer, StreamingScorer):
            self.streaming[name] = scorer.accumulator(**settings)
        else:
            self.waiting[name] = functools.partial(scorer, **settings)

    def update(self, examples: Iterable[Example]) -> None:
        """Count `examples`."""
        examples = list(examples)
        for accumulator in self.streaming.values():
            accumulator.update(examples)
        if self.waiting:
            self.kept.extend(examples)

    def merge(self, other: Self) -> None:
        """Add the counts of `other`, which is for the same pipeline."""
        for name, accumulator in self.streaming.items():
            accumulator.merge(other.streaming[name])
        self.kept.extend(other.kept)

    def result(self) -> dict[str, Any]:
        """Return the scores; if keys are equal, later components override earlier ones.

        With `per_component`, return {component: scores}.
        """
        scores: dict[str, Any] = {
            name: accumulator.result() for name, accumulator in self.streaming.items()
        }
        scores.update((name, score(self.kept)) for name, score in self.waiting.items())
        for name, part in scores.items():
            if not isinstance(part, Mapping):
                kind = type(part).__name__
                raise ArgumentError(f"expected a dict of scores from `{name}`, got {kind}")
        if self.per_component:
            return scores
        return {key: value for part in scores.values() for key, value in part.items()}
