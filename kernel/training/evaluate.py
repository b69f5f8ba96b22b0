"""Evaluation of a run on its development data: all scores, and the weighted score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.errors import ConfigError, KernelError

if TYPE_CHECKING:
    from kernel.training.run import TrainingRun


def evaluate_run(run: TrainingRun) -> None:
    """Score the averaged weights, or the current ones without averages; notify listeners."""
    scores = run.score_dev()
    run.score, run.scores = weigh(scores, run.score_weights)
    run.results.append((run.score, run.step))
    is_best = run.score == run.best_score  # in case of a tie, the newer weights are kept
    update_meta(run)
    run.hooks.watch("kernel_evaluated", run=run, scores=run.scores, is_best=is_best)


def weigh(scores: Mapping[str, Any], weights: dict[str, float]) -> tuple[float, dict[str, Any]]:
    """Return the weighted score, and all scores that are not None.

    A weight without a score is removed from `weights` for the rest of the run; the other weights
    are not scaled up. Raises `ConfigError` for a weighted score that is not a number.
    """
    measured = {name: score for name, score in scores.items() if score is not None}
    for name in [name for name in weights if name not in measured]:
        del weights[name]
    weighted = [name for name in weights if weights[name]]
    for name in weighted:
        if not isinstance(measured[name], int | float):
            raise ConfigError(
                f"`training.score_weights.{name}` weighs a score that is not a number: "
                f"{type(measured[name]).__name__}",
                hint="set the weight to null",
            )
    # One that is not finite counts as 0: nothing could be better than, or equal to, NaN.
    finite = {name: float(measured[name]) for name in weighted if math.isfinite(measured[name])}
    return sum(value * weights[name] for name, value in finite.items()), measured


def update_meta(run: TrainingRun) -> None:
    """Store the weighted scores and the losses in the pipeline's meta."""
    performance = {name: run.scores.get(name, 0.0) for name in run.settings.score_weights}
    for name, _ in run.learners:
        if name in run.losses:
            performance[f"{name}_loss"] = run.losses[name]
    run.nlp.meta["performance"] = performance


def score_pipeline(nlp: Any, corpus: Any, averages: Any) -> dict[str, Any]:
    """Return the scores of `nlp` on `corpus`, with averaged weights if there are any.

    Raises `KernelError` if a scorer does not find the annotation it needs.
    """
    with nlp.use_params(averages or {}):
        try:
            scores: dict[str, Any] = nlp.evaluate(corpus(nlp))
        except KernelError:  # some are KeyErrors
            raise
        except KeyError as error:
            raise KernelError(
                f"scoring the pipeline {nlp.pipe_names} found no {error}",
                hint="check that the dev corpus has the annotation that each scorer needs",
            ) from error
    return scores
