"""The bytes of a file."""

from __future__ import annotations

import stat
from pathlib import Path

from kernel.errors import LoadError


def read_file(path: str | Path) -> bytes:
    """Return the bytes of a regular file.

    Raises `LoadError` naming the file if it is missing, cannot be read, or is not a regular file:
    reading a pipe or a device could block forever or never end.
    """
    path = Path(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise LoadError(f"`{path}` is not a regular file")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise LoadError(f"`{path}`: no such file") from error
    # A name with NUL is a ValueError.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LoadError(f"`{path}` cannot be read: {reason}") from error
