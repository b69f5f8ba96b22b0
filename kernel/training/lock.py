"""The lock of an output folder: only one run at a time writes to it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
import stat
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kernel.errors import CheckpointError

try:
    import fcntl
except ImportError:  # Windows, where folders are not locked
    fcntl = None  # type: ignore[assignment]

LOCK_FILE: Final = ".lock"
_MAX_BYTES: Final = 4096
# The folders that this run has locked already: the command locks its output folder before it
# initializes the pipeline, and `train` locks it too.
_HELD: ContextVar[frozenset[str]] = ContextVar("held output folders", default=frozenset())

log: Final = logging.getLogger("kernel.training")


@contextlib.contextmanager
def locked(output: Path) -> Iterator[None]:
    """Create the folder `output` if needed, and hold its lock during the block.

    The operating system releases the lock when the process ends, however it ends; a lock file that
    is left does not matter. Raises `CheckpointError` if another run holds the lock.
    """
    if output.exists() and not output.is_dir():
        raise CheckpointError(f"{output} is a file, expected a folder to write to")
    if output.is_symlink() and not output.exists():
        raise CheckpointError(f"{output} is a link to a folder that does not exist")
    output.mkdir(parents=True, exist_ok=True)
    key = str(output.resolve())
    if key in _HELD.get() or fcntl is None:
        yield
        return
    path = output / LOCK_FILE
    handle = _acquire(path)
    token = _HELD.set(_HELD.get() | {key})
    try:
        _write_holder(handle)
        yield
    finally:
        _HELD.reset(token)
        path.unlink(missing_ok=True)
        os.close(handle)


def _acquire(path: Path) -> int:
    """Return a handle of the locked file `path`."""
    while True:
        handle = _open(path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_holder(handle)
            os.close(handle)
            raise CheckpointError(
                f"the output folder {path.parent} is in use by {holder}",
                hint="wait until it has ended, or give another --output",
            ) from None
        except OSError as error:
            log.warning("%s cannot be locked: %s", path.parent, error.strerror)
            return handle
        if _is_same_file(handle, path):
            return handle
        os.close(handle)  # the last holder has removed the file


def _open(path: Path) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be opened to lock the output folder: {error.strerror}"
        ) from error
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise CheckpointError(f"{path} cannot lock the output folder: it is not a regular file")


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _write_holder(handle: int) -> None:
    holder = {
        "pid": os.getpid(),
        "host": platform.node(),
        "since": datetime.now().astimezone().isoformat(" ", "seconds"),
    }
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(holder).encode(), 0)


def _read_holder(handle: int) -> str:
    """Return who holds the lock, in words."""
    try:
        found: Any = json.loads(os.pread(handle, _MAX_BYTES, 0))
        return f"the process {found['pid']} on {found['host']}, since {found['since']}"
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return "another run"  # which has not written the file yet
