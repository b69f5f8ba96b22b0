"""The live table on a terminal, with a status line below it."""

import time
from collections.abc import Mapping
from typing import IO, Any, Literal

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from kernel.training import TrainingRun
from kernel_plugin_loggers.columns import Columns

REFRESH_SECONDS = 0.1
N_OTHER_LINES = 7  # lines of the screen for the header, the bar, the status and the shell


class LiveView:
    """A table that shows its last rows during the run, and all rows at the end."""

    def __init__(
        self,
        columns: Columns,
        training: Mapping[str, Any],
        stdout: IO[str],
        progress_bar: Literal["train", "eval"] | None,
    ) -> None:
        self._columns = columns
        self._max_steps = int(training["max_steps"])
        self._eval_frequency = int(training["eval_frequency"])
        self._bar = progress_bar
        self._rows: list[tuple[list[str], float]] = []
        self._pace = Pace()
        self._status: RenderableType = Text("starting")
        self._console = Console(file=stdout)
        self._live = Live(
            self._render(), console=self._console, auto_refresh=False, transient=False
        )
        self._shown = 0.0
        self._live.start()

    def add(self, info: dict[str, Any]) -> None:
        """Show the row of an evaluation."""
        speed = f"{self._pace.rate:,.0f}" if self._pace.rate else "-"
        row = [*self._columns.values(info), speed]
        self._rows.append((row, float(info["score"] or 0.0)))
        self._pace.restart(info["words"])
        self._live.update(self._render(), refresh=True)

    def tick(self, run: TrainingRun) -> None:
        """Show the progress of the run, at most ten times a second.

        It is always shown before an evaluation.
        """
        self._pace.count(run.words, run.step)
        now = time.monotonic()
        if now - self._shown >= REFRESH_SECONDS or run.is_evaluation_step:
            self._shown = now
            self._status = self._describe(run)
            self._live.update(self._render(), refresh=True)

    def close(self) -> None:
        """Leave the whole table on the screen."""
        # `stop` draws it, once: a table taller than the screen cannot be redrawn in place.
        self._live.update(self._table(len(self._rows)))
        self._live.stop()

    def _render(self) -> RenderableType:
        return Group(self._table(max(self._console.height - N_OTHER_LINES, 1)), self._status)

    def _table(self, n_rows: int) -> Table:
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
        for name, width in zip(self._columns.names, self._columns.widths, strict=True):
            table.add_column(name, justify="right", min_width=width, no_wrap=True)
        table.add_column("W/S", justify="right", min_width=7)
        table.add_column("", width=1)
        best = max((score for _, score in self._rows), default=0.0)
        # The first row with the best score, because `patience` counts from its step.
        best_row = next((i for i, row in enumerate(self._rows) if row[1] == best), None)
        first = max(len(self._rows) - n_rows, 0)
        for index, (row, _) in enumerate(self._rows[first:], first):
            is_best = index == best_row
            table.add_row(*row, "★" if is_best else "", style="green" if is_best else None)
        return table

    def _describe(self, run: TrainingRun) -> RenderableType:
        steps = f"{run.step:,}" + (f" of {self._max_steps:,}" if self._max_steps else "")
        losses = [f"{name} {loss:,.2f}" for name, loss in run.losses.items()]
        parts = [f"epoch {run.epoch}", f"step {steps}", *losses, f"{self._pace.rate:,.0f} words/s"]
        left = self._pace.seconds_left(self._max_steps)
        if left is not None:
            parts.append(f"{clock(left)} left")
        if run.is_evaluation_step:
            parts.append("evaluating")
        status = Text(" · ".join(parts), style="dim", no_wrap=True, overflow="ellipsis")
        bar = self._progress(run.step)
        return Group(bar, status) if bar is not None else status

    def _progress(self, step: int) -> ProgressBar | None:
        if self._bar == "train" and self._max_steps:
            return ProgressBar(total=self._max_steps, completed=min(step, self._max_steps))
        if self._bar == "eval":
            done = step % self._eval_frequency or self._eval_frequency
            return ProgressBar(total=self._eval_frequency, completed=done)
        return None


class Pace:
    """The speed of a run: words per second in training, and the remaining time.

    `rate` excludes the time of evaluations; `seconds_left` includes it.
    """

    def __init__(self) -> None:
        now = time.monotonic()
        self._start: tuple[int, float] | None = None
        self._mark = (0, now)
        self._step = 0
        self.rate = 0.0

    def count(self, words: int, step: int) -> None:
        """Record a step; `words` and `step` are totals since the start of the run."""
        now = time.monotonic()
        if self._start is None:  # the first step of this process; the run may be resumed
            self._start = (step, now)
            self._mark = (self._mark[0] or words, self._mark[1])
        words_before, since = self._mark
        if now > since and words > words_before:
            self.rate = (words - words_before) / (now - since)
        self._step = step

    def restart(self, words: int) -> None:
        """Measure `rate` from now on; called after an evaluation."""
        self._mark = (words, time.monotonic())

    def seconds_left(self, max_steps: int) -> float | None:
        """Return the estimated time of the steps up to `max_steps`, None if unknown."""
        if self._start is None or not max_steps or self._step <= self._start[0]:
            return None
        seconds_per_step = (time.monotonic() - self._start[1]) / (self._step - self._start[0])
        return max(max_steps - self._step, 0) * seconds_per_step


def clock(seconds: float) -> str:
    """Return a duration as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
