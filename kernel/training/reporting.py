"""Telling people how a run goes: the logger of the config, and a few lines ahead of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from kernel.errors import KernelError
from kernel.hooks import hookimpl

if TYPE_CHECKING:
    from kernel.training.run import TrainingRun

LogStep = Callable[[dict[str, Any] | None], None]
Logger = Callable[[Any, IO[str], IO[str]], tuple[LogStep, Callable[[], None]]]

log: Final = logging.getLogger("kernel.training")


@runtime_checkable
class StepWatcher(Protocol):
    """A `log_step` that shows the steps between evaluations too.

    It gets the run after every step, in place of the None that spaCy's loggers get.
    """

    def __call__(self, info: dict[str, Any] | None) -> None:
        """Show an evaluation."""

    def watch_step(self, run: TrainingRun) -> None:
        """Show a step whose weights have changed."""


class LoggerListener:
    """Drives a logger, `setup(nlp, stdout, stderr) -> (log_step, finalize)`.

    `log_step` is called once a step: with the run's info at an evaluation, else with None, or,
    if it is a `StepWatcher`, with the run.
    """

    def __init__(self, log_step: LogStep, finalize: Callable[[], None]) -> None:
        self._log_step = log_step
        self._finalize = finalize

    @hookimpl
    def kernel_after_update(self, run: TrainingRun) -> None:
        pass_step(self._log_step, run)

    @hookimpl
    def kernel_evaluated(self, run: TrainingRun) -> None:
        self._log_step(run.info())

    @hookimpl
    def kernel_run_ended(self) -> None:
        self._finalize()


def pass_step(log_step: LogStep, run: TrainingRun) -> None:
    """Tell a logger of a step whose weights have changed."""
    if isinstance(log_step, StepWatcher):
        log_step.watch_step(run)
    elif not run.is_evaluation_step:
        log_step(None)


def set_up_logger(
    run: TrainingRun, logger: Logger, stdout: IO[str], stderr: IO[str]
) -> LoggerListener | None:
    """Return a listener for the logger of the config; None if it cannot be set up.

    A `KernelError` (settings that contradict each other, say) is the user's to mend and is
    raised; anything else is reported, and the run goes without the logger.
    """
    with run.nlp.select_pipes(disable=run.frozen):  # so that they get no column
        try:
            return LoggerListener(*logger(run.nlp, stdout, stderr))
        except KernelError:
            raise
        except Exception as error:
            log.warning("the logger failed to start: %s: %s", type(error).__name__, error)
            log.debug("the logger failed to start", exc_info=True)
            return None


def announce(run: TrainingRun, stdout: IO[str]) -> None:
    """Write what is about to be trained."""
    lines = [f"Pipeline: {run.nlp.pipe_names}"]
    if run.frozen:
        lines.append(f"Frozen components: {run.frozen}")
    if run.settings.annotating_components:
        lines.append(f"Set annotations on update for: {run.settings.annotating_components}")
    if hasattr(run.optimizer, "learn_rate"):
        lines.append(f"Initial learn rate: {run.optimizer.learn_rate}")
    if run.step:
        lines.append(f"Resuming after {run.step} steps, in epoch {run.epoch}")
    stdout.write("".join(f"{line}\n" for line in lines))
