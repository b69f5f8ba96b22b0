"""Atomic writing of files and folders, and the checksums of a folder.

A file or folder is written under a temporary name in the same folder, flushed to disk, and
renamed. A folder has a manifest with the size and checksum of each of its files, which is
written last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kernel.errors import LoadError

MANIFEST: Final = "manifest.json"


def write_file(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically: a crash leaves either the old or the new file."""
    temporary = _temporary_name(path)
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


@contextlib.contextmanager
def replace_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill, which replaces `path` when the block ends.

    The old folder stays at `path` until the new one is complete, flushed and has its manifest.
    If the block raises, the old folder is kept and the new one deleted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_name(path)
    temporary.mkdir()
    try:
        yield temporary
        write_manifest(temporary)
        swap_folder(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def swap_folder(new: Path, path: Path) -> None:
    """Rename the complete folder `new` to `path`, then delete the old folder.

    A folder cannot be renamed over another one, so for a moment there is no folder at `path`.
    `recover_folder` restores the old folder if the process dies at that moment.
    """
    old = path.with_name(f".{path.name}.old")
    if path.exists():
        if old.exists():
            shutil.rmtree(old)
        path.rename(old)
    new.rename(path)
    sync_folder(path.parent)
    if old.exists():
        shutil.rmtree(old)


def recover_folder(path: Path) -> None:
    """Restore the folder that `swap_folder` had moved away when the process died."""
    old = path.with_name(f".{path.name}.old")
    if old.exists() and not path.exists():
        old.rename(path)


def write_manifest(folder: Path) -> None:
    """Flush every file in `folder` to disk and write its manifest."""
    entries = {}
    for path in _files(folder):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        entries[path.relative_to(folder).as_posix()] = _fingerprint(path)
    write_json(folder / MANIFEST, {"files": entries})
    for inner in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        sync_folder(inner)


def verify_manifest(folder: Path) -> None:
    """Check the files of `folder` against its manifest.

    A folder without a manifest passes; spaCy writes such folders.

    Raises `LoadError` with the name of the first file that is missing, truncated or changed.
    """
    manifest = folder / MANIFEST
    if not manifest.exists():
        return
    try:
        entries = json.loads(manifest.read_bytes())["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise LoadError(f"{manifest} is damaged: {error}") from error
    for name, expected in entries.items():
        path = folder / name
        if not path.is_file():
            raise LoadError(f"{path} is missing", hint="the copy of the folder is incomplete")
        if path.stat().st_size != expected["bytes"]:
            raise LoadError(
                f"{path} has {path.stat().st_size} bytes, expected {expected['bytes']}",
                hint="the file is truncated or was edited; delete its line in "
                f"{MANIFEST} if you edited it on purpose",
            )
        if _fingerprint(path) != expected:
            raise LoadError(
                f"{path} is not the file that was saved",
                hint=f"delete its entry in {MANIFEST} if you edited it on purpose",
            )


def sync_folder(folder: Path) -> None:
    """Flush the entries of `folder` to disk, on systems that support it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)


def _fingerprint(path: Path) -> dict[str, Any]:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return {"bytes": path.stat().st_size, "blake2b": digest.hexdigest()}


def _temporary_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
