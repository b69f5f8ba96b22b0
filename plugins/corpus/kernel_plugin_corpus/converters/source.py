"""The input of a conversion: a file or a text, and its numbered lines."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from kernel.errors import DataError
from kernel.lines import read_text, split_lines
from kernel_plugin_corpus.files import check_path

MAX_SHOWN: Final = 80
_SPACES: Final = re.compile(r"[ \t]+")


@frozen
class Source:
    """The text to convert and the name that messages give it."""

    name: Path | str
    text: str

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the number (from 1) and the text of every line, including blank ones."""
        return enumerate(self.text.split("\n"), start=1)

    def error(self, message: str, *, line: int | None = None, hint: str | None = None) -> DataError:
        """Return an error that names this source, and the line if given."""
        return DataError(message, path=self.name, line=line, hint=hint)

    @contextlib.contextmanager
    def at(self, line: int) -> Iterator[None]:
        """Add this source and `line` to errors raised inside the context."""
        try:
            yield
        except DataError as error:
            raise self.error(error.message, line=line, hint=error.hint) from None


def shorten(value: Any) -> str:
    """Return `repr(value)` for a message, its end cut off if it is long."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def split_columns(line: str) -> list[str]:
    """Split a line at spaces and tabs; a no-break space is part of a column."""
    return _SPACES.split(line.strip(" \t"))


def open_source(source: Path | str) -> Source:
    """Return the file at a path, or the text itself where `source` is a string.

    Raises `DataError` for a missing file, a file that is not UTF-8, and an empty text.
    """
    if isinstance(source, str):
        opened = Source("<text>", "\n".join(split_lines(source)))
    else:
        opened = Source(source, read_text(check_path(source)))
    if not opened.text.strip():
        raise opened.error("the file is empty")
    return opened
