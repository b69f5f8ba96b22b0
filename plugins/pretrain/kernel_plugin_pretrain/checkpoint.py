"""Checkpoints of a pretraining run: a run that is killed at any moment can be resumed exactly."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kernel.errors import CheckpointError, DataError
from kernel.ops import ThincWeights, restore_pending
from kernel.training import Saved, differing_keys, read_saved, reading, saving, versions
from kernel_plugin_pretrain.objectives.protocol import Loss
from kernel_plugin_pretrain.output import CHECKPOINT
from kernel_plugin_pretrain.state import PretrainingRun

FORMAT: Final = 1
DROPOUT_STREAM: Final = "dropout"
_CHANGEABLE: Final = ("max_epochs", "patience")
# The sections on which a run depends.
_SECTIONS: Final = ("nlp", "components", "corpora", "initialize", "pretraining", "system")
_COUNTERS: Final = ("first_epoch", "epoch", "step", "batch", "words")
_LOSSES: Final = ("loss", "epoch_loss")
_STATE: Final = {
    "config": dict[str, Any],
    "versions": dict[str, str],
    "text": list[str],
    **dict.fromkeys(_COUNTERS, int),
    **dict.fromkeys(_LOSSES, list[float]),
    "held_out": list[float],
    "log": list[dict[str, Any]],
    "streams": {"seed": int, "streams": dict[str, Any]},
    "optimizer": dict[str, Any],
}

log: Final = logging.getLogger("kernel.pretraining")


def why_unresumable(run: PretrainingRun) -> str | None:
    """Return the reason why the run cannot be resumed; None if it can."""
    optimizer = run.learner.optimizer
    if not hasattr(optimizer, "state"):
        return f"the optimizer, a {type(optimizer).__name__}, has no `state`"
    foreign = ThincWeights(run.learner.model).foreign_layers()
    return f"the layer {foreign[0]} has weights of another library" if foreign else None


def write_checkpoint(run: PretrainingRun) -> None:
    """Save the run, if it can be resumed.

    Does not change how it continues: pending updates of table rows stay pending.
    """
    if why_unresumable(run) is not None:
        return
    weights = ThincWeights(run.learner.model)
    state = {
        "format": FORMAT,
        "config": comparable(run.config.interpolate()),
        "versions": versions(),
        "text": run.corpus.digest,
        **{name: getattr(run, name) for name in _COUNTERS},
        **{name: _pair(getattr(run, name)) for name in _LOSSES},
        "held_out": run.held_out,
        "log": run.log,
        # The streams of the data follow from the number of batches.
        "streams": {
            "seed": run.streams.seed,
            "streams": {DROPOUT_STREAM: run.streams.stream_state(DROPOUT_STREAM)},
        },
        "optimizer": run.learner.optimizer.state(weights.optimizer_keys()),
    }
    with saving(run.output / CHECKPOINT, state, weights.named_arrays()):
        pass


def read_checkpoint(output: Path) -> Saved:
    """Read the checkpoint in the folder of a run; raises `CheckpointError` if it is damaged."""
    return read_saved(output / CHECKPOINT, version=FORMAT, fields=_STATE)


def check_config(config: Mapping[str, Any], saved: Saved) -> None:
    """Raise `CheckpointError` if the config is not that of the saved run."""
    changed = differing_keys(saved.state["config"], comparable(config))
    if changed:
        raise CheckpointError(
            f"the config is not the one of the run in {saved.path.parent}; it differs in "
            + ", ".join(f"`{key}`" for key in changed),
            hint=f"only {' and '.join(f'pretraining.{key}' for key in _CHANGEABLE)} may change; "
            "--overwrite starts a new run",
        )


def restore(run: PretrainingRun, saved: Saved) -> None:
    """Set a new run to the state of the saved one.

    Raises `CheckpointError` if the text, or the shape of a weight, differs.
    """
    state = saved.state
    if state["text"] != run.corpus.digest:
        raise CheckpointError(_TEXT_CHANGED, hint="--overwrite starts a new run")
    if state["versions"] != versions():
        log.warning(
            "versions have changed since the start of the run: %s",
            ", ".join(differing_keys(state["versions"], versions())),
        )
    try:
        run.batches.skip(state["step"])
    except DataError as error:
        raise CheckpointError(_TEXT_CHANGED, hint=error.message) from error
    for _ in range(state["step"]):
        next(run.dropouts)
    with reading(saved.path):
        _restore_weights(run, saved)
        run.streams.restore(state["streams"])
        for name in _COUNTERS:
            setattr(run, name, state[name])
        for name in _LOSSES:
            total, n_items = state[name]
            setattr(run, name, Loss(total, int(n_items)))
        run.held_out, run.log = list(state["held_out"]), list(state["log"])


_TEXT_CHANGED: Final = "the raw text has changed since the run was saved"


def _restore_weights(run: PretrainingRun, saved: Saved) -> None:
    weights = ThincWeights(run.learner.model)
    own = weights.named_arrays()
    for name in sorted(own.keys() | saved.weights.keys()):
        one, other = own.get(name), saved.weights.get(name)
        if one is None or other is None or (one.shape, one.dtype) != (other.shape, other.dtype):
            raise CheckpointError(f"the weights `{name}` of the checkpoint do not fit the model")
    weights.load_arrays(saved.weights)
    optimizer = run.learner.optimizer
    optimizer.load_state(weights.optimizer_keys(), saved.state["optimizer"])
    if hasattr(optimizer, "pending_updates"):
        restore_pending(run.learner.model, optimizer)


def comparable(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections that a run depends on, without settings that may change."""
    kept = json.loads(
        json.dumps({name: copy.deepcopy(dict(config.get(name) or {})) for name in _SECTIONS})
    )
    for key in _CHANGEABLE:
        kept["pretraining"].pop(key, None)
    kept["training"] = {"seed": config.get("training", {}).get("seed")}
    return dict(kept)


def _pair(loss: Loss) -> list[float]:
    return [loss.total, loss.n_items]
