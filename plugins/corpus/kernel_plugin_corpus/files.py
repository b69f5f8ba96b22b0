"""Find data files, and read JSON; every error names the file, and the line if known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from kernel.errors import DataError, LoadError
from kernel.files import parse_json as strict_json
from kernel.lines import read_text

# An escaped surrogate, which may be without the other one of its pair.
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")


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
    if not path.is_dir():
        raise DataError("neither a file nor a folder", path=path)
    found = [
        inside
        for inside in path.rglob(f"*{suffix}")
        if inside.is_file()
        and not any(part.startswith(".") for part in inside.relative_to(path).parts)
    ]
    if not found:
        raise DataError(f"the folder has no `{suffix}` file", path=path)
    return sorted(found)


def read_exact_text(path: Path) -> str:
    """Return the text of a UTF-8 file with its line ends as they are.

    Raises `DataError` with the line if it is not UTF-8.
    """
    read_text(path)  # checks the encoding
    return path.read_bytes().decode("utf8")


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; raises `DataError` with the line if it is not JSON."""
    return parse_json(read_text(path), path)


def parse_json(text: str, path: Path | str, *, line: int | None = None) -> Any:
    """Return the value of JSON `text`, which is all of a file, or its line number `line`.

    Raises `DataError` with the line if it is not valid JSON, if a number is not finite, or if a
    string has half of a character, such as a truncated emoji.
    """
    try:
        value = strict_json(text, what="the line" if line else "the file")
    except LoadError as error:
        cause = error.__cause__
        if not isinstance(cause, json.JSONDecodeError):
            raise DataError(error.message, path=path, line=line) from None
        message = f"not JSON: {cause.msg} at column {cause.colno}"
        raise DataError(message, path=path, line=line or cause.lineno) from None
    if _HALF.search(text):
        _check_halves(value, path, line)
    return value


def _check_halves(value: Any, path: Path | str, line: int | None) -> None:
    """Raise `DataError` for a string that cannot be encoded."""
    if isinstance(value, dict):
        for item in value.items():
            _check_halves(list(item), path, line)
    elif isinstance(value, list):
        for each in value:
            _check_halves(each, path, line)
    elif isinstance(value, str):
        try:
            value.encode("utf8")
        except UnicodeEncodeError as error:
            start, around = error.start, value[max(0, error.start - 20) : error.start + 21]
            raise DataError(
                f"character {start} of {around!a} is half of a character ({value[start]!a})",
                path=path,
                line=line,
                hint="a text that was cut off may end in half of an emoji: remove it",
            ) from None
