"""Training: from an initialized pipeline to a trained one."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kernel.errors import CheckpointError, DataError
from kernel.pipeline import schedule
from kernel.plugins import Hooks, hooks
from kernel.random import Streams, fix_random_seed, isolated
from kernel.training.batches import Batches
from kernel.training.checkpoint import Checkpoints, read_checkpoint, restore
from kernel.training.evaluate import score_pipeline
from kernel.training.initialize import use_device
from kernel.training.lock import locked
from kernel.training.output import CHECKPOINT, LAST_MODEL, open_output
from kernel.training.reporting import announce, set_up_logger
from kernel.training.run import TrainingRun
from kernel.training.settings import take_settings
from kernel.training.steps import quiet_overflow, take_step
from kernel.training.stopping import EarlyStopping, interruption, stopping_on_signals

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.training.saved import Saved


@isolated()
def train(
    nlp: Language,
    output_path: Path | str | None = None,
    *,
    use_gpu: int = -1,
    stdout: IO[str] | None = None,
    stderr: IO[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    listeners: Iterable[object] = (),
) -> tuple[Language, Path | None]:
    """Train `nlp`, the result of `init_nlp`, as described by its config.

    Returns `nlp`, and the folder of its last state (None without `output_path`). With `resume`, the
    run continues from the checkpoint in `output_path`, or from the start if there is no checkpoint
    yet, and ends with exactly the weights of an uninterrupted run. `listeners` are objects with
    methods marked with `kernel.hookimpl`.

    Raises `TrainingInterrupted`, after saving, if Ctrl-C or SIGTERM ended the run;
    `CheckpointError` if the run cannot be saved or resumed, or another run uses its folder;
    `NonFiniteError` if a loss or a gradient is not a number.
    """
    stdout, stderr = stdout or sys.stdout, stderr or sys.stderr
    output = None if output_path is None else Path(output_path)
    with contextlib.nullcontext() if output is None else locked(output):
        saved = find_checkpoint(output, resume=resume, overwrite=overwrite)
        run = prepare(nlp, output, use_gpu=use_gpu, saved=saved)
        announce(run, stdout)
        logger = set_up_logger(run, run.settings.logger, stdout, stderr)
        keepers = [EarlyStopping(), *([Checkpoints()] if output is not None else [])]
        watchers = [*([logger] if logger is not None else []), *listeners]
        run.hooks = Hooks(watchers, required=keepers, beneath=hooks())
        with stopping_on_signals(run), quiet_overflow():
            conduct(run)
    if run.signal is not None:
        raise interruption(run)
    return nlp, None if output is None else output / LAST_MODEL


def find_checkpoint(output: Path | None, *, resume: bool, overwrite: bool) -> Saved | None:
    """Prepare the output folder, and read the checkpoint to resume from, if any."""
    if output is None:
        if resume:
            raise CheckpointError("there is nothing to resume without an output folder")
        return None
    if open_output(output, resume=resume, overwrite=overwrite):
        return read_checkpoint(output / CHECKPOINT)
    return None


def prepare(
    nlp: Language, output: Path | None = None, *, use_gpu: int = -1, saved: Saved | None = None
) -> TrainingRun:
    """Return a run that is ready for its first step, or for the step after those of `saved`."""
    made = take_settings(nlp)
    settings, dev_corpus = made.training, made.dev_corpus
    seed = settings.seed
    if saved is not None:
        seed = saved.state["streams"]["seed"]
    elif seed is None:
        seed = secrets.randbits(32)
    fix_random_seed(seed)
    use_device(use_gpu, settings.gpu_allocator)
    # Words of training data occur again in every epoch, so all are kept.
    nlp.vocab.transient_limit = None
    streams = Streams(seed)
    run = TrainingRun(
        nlp=nlp,
        settings=settings,
        config=made.config,
        streams=streams,
        optimizer=settings.optimizer,
        batches=Batches(
            nlp,
            made.train_corpus,
            settings.batcher,
            max_epochs=settings.max_epochs,
            streams=streams,
            where=settings.train_corpus,
        ),
        dropouts=schedule(settings.dropout),
        score_dev=lambda: _score(run, dev_corpus),
        output=output,
        score_weights={
            name: weight for name, weight in settings.score_weights.items() if weight is not None
        },
    )
    _check_dev(run, dev_corpus)
    if saved is not None:
        restore(run, saved)
    return run


def conduct(run: TrainingRun) -> str:
    """Run training from start to end, and return the reason why it ended.

    A plugin can provide the loop; otherwise it is the kernel's own.
    """
    try:
        run.hooks.watch("kernel_run_started", run=run)
        reason = run.hooks.first("kernel_train", run=run) or loop(run)
    except BaseException as error:
        run.failure = error
        reason = f"{type(error).__name__}: {error}"
        run.hooks.watch("kernel_run_ended", run=run, reason=reason)
        raise
    run.hooks.watch("kernel_run_ended", run=run, reason=reason)
    return reason


def loop(run: TrainingRun) -> str:
    """Take all steps of the run, and return the reason why it ended."""
    for _ in steps(run):
        pass
    return run.stop_reason or "the training data is at its end"


def steps(run: TrainingRun) -> Iterator[int]:
    """Take one step per item, and yield the number of steps done."""
    while run.stop_reason is None:
        batch = next(run.batches, None)
        if batch is None:
            run.stop(f"{run.settings.max_epochs} epochs are done (`training.max_epochs`)")
            return
        take_step(run, *batch)
        yield run.step


def _score(run: TrainingRun, corpus: Any) -> dict[str, Any]:
    with run.streams.use("evaluate"):
        return score_pipeline(run.nlp, corpus, run.optimizer.averages)


def _check_dev(run: TrainingRun, corpus: Any) -> None:
    """Raise `DataError` for an empty dev corpus before the first step."""
    with run.streams.use("evaluate"):
        if next(iter(corpus(run.nlp)), None) is None:
            raise DataError(
                f"`{run.settings.dev_corpus}` has no examples to evaluate on",
                hint="check `paths.dev`",
            )
