"""The table on a terminal: rows as they come, and a line that says how far the run is."""

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

REFRESH = 0.1  # seconds
CHROME = 7  # lines of the screen that are not rows


class LiveView:
    """A table that shows its last rows while the run goes on, and all of them at its end."""

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
        """Show how far the run is, ten times a second at most; always before an evaluation."""
        self._pace.count(run.words, run.step)
        now = time.monotonic()
        if now - self._shown >= REFRESH or run.is_evaluation_step:
            self._shown = now
            self._status = self._describe(run)
            self._live.update(self._render(), refresh=True)

    def close(self) -> None:
        """Leave the whole table on the screen."""
        # Drawn once, by `stop`: what is taller than the screen cannot be drawn over.
        self._live.update(self._table(len(self._rows)))
        self._live.stop()

    def _render(self) -> RenderableType:
        return Group(self._table(max(self._console.height - CHROME, 1)), self._status)

    def _table(self, n_rows: int) -> Table:
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
        for name, width in zip(self._columns.names, self._columns.widths, strict=True):
            table.add_column(name, justify="right", min_width=width, no_wrap=True)
        table.add_column("W/S", justify="right", min_width=7)
        table.add_column("", width=1)
        best = max((score for _, score in self._rows), default=0.0)
        # The earliest of equals: the step that patience counts from.
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
    """How fast a run is: words a second of training alone, steps a second of everything."""

    def __init__(self) -> None:
        now = time.monotonic()
        self._start: tuple[int, float] | None = None
        self._mark = (0, now)
        self._step = 0
        self.rate = 0.0

    def count(self, words: int, step: int) -> None:
        """Take note of a step; `words` and `step` count from the start of the run."""
        now = time.monotonic()
        if self._start is None:  # of this process: a resumed run starts in the middle
            self._start = (step, now)
            self._mark = (self._mark[0] or words, self._mark[1])
        words_before, since = self._mark
        if now > since and words > words_before:
            self.rate = (words - words_before) / (now - since)
        self._step = step

    def restart(self, words: int) -> None:
        """Measure `rate` from here on: an evaluation has just ended."""
        self._mark = (words, time.monotonic())

    def seconds_left(self, max_steps: int) -> float | None:
        """Return how long the steps up to `max_steps` will take; None if that is unknown."""
        if self._start is None or not max_steps or self._step <= self._start[0]:
            return None
        a_step = (time.monotonic() - self._start[1]) / (self._step - self._start[0])
        return max(max_steps - self._step, 0) * a_step


def clock(seconds: float) -> str:
    """Return a duration as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
