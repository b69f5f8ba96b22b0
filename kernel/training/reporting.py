"""Reports of a run: the logger of the config, and a few lines before it starts."""

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
    """A `log_step` that also shows the steps between evaluations.

    It is called with the run after every step, whereas spaCy's loggers are called with None.
    """

    def __call__(self, info: dict[str, Any] | None) -> None:
        """Show an evaluation."""

    def watch_step(self, run: TrainingRun) -> None:
        """Show a step after its update of the weights."""


class LoggerListener:
    """Calls a logger, `setup(nlp, stdout, stderr) -> (log_step, finalize)`.

    `log_step` is called once per step: with the run's info at an evaluation, otherwise with None,
    or with the run if it is a `StepWatcher`.
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
    """Notify a logger of a step after its update of the weights."""
    if isinstance(log_step, StepWatcher):
        log_step.watch_step(run)
    elif not run.is_evaluation_step:
        log_step(None)


def set_up_logger(
    run: TrainingRun, logger: Logger, stdout: IO[str], stderr: IO[str]
) -> LoggerListener | None:
    """Return a listener for the logger of the config; None if it cannot be set up.

    A `KernelError`, such as contradictory settings, can be fixed by the user and is raised. Any
    other error is reported, and the run continues without the logger.
    """
    with run.nlp.select_pipes(disable=run.frozen):  # so that they do not get a column
        try:
            return LoggerListener(*logger(run.nlp, stdout, stderr))
        except KernelError:
            raise
        except Exception as error:
            log.warning("the logger failed to start: %s: %s", type(error).__name__, error)
            log.debug("the logger failed to start", exc_info=True)
            return None


def announce(run: TrainingRun, stdout: IO[str]) -> None:
    """Write a summary of the run that starts."""
    lines = [f"Pipeline: {run.nlp.pipe_names}"]
    if run.frozen:
        lines.append(f"Frozen components: {run.frozen}")
    if run.settings.annotating_components:
        lines.append(f"Set annotations on update for: {run.settings.annotating_components}")
    lines += run.nlp.initialized_from
    if hasattr(run.optimizer, "learn_rate"):
        lines.append(f"Initial learn rate: {run.optimizer.learn_rate}")
    if run.step:
        lines.append(f"Resuming after {run.step} steps, in epoch {run.epoch}")
    stdout.write("".join(f"{line}\n" for line in lines))
