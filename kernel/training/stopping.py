"""Early ends of a run: no improvement, enough steps, or a signal."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Protocol

from kernel.errors import KernelError
from kernel.hooks import hookimpl

if TYPE_CHECKING:
    from kernel.training.run import TrainingRun

EXIT_INTERRUPTED: Final = 130
EXIT_TERMINATED: Final = 143


class TrainingInterrupted(KernelError):  # noqa: N818 — not an error of the program
    """Ctrl-C or SIGTERM ended a run, after saving.

    `exit_code` is the exit code of the command: 130 or 143.
    """

    def __init__(self, message: str, *, exit_code: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class _StoppedAtOnce(KeyboardInterrupt):
    """A second signal ended a run, without saving; it has the exit code of the signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = _exit_code(number)


class Stoppable(Protocol):
    """A run that a signal can end after its current step; see `TrainingRun`."""

    step: int
    stop_reason: str | None
    signal: int | None

    @property
    def output(self) -> Path | None:
        """The folder that the run saves to."""

    def stop(self, reason: str) -> None:
        """Let the run end after the current step; the first reason given is kept."""


class EarlyStopping:
    """Ends a run after `max_steps`, or after `patience` steps without a better score."""

    @hookimpl
    def kernel_run_started(self, run: TrainingRun) -> None:
        # A resumed run may have been killed after its last step.
        if run.step > 0:
            self._check(run, run.step - 1)

    @hookimpl
    def kernel_after_update(self, run: TrainingRun) -> None:
        if not run.is_evaluation_step:
            self._check(run, run.step)

    @hookimpl
    def kernel_evaluated(self, run: TrainingRun) -> None:
        self._check(run, run.step)

    def _check(self, run: TrainingRun, step: int) -> None:
        patience, max_steps = run.settings.patience, run.settings.max_steps
        if patience > 0 and run.best_step is not None and step - run.best_step >= patience:
            run.stop(f"no better score in {patience} steps (`training.patience`)")
        elif 0 < max_steps <= step:
            run.stop(f"{max_steps} steps are done (`training.max_steps`)")


@contextlib.contextmanager
def stopping_on_signals(run: Stoppable) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end `run` after the current step; a second one ends it at once.

    Does nothing outside the main thread, the only one that receives signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    seen: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if seen:
            raise _StoppedAtOnce(number)
        seen.append(number)
        if run.stop_reason is None:
            run.signal = number
        run.stop(f"stopped by {signal.Signals(number).name}")
        # Not through Python's buffers, because the signal may have interrupted a write to them.
        os.write(2, b"\nfinishing the step, then saving (once more to quit at once)\n")

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        _restore(before)


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        # None: it was not set by Python, and cannot be restored.
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


def interruption(run: Stoppable, what: str = "training") -> TrainingInterrupted:
    """Return the error for a run of `what` that was ended by a signal."""
    assert run.signal is not None  # noqa: S101 — the caller has checked it
    done = f"{what} was stopped after {run.step} steps"
    return TrainingInterrupted(
        f"{done}; everything is saved in {run.output}"
        if run.output
        else f"{done}; nothing is saved",
        exit_code=_exit_code(run.signal),
        hint="the same command with --resume continues from there" if run.output else None,
    )


def _exit_code(number: int) -> int:
    return EXIT_TERMINATED if number == signal.SIGTERM else EXIT_INTERRUPTED
