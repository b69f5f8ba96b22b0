"""Checkpoints: save a run, so that it can be resumed even if it dies at any moment.

`checkpoint/` holds everything that the next step depends on: the raw weights, the optimizer with
its averages, the random streams, the position in the data, counters and scores. It is written after
the pipelines; if a run dies between the two, the resumed run writes the pipelines again.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import logging
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import CheckpointError, DataError
from kernel.hooks import hookimpl
from kernel.ops import ThincWeights, restore_pending
from kernel.plugins import distributions
from kernel.training import parameters
from kernel.training.batches import ORDER_STREAM, READING_STREAM
from kernel.training.output import (
    BEST_MODEL,
    CHECKPOINT,
    LAST_MODEL,
    copy_pipeline,
    save_pipeline,
)
from kernel.training.packing import is_same, pack_strings, unpack_strings
from kernel.training.saved import Saved, read_saved, reading, saving

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.training.run import TrainingRun

FORMAT: Final = 3

_STATE: Final = {
    "config": dict[str, Any],
    "labels": dict[str, list[str]],
    "versions": dict[str, str],
    **dict.fromkeys(("step", "epoch", "batches", "words"), int),
    "losses": dict[str, float],
    "results": list[list[float]],
    "score": float | None,
    "scores": dict[str, Any],
    "score_weights": dict[str, float],
    "seconds": float,
    "streams": {"seed": int, "streams": dict[str, Any]},
    "strings": dict[str, Any],
    "optimizer": dict[str, Any],
    "frozen": str,
}
# Settings that may be changed when a run is resumed.
CHANGEABLE_KEYS: Final = (
    "training.max_steps",
    "training.max_epochs",
    "training.patience",
    "training.logger",
)

log: Final = logging.getLogger("kernel.training")


class Checkpoints:
    """Writes `model-last`, `model-best` and the checkpoint to the run's output folder.

    It writes at the start, at each evaluation and at the end, but not after an error, so that bad
    weights never replace good ones.
    """

    def __init__(self) -> None:
        self._saved_step = -1
        self._frozen = ""

    @hookimpl
    def kernel_run_started(self, run: TrainingRun) -> None:
        self._frozen = parameters.digest_weights(run.nlp, _untrained(run))
        reason = why_unresumable(run)
        if reason is not None:
            log.warning("this run cannot be resumed: %s", reason)
        self._saved_step = run.step
        if run.step == 0:
            with self._state_saved(run):
                pass

    @hookimpl
    def kernel_evaluated(self, run: TrainingRun, is_best: bool) -> None:
        # The state of the run at the end of this step.
        with self._state_saved(run, step=run.step + 1, losses={}):
            self._save_pipelines(run, is_best=is_best)
        self._saved_step = run.step + 1

    @hookimpl
    def kernel_run_ended(self, run: TrainingRun) -> None:
        if run.failure is None and run.step != self._saved_step:
            with self._state_saved(run):
                self._save_pipelines(run, is_best=False)
            self._saved_step = run.step

    def _save_pipelines(self, run: TrainingRun, *, is_best: bool) -> None:
        last = _output(run) / LAST_MODEL
        with run.nlp.use_params(run.optimizer.averages or {}):
            save_pipeline(run.nlp, last, run.settings.before_to_disk)
        run.hooks.watch("kernel_checkpoint_written", run=run, path=last)
        if is_best:
            best = _output(run) / BEST_MODEL
            copy_pipeline(last, best)
            run.hooks.watch("kernel_checkpoint_written", run=run, path=best)

    @contextlib.contextmanager
    def _state_saved(self, run: TrainingRun, **changes: Any) -> Iterator[None]:
        """Write the run's state to a temporary folder; it becomes the checkpoint after the block.

        Saving a pipeline applies pending updates of table rows earlier than training would, which
        is rounded differently. The state must be taken before that.
        """
        if why_unresumable(run) is not None:
            yield
            return
        path = _output(run) / CHECKPOINT
        state = {**snapshot(run), "frozen": self._frozen, **changes}
        with saving(path, state, parameters.get_weights(run.nlp, _trained(run))):
            yield
        run.hooks.watch("kernel_checkpoint_written", run=run, path=path)


def snapshot(run: TrainingRun) -> dict[str, Any]:
    """Return everything that the next step of `run` depends on, except weights."""
    return {
        "format": FORMAT,
        "config": comparable(run.config),
        "labels": labels(run.nlp),
        "versions": versions(),
        "step": run.step,
        "epoch": run.epoch,
        "batches": run.batches.taken,
        "words": run.batches.words,
        "losses": dict(run.losses),
        "results": list(run.results),
        "score": run.score,
        "scores": run.scores,
        "score_weights": run.score_weights,
        "seconds": run.seconds,
        "streams": run.streams.state(),
        # Evaluations can add strings, such as lemmas, to the vocabulary.
        "strings": pack_strings(sorted(run.nlp.vocab.strings)),
        "optimizer": run.optimizer.state(parameters.optimizer_keys(run.nlp)),
    }


def read_checkpoint(path: Path) -> Saved:
    """Read the checkpoint in the folder `path`.

    Raises `CheckpointError` with the name of a file that is missing, truncated or changed.
    """
    return read_saved(path, version=FORMAT, fields=_STATE)


def restore(run: TrainingRun, saved: Saved) -> None:
    """Set a new run, whose pipeline is initialized, to the state of the saved one.

    Raises `CheckpointError` if the run differs: its config, labels, shapes or training data.
    """
    with reading(saved.path):
        check_sameness(run, saved)
    _replay(run, saved)
    with reading(saved.path):
        _set_state(run, saved)


def _set_state(run: TrainingRun, saved: Saved) -> None:
    state = saved.state
    parameters.set_weights(run.nlp, _trained(run), saved.weights)
    run.optimizer.load_state(parameters.optimizer_keys(run.nlp), state["optimizer"])
    if hasattr(run.optimizer, "pending_updates"):
        for _, component in run.learners:
            weights = parameters.weights_of(component)
            if isinstance(weights, ThincWeights):
                restore_pending(weights.model, run.optimizer)
    run.streams.restore(state["streams"])
    run.nlp.vocab.strings.add_all(unpack_strings(state["strings"]))
    for _ in range(state["step"]):
        next(run.dropouts)
    run.step, run.epoch, run.words = state["step"], state["epoch"], state["words"]
    run.losses = dict(state["losses"])
    run.results = [(score, step) for score, step in state["results"]]
    run.score, run.scores = state["score"], state["scores"]
    run.score_weights = dict(state["score_weights"])
    run.seconds_before = state["seconds"]


def check_sameness(run: TrainingRun, saved: Saved) -> None:
    """Raise `CheckpointError` if the config, labels or shapes of the saved run differ."""
    state = saved.state
    changed = differing_keys(state["config"], comparable(run.config))
    if changed:
        raise CheckpointError(
            f"the config is not the one of the run in {saved.path.parent}; it differs in "
            + ", ".join(f"`{key}`" for key in changed),
            hint=f"only {', '.join(CHANGEABLE_KEYS)} may change; --overwrite starts a new run",
        )
    own = labels(run.nlp)
    for name in sorted(own.keys() | state["labels"].keys()):
        if own.get(name) != state["labels"].get(name):
            raise CheckpointError(
                f"the labels of `{name}` are not those of the run in {saved.path.parent}",
                hint="the training data may have changed; --overwrite starts a new run",
            )
    if parameters.digest_weights(run.nlp, _untrained(run)) != state["frozen"]:
        raise CheckpointError(
            "the weights of components that are not trained have changed since the run started",
            hint="the pipeline that they come from may have changed; --overwrite starts a new run",
        )
    parameters.check_weights(run.nlp, _trained(run), saved.weights)
    if state["versions"] != versions():
        log.warning(
            "versions have changed since the start of the run: %s",
            ", ".join(differing_keys(state["versions"], versions())),
        )


def _replay(run: TrainingRun, saved: Saved) -> None:
    """Read the training data up to the position of the run, and check that it has not changed."""
    state = saved.state
    try:
        run.batches.skip(state["batches"])
        is_there = run.batches.words == state["words"] and all(
            is_same(
                *map(_draws, (run.streams.stream_state(name), state["streams"]["streams"][name]))
            )
            for name in (ORDER_STREAM, READING_STREAM)
            if name in state["streams"]["streams"]
        )
    except DataError as error:
        raise CheckpointError(_DATA_CHANGED, hint=error.message) from error
    if not is_there:
        raise CheckpointError(_DATA_CHANGED, hint="--overwrite starts a new run")


def _draws(stream: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has been drawn from a stream; reading data again uses it more often."""
    return {key: value for key, value in stream.items() if key != "n_uses"}


