"""The state of a pretraining run."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import Factory, define

from kernel.config import Config
from kernel.ops import dump_weights
from kernel.pipeline import Language, set_dropout_rate
from kernel.random import Streams
from kernel.training import Batches
from kernel_plugin_pretrain.corpus import RawCorpus
from kernel_plugin_pretrain.learning import Learner
from kernel_plugin_pretrain.objectives.protocol import Loss
from kernel_plugin_pretrain.settings import PretrainingSettings


@define(kw_only=True, eq=False)
class PretrainingRun:
    """A pretraining run: everything that its next step depends on, and its results.

    learner      the layer with its objective, and the optimizer
    epoch        the current epoch; at its end, the next one
    first_epoch  the number of the first epoch
    step         the number of batches learned from; `batch` counts those of the current epoch
    words        the number of words learned from
    loss         the sum since the start; `epoch_loss` that of the current epoch
    held_out     the mean held-out loss of each finished epoch, starting with `first_epoch`
    log          the rows of the log
    """

    nlp: Language
    config: Config
    settings: PretrainingSettings
    streams: Streams
    corpus: RawCorpus
    batches: Batches
    dropouts: Iterator[float]
    learner: Learner
    output: Path
    first_epoch: int = 0
    epoch: int = 0
    step: int = 0
    batch: int = 0
    words: int = 0
    loss: Loss = Factory(Loss)
    epoch_loss: Loss = Factory(Loss)
    held_out: list[float] = Factory(list)
    log: list[dict[str, Any]] = Factory(list)
    stop_reason: str | None = None
    signal: int | None = None
    started: float = Factory(time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether the run ends after this step."""
        return self.stop_reason is not None

    @property
    def best_epoch(self) -> int | None:
        """The first epoch with the lowest held-out loss."""
        finite = [loss for loss in self.held_out if math.isfinite(loss)]
        return self.first_epoch + self.held_out.index(min(finite)) if finite else None

    def stop(self, reason: str) -> None:
        """Let the run end after the current step; the first reason given is kept."""
        if self.stop_reason is None:
            self.stop_reason = reason

    def why_complete(self) -> str | None:
        """Return, between two epochs, the reason why there are no more; None if there are."""
        best, patience = self.best_epoch, self.settings.patience
        if self.epoch >= self.settings.max_epochs:
            return f"{self.settings.max_epochs} epochs are done (`pretraining.max_epochs`)"
        if patience and best is not None and self.epoch - 1 - best >= patience:
            plural = "s" if patience > 1 else ""
            return f"no lower held-out loss in {patience} epoch{plural} (`pretraining.patience`)"
        return None

    def weights(self) -> bytes:
        """Return the averaged weights of the layer, as Thinc stores them, without dropout."""
        layer = self.learner.layer.model
        set_dropout_rate(layer, 0.0)  # it is stored, too
        with self.averaged():
            return dump_weights(layer)

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Use the averaged weights inside the block, if the optimizer has any."""
        with self.learner.model.use_params(self.learner.optimizer.averages or {}):
            yield

    def log_row(self, **more: Any) -> dict[str, Any]:
        """Return the row of the log for the current state, without times.

        nr_word     words since the start of the run
        loss        sum since the start of the run
        epoch_loss  sum in this epoch
        mean_loss   mean per prediction in this epoch
        """
        return {
            "nr_word": self.words,
            "loss": self.loss.total,
            "epoch_loss": self.epoch_loss.total,
            "mean_loss": self.epoch_loss.mean,
            "epoch": self.epoch,
            **more,
        }
