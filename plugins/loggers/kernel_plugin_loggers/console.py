"""The console loggers: a table of evaluations, and optionally a JSONL log.

On a terminal the table is redrawn with a status line below it; elsewhere it is plain text.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Literal, Protocol

from kernel import Language
from kernel.training import TrainingRun
from kernel_plugin_loggers.columns import Columns, columns_of
from kernel_plugin_loggers.records import Records

Setup = Callable[
    [Language, IO[str], IO[str]],
    tuple[Callable[[dict[str, Any] | None], None], Callable[[], None]],
]
Bar = Literal["train", "eval"] | None


class View(Protocol):
    """Shows the table."""

    def add(self, info: dict[str, Any]) -> None:
        """Show an evaluation."""

    def tick(self, run: TrainingRun) -> None:
        """Show the progress of the run. Called on every step."""

    def close(self) -> None:
        """Leave the complete table on the screen."""


class PlainView:
    """The table as lines of text, one per evaluation."""

    def __init__(self, columns: Columns, stdout: IO[str]) -> None:
        self._columns = columns
        self._stdout = stdout
        self._write(columns.line(columns.names))
        self._write(columns.line(["-" * width for width in columns.widths]))

    def add(self, info: dict[str, Any]) -> None:
        """Write the row of an evaluation."""
        self._write(self._columns.line(self._columns.values(info)))

    def tick(self, run: TrainingRun) -> None:
        """Show nothing between evaluations."""

    def close(self) -> None:
        """Leave the lines as they are."""

    def _write(self, line: str) -> None:
        self._stdout.write(f"{line}\n")
        self._stdout.flush()


class ConsoleLog:
    """The `log_step` of the console loggers: shows evaluations and appends them to the log."""

    def __init__(self, view: View | None, records: Records | None) -> None:
        self._view = view
        self._records = records

    def __call__(self, info: dict[str, Any] | None) -> None:
        """Show an evaluation and append it to the log; None is a step without an evaluation."""
        if info is None:
            return
        if self._view is not None:
            self._view.add(info)
        if self._records is not None:
            self._records.add(info)

    def watch_step(self, run: TrainingRun) -> None:
        """Show the progress of the run."""
        if self._view is not None:
            self._view.tick(run)

    def finalize(self) -> None:
        """Close the table and the log."""
        if self._view is not None:
            self._view.close()
        if self._records is not None:
            self._records.close()


def console_logger_v1(progress_bar: bool = False) -> Setup:
    """Return a logger that shows a table.

    progress_bar  whether to draw, on a terminal, the progress to the next evaluation
    """
    return _logger("eval" if progress_bar else None)


def console_logger_v2(
    progress_bar: bool = False,
    console_output: bool = True,
    output_file: str | Path | None = None,
) -> Setup:
    """Return a logger that shows a table, and appends each evaluation to `output_file` (JSONL)."""
    return _logger("eval" if progress_bar else None, console_output, output_file)


def console_logger_v3(
    progress_bar: Bar = None,
    console_output: bool = True,
    output_file: str | Path | None = None,
) -> Setup:
    """Return a logger that shows a table, and appends each evaluation to `output_file` (JSONL).

    On a terminal, `progress_bar` draws the progress to the end of the run ("train") or to the
    next evaluation ("eval").
    """
    return _logger(progress_bar, console_output, output_file)


def _logger(
    progress_bar: Bar,
    console_output: bool = True,
    output_file: str | Path | None = None,
) -> Setup:
    def setup(
        nlp: Language,
        stdout: IO[str] = sys.stdout,
        stderr: IO[str] = sys.stderr,
    ) -> tuple[ConsoleLog, Callable[[], None]]:
        records = Records(Path(output_file)) if output_file is not None else None
        columns = columns_of(nlp)
        view = make_view(columns, nlp, stdout, progress_bar) if console_output else None
        log = ConsoleLog(view, records)
        return log, log.finalize

    return setup


def make_view(columns: Columns, nlp: Language, stdout: IO[str], progress_bar: Bar) -> View:
    """Return a live view if `stdout` is a terminal that can move its cursor, else a plain one."""
    if not stdout.isatty() or os.environ.get("TERM", "") in ("dumb", "unknown"):
        return PlainView(columns, stdout)
    # Imported here because `rich` is needed only on a terminal.
    from kernel_plugin_loggers.live import LiveView

    return LiveView(columns, nlp.config["training"], stdout, progress_bar)
