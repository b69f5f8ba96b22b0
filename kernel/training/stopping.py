"""What ends a run before its data does: patience, enough steps, a signal."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import KernelError
from kernel.hooks import hookimpl

if TYPE_CHECKING:
    from kernel.training.run import TrainingRun

EXIT_INTERRUPTED: Final = 130
EXIT_TERMINATED: Final = 143


class TrainingInterrupted(KernelError):  # noqa: N818 — nothing went wrong
    """A run was asked to end, by Ctrl-C or SIGTERM, and did so after saving.

    `exit_code` is what a command ends with: 130 or 143.
    """

    def __init__(self, message: str, *, exit_code: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class EarlyStopping:
    """Ends a run after `max_steps`, or when `patience` steps brought nothing better."""

    @hookimpl
    def kernel_run_started(self, run: TrainingRun) -> None:
        # A run that is resumed may have been killed after its last step.
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
def stopping_on_signals(run: TrainingRun) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end `run` after the step under way; a second one ends it at once.

    Does nothing outside of the main thread, which is the only one that gets signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    seen: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)
        if run.stop_reason is None:
            run.signal = number
        run.stop(f"stopped by {signal.Signals(number).name}")
        # Not through Python's buffers, which the signal may have caught half-way.
        os.write(2, b"\nfinishing the step, then saving (once more to quit at once)\n")

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        _restore(before)


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        # None: it was set by something other than Python, and cannot be put back.
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


def interruption(run: TrainingRun) -> TrainingInterrupted:
    """Return the error that tells the caller of a run which a signal ended."""
    terminated = run.signal == signal.SIGTERM
    done = f"training was stopped after {run.step} steps"
    return TrainingInterrupted(
        f"{done}; everything is saved in {run.output}"
        if run.output
        else f"{done}; nothing is saved",
        exit_code=EXIT_TERMINATED if terminated else EXIT_INTERRUPTED,
        hint="the same command with --resume goes on from there" if run.output else None,
    )
