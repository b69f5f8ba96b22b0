"""What is converted: a file or a text, and its lines with their numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from kernel.errors import DataError
from kernel_plugin_corpus.files import read_text


@frozen
class Source:
    """The text to convert and the name that messages give it."""

    name: Path | str
    text: str

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield number (from 1) and text of every line, blank ones too."""
        return enumerate(self.text.split("\n"), start=1)

    def error(self, message: str, *, line: int | None = None, hint: str | None = None) -> DataError:
        """Return an error that names this source, and the line if it is known."""
        return DataError(message, path=self.name, line=line, hint=hint)

    @contextlib.contextmanager
    def at(self, line: int) -> Iterator[None]:
        """Give errors from inside, which do not know where they are, this source and `line`."""
        try:
            yield
        except DataError as error:
            raise self.error(error.message, line=line, hint=error.hint) from None


def open_source(source: Path | str) -> Source:
    """Return the file at a path, or the text itself where `source` is a string.

    Raises `DataError` for a missing file, one that is not UTF-8, and where there is no text.
    """
    if isinstance(source, str):
        opened = Source("<text>", source.replace("\r\n", "\n"))
    else:
        opened = Source(source, read_text(source))
    if not opened.text.strip():
        raise opened.error("the file is empty")
    return opened
