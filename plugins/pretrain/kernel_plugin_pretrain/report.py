"""What a pretraining run shows: a table, live on a terminal, and a summary at its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Self

from kernel.cli import console
from kernel_plugin_pretrain.objectives.protocol import Loss

if TYPE_CHECKING:
    from rich.table import Table

    from kernel_plugin_pretrain.state import PretrainingRun

ROW_WORDS: Final = 100_000
_REFRESH_SECONDS: Final = 0.2
_N_OTHER_LINES: Final = 6
_COLUMNS: Final = ("#", "# WORDS", "TOTAL LOSS", "LOSS", "HELD OUT", "W/S")
_WIDTHS: Final = (4, 12, 14, 10, 10, 8)


class Quiet:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def reading(self, n_words: int) -> None:
        """Show how many words of the text have been read."""

    def begin(self, run: PretrainingRun, why_unresumable: str | None) -> None:
        """Show what is going to happen."""

    def step_done(self, run: PretrainingRun) -> None:
        """Show a step."""

    def epoch_done(self, run: PretrainingRun) -> None:
        """Show the end of an epoch."""

    def end(self, text: str) -> None:
        """Show the summary."""


class Report(Quiet):
    """A table with a row per epoch and per 100,000 words; on a terminal, with a status line.

    LOSS is the mean per prediction since the row before, HELD OUT the same of the held-out docs.
    """

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._live: Any = None
        self._drawn = 0.0
        # Words, losses and time at the last row.
        self._mark: tuple[int, Loss, float] = (0, Loss(), 0.0)

    def __enter__(self) -> Self:
        if console.out.is_terminal:
            from rich.live import Live

            self._live = Live(console=console.out, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.update(self._table(len(self._rows)))
            self._live.stop()

    def reading(self, n_words: int) -> None:
        """Show how many words of the text have been read."""
        self._show(f"reading: {n_words:,} words")

    def begin(self, run: PretrainingRun, why_unresumable: str | None) -> None:
        """Show what is going to happen, and the head of the table."""
        docs, held_out = run.corpus.docs, run.corpus.held_out
        console.say(f"Pretraining {run.learner.layer}")
        console.say(f"Text: {docs.n_words:,} words in {len(docs):,} docs")
        if len(held_out):
            console.say(f"Held out: {held_out.n_words:,} words in {len(held_out):,} docs")
        if why_unresumable is not None:
            console.warn(f"this run cannot be resumed: {why_unresumable}")
        if run.step:
            console.say(f"Resuming after {run.step} batches, in epoch {run.epoch}")
        self._mark = (run.words, run.loss, time.monotonic())
        if self._live is None:
            console.data(_line(_COLUMNS))
            console.data(_line(["-" * width for width in _WIDTHS]))

    def step_done(self, run: PretrainingRun) -> None:
        """Show a step, at most five times a second, and a row if it is due."""
        if run.words - self._mark[0] >= ROW_WORDS:
            self._add(run, run.epoch)
        elif self._live is not None:
            words, loss, mean, speed = self._values(run)
            self._show(
                f"epoch {run.epoch} · {words} words · loss {mean} (total {loss}) · {speed} words/s"
            )

    def epoch_done(self, run: PretrainingRun) -> None:
        """Show the row of an epoch."""
        self._add(run, run.epoch - 1, f"{run.held_out[-1]:.4f}" if run.held_out else "-")

    def end(self, text: str) -> None:
        """Show the summary."""
        console.data(text)

    def _add(self, run: PretrainingRun, epoch: int, held_out: str = "") -> None:
        words, loss, mean, speed = self._values(run)
        self._rows.append([str(epoch), words, loss, mean, held_out, speed])
        self._mark = (run.words, run.loss, time.monotonic())
        if self._live is None:
            console.data(_line(self._rows[-1]))
        else:
            self._drawn = 0.0
            self._show("")

    def _values(self, run: PretrainingRun) -> tuple[str, str, str, str]:
        words, loss, since = self._mark
        new = Loss(run.loss.total - loss.total, run.loss.n_items - loss.n_items)
        speed = (run.words - words) / max(time.monotonic() - since, 1e-9)
        mean = f"{new.mean:.4f}" if new.n_items else "-"
        return f"{run.words:,}", f"{run.loss.total:,.0f}", mean, f"{speed:,.0f}"

    def _show(self, status: str) -> None:
        now = time.monotonic()
        if self._live is None or now - self._drawn < _REFRESH_SECONDS:
            return
        from rich.console import Group
        from rich.text import Text

        self._drawn = now
        height = max(console.out.height - _N_OTHER_LINES, 1)
        line = Text(status, style="dim", no_wrap=True, overflow="ellipsis")
        self._live.update(Group(self._table(height), line), refresh=True)

    def _table(self, n_rows: int) -> Table:
        rows = self._rows[-n_rows:] if n_rows else []
        return console.make_table(None, _COLUMNS, rows, right=range(len(_COLUMNS)))


def summary(run: PretrainingRun) -> str:
    """Return the reason why the run ended, and the held-out loss of each epoch."""
    lines = [f"Stopped: {run.stop_reason}"]
    if run.held_out:
        lines.append("Held-out loss per epoch (* lowest):")
        for epoch, loss in enumerate(run.held_out, start=run.first_epoch):
            mark = " *" if epoch == run.best_epoch else ""
            lines.append(f"  {epoch:>4}  {loss:.4f}{mark}")
    return "\n".join(lines)


def _line(cells: Any) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
