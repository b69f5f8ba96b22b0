"""The loop of pretraining: epochs of batches, each with files, a held-out loss and a checkpoint.

Whatever changes how the run continues happens at steps that the settings determine. A resumed run
therefore repeats everything since its checkpoint with the same results.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.files import write_file
from kernel_plugin_pretrain.checkpoint import DROPOUT_STREAM, write_checkpoint
from kernel_plugin_pretrain.corpus import docs_of
from kernel_plugin_pretrain.objectives.protocol import Loss
from kernel_plugin_pretrain.output import LAST, write_log

if TYPE_CHECKING:
    from kernel.text import Example
    from kernel_plugin_pretrain.report import Quiet, Report
    from kernel_plugin_pretrain.state import PretrainingRun

CHECKPOINT_SECONDS: Final = 300.0
_HELD_OUT_WORDS: Final = 3000


def conduct(run: PretrainingRun, report: Quiet | Report, *, skip_last: bool) -> None:
    """Run from the start, or from the state of a resumed run, to the end."""
    write_log(run.output, run.log)
    write_checkpoint(run)
    if (reason := run.why_complete()) is not None:
        run.stop(reason)
    saved_at = time.monotonic()
    for epoch, examples in run.batches:
        if run.first_epoch + epoch > run.epoch:
            finish_epoch(run)
            report.epoch_done(run)
            saved_at = time.monotonic()
        if run.is_over:
            break
        take_step(run, examples)
        report.step_done(run)
        if time.monotonic() - saved_at > CHECKPOINT_SECONDS:
            write_checkpoint(run)
            saved_at = time.monotonic()
    if run.signal is not None:
        write_checkpoint(run)
    if not skip_last:
        write_file(run.output / LAST, run.weights())


def take_step(run: PretrainingRun, examples: Sequence[Example]) -> None:
    """Learn from one batch, and save the weights if it is due within the epoch."""
    docs = docs_of(examples)
    with run.streams.use(DROPOUT_STREAM):
        loss = run.learner.learn(docs, next(run.dropouts))
    run.loss += loss
    run.epoch_loss += loss
    run.words += sum(map(len, docs))
    run.step += 1
    run.batch += 1
    every = run.settings.n_save_every
    if every and run.batch % every == 0:
        _save(run, f"model{run.epoch}.temp.bin")
        write_checkpoint(run)


def finish_epoch(run: PretrainingRun) -> None:
    """Measure the held-out loss, save the weights, and move to the next epoch."""
    more: dict[str, Any] = {}
    if len(run.corpus.held_out):
        run.held_out.append(measure(run).mean)
        more["held_out_loss"] = run.held_out[-1]
    epoch, every = run.epoch, run.settings.n_save_epoch
    row = run.log_row(**more)
    run.epoch += 1
    reason = run.why_complete()
    is_due = every is None or epoch % every == 0 or reason is not None
    _save(run, f"model{epoch}.bin" if is_due else None, row)
    run.batch, run.epoch_loss = 0, Loss()
    write_checkpoint(run)
    if reason is not None:
        run.stop(reason)


def measure(run: PretrainingRun) -> Loss:
    """Return the loss on the held-out docs, with averaged weights."""
    with run.averaged():
        return sum(
            map(run.learner.evaluate, run.corpus.held_out_batches(_HELD_OUT_WORDS)), start=Loss()
        )


def _save(run: PretrainingRun, name: str | None, row: dict[str, Any] | None = None) -> None:
    """Write the averaged weights and a row of the log.

    Without a `name`, nothing is written, but updates of table rows that are pending are applied,
    as reading the weights does: a run must not depend on which epochs are saved.
    """
    data = run.weights()
    if name is not None:
        write_file(run.output / name, data)
        run.log.append(row or run.log_row())
        write_log(run.output, run.log)
