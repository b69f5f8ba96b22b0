"""The state of a training run: everything that its next step depends on, and its results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import Factory, define

from kernel.config import TrainingSettings, Values
from kernel.pipeline import Language, Optimizable, is_trainable
from kernel.plugins import Hooks, hooks
from kernel.random import Streams
from kernel.training.batches import Batches


@define(kw_only=True, eq=False)
class TrainingRun:
    """A training run, passed to every training hook.

    step         index, from 0, of the current step; between steps, the number of steps done
    words        number of tokens in the predicted docs of all batches so far
    losses       sum by component since the last evaluation
    results      (weighted score, step) of each evaluation
    score        the last weighted score; `scores` has all scores of that evaluation
    output       the folder for checkpoints; None: nothing is saved
    stop_reason  a sentence why the run ends after this step; None: it continues
    signal       the number of the signal that ended the run, if any
    failure      the error that ended the run, if any
    """

    nlp: Language
    settings: TrainingSettings
    config: Values
    streams: Streams
    optimizer: Any
    batches: Batches
    dropouts: Iterator[float]
    score_dev: Callable[[], dict[str, Any]]
    hooks: Hooks = Factory(hooks)
    output: Path | None = None
    step: int = 0
    epoch: int = 0
    words: int = 0
    losses: dict[str, float] = Factory(dict)
    results: list[tuple[float, int]] = Factory(list)
    score: float | None = None
    scores: dict[str, Any] = Factory(dict)
    score_weights: dict[str, float] = Factory(dict)
    seconds_before: float = 0.0
    stop_reason: str | None = None
    signal: int | None = None
    failure: BaseException | None = None
    _started: float = Factory(time.monotonic)

    @property
    def seconds(self) -> float:
        """Wall time of the run so far, including evaluations and the time before resuming."""
        return self.seconds_before + time.monotonic() - self._started

    @property
    def is_evaluation_step(self) -> bool:
        """Whether the current step ends with an evaluation."""
        return self.step % self.settings.eval_frequency == 0

    @property
    def best_score(self) -> float | None:
        """The highest weighted score so far."""
        return max((score for score, _ in self.results), default=None)

    @property
    def best_step(self) -> int | None:
        """The earliest step that reached the highest score."""
        best = self.best_score
        return next((step for score, step in self.results if score == best), None)

    @property
    def frozen(self) -> list[str]:
        """The names of components that run but are not trained."""
        return list(self.settings.frozen_components)

    @property
    def learners(self) -> list[tuple[str, Any]]:
        """The names and components whose weights the run changes."""
        return [
            (name, component)
            for name, component in self.nlp.pipeline
            if name not in self.frozen
            and is_trainable(component)
            and isinstance(component, Optimizable)
        ]

    def stop(self, reason: str) -> None:
        """Let the run end after the current step; the first reason given is kept."""
        if self.stop_reason is None:
            self.stop_reason = reason

    def info(self) -> dict[str, Any]:
        """Return the information for loggers at an evaluation."""
        info: dict[str, Any] = {
            "epoch": self.epoch,
            "step": self.step,
            "score": self.score,
            "other_scores": self.scores,
            "losses": self.losses,
            "checkpoints": self.results,
            "seconds": int(self.seconds),
            "words": self.words,
        }
        if self.output is not None:
            info["output_path"] = str(self.output / "model-last")
        return info
