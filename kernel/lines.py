r"""Lines of text files: one rule for all formats.

Text is UTF-8, with or without a byte order mark. A line ends at `\n`, `\r\n` or `\r`, and nowhere
else: U+0085, U+2028 and `\x1c`, at which `str.splitlines` also splits, may be part of a text.
"""

from __future__ import annotations

import codecs
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from kernel.errors import DataError

BYTE_ORDER_MARK: Final = "\ufeff"
# A surrogate encoded as if it were a character.
_SURROGATE: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number (from 1) and the text of each line of a file, while reading it.

    Raises `DataError` if the file cannot be read, and with the line if it is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            yield from decode_lines(file, path)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error


def read_text(path: Path) -> str:
    r"""Return the text of a file, without byte order mark; its lines end at `\n`.

    Raises `DataError` as `read_lines` does.
    """
    return "\n".join(line for _, line in read_lines(path))


def decode_lines(file: IO[bytes], path: Path) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of an open file, such as a member of an archive.

    Raises `DataError`, which names `path` and the line, if it is not UTF-8.
    """
    # The mode "universal newlines" translates the three line ends and splits at no other. Bytes
    # that are not UTF-8 become lone surrogates, so that the line of the error is known.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline=None)
    try:
        for number, line in enumerate(text, start=1):
            if not line.isascii():
                _check(line, path, number)
            yield number, line.removesuffix("\n")
    finally:
        text.detach()


def split_lines(text: str) -> list[str]:
    r"""Return the lines of `text`, without byte order mark and line ends."""
    text = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n")


def is_blank(line: str) -> bool:
    """Return whether a line has nothing but spaces and tabs."""
    return not line.strip(" \t")


def _check(line: str, path: Path, number: int) -> None:
    try:
        line.encode("utf8")
    except UnicodeEncodeError as error:
        data = line.encode("utf8", "surrogateescape")
        byte = line[error.start].encode("utf8", "surrogateescape")[0]
        raise DataError(
            f"not UTF-8: byte {byte:#04x} at column {error.start + 1}",
            path=path,
            line=number,
            hint=_hint(data, path),
        ) from None


def _hint(data: bytes, path: Path) -> str:
    if _SURROGATE.search(data):
        return "the bytes are half of a character, such as a truncated emoji; remove them"
    return (
        "convert the file first, for example: "
        f"iconv -f {_guess_encoding(data)} -t utf-8 {shlex.quote(str(path))}"
    )


def _guess_encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in data:  # UTF-16 without byte order mark, if most characters are ASCII
        return "utf-16-le" if data.find(b"\0") % 2 else "utf-16-be"
    # Bytes 0x80 to 0x9f are control codes in Latin-1, but letters and quotes in Windows-1252.
    return "windows-1252" if any(0x80 <= byte < 0xA0 for byte in data) else "latin1"
