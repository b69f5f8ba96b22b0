"""The bytes of a file."""

from __future__ import annotations

import stat
from io import FileIO
from pathlib import Path

from kernel.errors import LoadError


def read_file(path: str | Path) -> bytes:
    """Return the bytes of a regular file; see `open_file` for the errors."""
    with open_file(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise _unreadable(path, error) from error


def open_file(path: str | Path) -> FileIO:
    """Open a regular file for reading, without a buffer.

    Raises `LoadError` naming the file if it is missing, cannot be read, or is not a regular file:
    reading a pipe or a device could block forever or never end.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise LoadError(f"`{path}` is not a regular file")
        return Path(path).open("rb", buffering=0)
    except FileNotFoundError as error:
        raise LoadError(f"`{path}`: no such file") from error
    # A name with NUL is a ValueError.
    except (OSError, ValueError) as error:
        if isinstance(error, LoadError):
            raise
        raise _unreadable(path, error) from error


def _unreadable(path: str | Path, error: Exception) -> LoadError:
    return LoadError(f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}")
