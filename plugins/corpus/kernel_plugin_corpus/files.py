"""Find data files, and read JSON; every error names the file, and the line if known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.lines import read_text


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