_DATA_CHANGED: Final = "the training data has changed since the run was saved"


def why_unresumable(run: TrainingRun) -> str | None:
    """Return the reason why `run` cannot be resumed from a checkpoint; None if it can."""
    if not hasattr(run.optimizer, "state"):
        return f"the optimizer, a {type(run.optimizer).__name__}, has no `state`"
    for name, component in run.learners:
        if parameters.weights_of(component) is None:
            return f"the component `{name}` has no `weights`"
    foreign = parameters.foreign_layers(run.nlp, _trained(run))
    if foreign:
        return f"the layer {foreign[0]} has weights of another library"
    return None


def comparable(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config as JSON values, without settings that may change on resuming."""
    kept: dict[str, Any] = json.loads(json.dumps(copy.deepcopy(dict(config))))
    training = kept.get("training", {})
    streamed = training.get("max_epochs") == -1
    for key in CHANGEABLE_KEYS:
        training.pop(key.removeprefix("training."), None)
    training["is_streamed"] = streamed
    return kept


def differing_keys(one: Any, other: Any, path: str = "") -> list[str]:
    """Return the dotted keys at which two nested values differ."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return [] if one == other else [path]
    missing = object()
    return [
        key
        for name in sorted({*one, *other})
        for key in differing_keys(
            one.get(name, missing),
            other.get(name, missing),
            f"{path}.{name}" if path else str(name),
        )
    ]


def labels(nlp: Language) -> dict[str, list[str]]:
    """Return the labels of each component with labels, including hidden ones."""
    found = {name: list(getattr(pipe, "labels", ())) for name, pipe in nlp.components}
    return {name: list(map(str, values)) for name, values in found.items() if values}


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions that results depend on: Python, numpy, the machine, and the plugins."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        **distributions(),
    }


def _trained(run: TrainingRun) -> list[str]:
    return [name for name, _ in run.learners]


def _untrained(run: TrainingRun) -> list[str]:
    return [name for name in run.nlp.component_names if name not in _trained(run)]


def _output(run: TrainingRun) -> Path:
    assert run.output is not None  # noqa: S101 — `Checkpoints` is only used with an output folder
    return run.output
