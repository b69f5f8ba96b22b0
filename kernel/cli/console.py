"""The two consoles: data goes to `out`, talk to `err`. The only module that prints.

What is printed is never read as rich's markup: `[training]` in a message is text. All that
colour says is also said in words.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Final

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

# Where no one looks at the width, lines are long rather than folded.
PIPE_WIDTH: Final = 200


def _make_console(stream: IO[str], *, stderr: bool) -> Console:
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


out: Final = _make_console(sys.stdout, stderr=False)
err: Final = _make_console(sys.stderr, stderr=True)


def data(text: str) -> None:
    """Write `text` to stdout as it is, and a line end."""
    out.print(text, soft_wrap=True)


def say(text: str) -> None:
    """Tell the user something."""
    err.print(text, soft_wrap=True)


def good(text: str) -> None:
    """Tell the user that something was done."""
    err.print(Text.assemble(("ok: ", "green"), text), soft_wrap=True)


def warn(text: str) -> None:
    """Tell the user about something that may not be what they want."""
    err.print(Text.assemble(("warning: ", "yellow"), text), soft_wrap=True)


def fail(message: str, hint: str | None = None) -> None:
    """Tell the user what is wrong, and how to mend it if that is known."""
    err.print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)
    if hint:
        err.print(Text.assemble(("hint: ", "cyan"), hint), soft_wrap=True)


def show(table: Table) -> None:
    """Write a table to stdout; lines have no blanks at their ends where no one looks."""
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        data(line.rstrip())


def set_up_logging(*, verbose: bool) -> None:
    """Let log records of kernel and its plugins go to stderr: warnings, or everything."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("kernel")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)


def make_table(
    title: str | None,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] | None = None,
    header: bool = True,
) -> Table:
    """Return a table without frame.

    `right` has the columns that are set to the right; None: all but the first.
    """
    table = Table(
        # A title may be wider than the table.
        title=None if title is None else Text(title, no_wrap=True, overflow="ignore"),
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        show_header=header,
    )
    numbers = range(1, len(columns)) if right is None else right
    for index, column in enumerate(columns):
        justify: JustifyMethod = "right" if index in numbers else "left"
        table.add_column(column, justify=justify, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
