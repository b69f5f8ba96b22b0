"""Find data files and read their text; every error names the file and the line."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError


def check_path(path: Path | str) -> Path:
    """Return `path`; raises `DataError` if it does not exist."""
    path = Path(path)
    if not path.exists():
        parent = path.parent
        hint = None if parent.exists() else f"nor is there a folder {parent}"
        raise DataError("no such file or folder", path=path, hint=hint)
    return path


def find_files(path: Path, suffix: str) -> list[Path]:
    """Return `path` if it is a file, else the files below it that end in `suffix`, sorted.

    Names that start with a dot are skipped. Raises `DataError` if there are none.
    """
    check_path(path)
    if path.is_file():
        return [path]
    found = [
        inside
        for inside in path.rglob(f"*{suffix}")
        if inside.is_file()
        and not any(part.startswith(".") for part in inside.relative_to(path).parts)
    ]
    if not found:
        raise DataError(f"the folder has no `{suffix}` file", path=path)
    return sorted(found)


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, without its byte order mark.

    Raises `DataError` with the line if it is not UTF-8.
    """
    return "\n".join(line for _, line in _decoded(path))


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number (from 1) and the text of each line that is not blank, while reading."""
    return ((number, line) for number, line in _decoded(path) if line.strip())


def _decoded(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with check_path(path).open("rb") as file:
            for number, data in enumerate(file, start=1):
                yield number, _decode(data, path, number)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=path) from error


def _decode(data: bytes, path: Path, number: int) -> str:
    if number == 1:
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8: byte {data[error.start]:#04x} at column {error.start + 1}",
            path=path,
            line=number,
            hint=f"convert the file first, for example: iconv -f {_guess(data)} -t utf-8 {path}",
        ) from error


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; raises `DataError` with the line if it is not JSON."""
    return parse_json(read_text(path), path)


def parse_json(text: str, path: Path | str) -> Any:
    """Return the value of JSON `text`; raises `DataError` with the line if it is not valid JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"not JSON: {error.msg} at column {error.colno}", path=path, line=error.lineno
        ) from error


def _guess(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Bytes 0x80 to 0x9f are control codes in Latin-1, but letters and quotes in Windows-1252.
    return "windows-1252" if any(0x80 <= byte < 0xA0 for byte in data) else "latin1"
