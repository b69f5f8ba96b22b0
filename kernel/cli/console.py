"""The two consoles: data is written to `out`, messages to `err`. Only this module prints.

Text is never parsed as rich's markup: `[training]` in a message is text. Information that is shown
by colour is also given in words.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Final

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

# The line width if the output is not a terminal: lines are not wrapped there.
PIPE_WIDTH: Final = 200
# All but tabs and line breaks.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _make_console(stream: IO[str], *, stderr: bool) -> Console:
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


out: Final = _make_console(sys.stdout, stderr=False)
err: Final = _make_console(sys.stderr, stderr=True)


def data(text: str) -> None:
    """Write `text` and a line end to stdout."""
    out.print(text, soft_wrap=True)


def say(text: str) -> None:
    """Show a message to the user."""
    err.print(_visible(text), soft_wrap=True)


def good(text: str) -> None:
    """Show a message about success to the user."""
    err.print(Text.assemble(("ok: ", "green"), _visible(text)), soft_wrap=True)


def warn(text: str) -> None:
    """Show a warning to the user."""
    err.print(Text.assemble(("warning: ", "yellow"), _visible(text)), soft_wrap=True)


def fail(message: str, hint: str | None = None) -> None:
    """Show an error to the user, and a hint how to fix it, if given."""
    err.print(Text.assemble(("error: ", "bold red"), _visible(message)), soft_wrap=True)
    if hint:
        err.print(Text.assemble(("hint: ", "cyan"), _visible(hint)), soft_wrap=True)


def _visible(text: str) -> str:
    """Return `text` with control characters, which a damaged file may bring along, as escapes."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


def show(table: Table) -> None:
    """Write a table to stdout; without trailing blanks if stdout is not a terminal."""
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        data(line.rstrip())


def set_up_logging(*, verbose: bool) -> None:
    """Write log records of kernel and its plugins to stderr: warnings, or all if `verbose`."""
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
    """Return a table without a frame.

    `right` lists the right-aligned columns; None: all except the first.
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
