"""Atomic writing of files.

A file is written under a temporary name in the same folder, flushed to disk, and renamed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def write_file(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically: a crash leaves either the old or the new file.

    A device or pipe at `path`, such as `/dev/stdout`, is written to, not replaced.
    """
    temporary = temporary_name(path)
    with naming(path):
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)
            return
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write `value` to `path` as indented JSON, atomically."""
    write_file(path, (json.dumps(value, indent=2) + "\n").encode("utf8"))


def sync_folder(folder: Path) -> None:
    """Flush the entries of `folder` to disk, on systems that support it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush all files and folders in `folder` to disk."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        elif path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name `path` in errors of the system, such as that of a full disk, not a temporary name."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        elif isinstance(error.filename, str | os.PathLike):
            parts = Path(error.filename).parts
            names = (path.name if _is_temporary(part, path) else part for part in parts)
            error.filename = str(Path(*names))
        raise


def temporary_name(path: Path) -> Path:
    """Return a new name in the same folder, to write `path` under."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def _is_temporary(name: str, path: Path) -> bool:
    return name.startswith(f".{path.name}.") and name.endswith(".tmp")
