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
    with _naming(path):
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
    If the block raises, the old folder is kept and the new one deleted. Entries of the old folder
    that it was not saved with, such as a README, are kept. A symbolic link at `path` is replaced;
    the folder that it points to is not changed.

    Raises `KernelError` if `path` is a file or the working directory.
    """
    path = _absolute(path)
    if path.exists() and not path.is_dir():
        raise KernelError(f"{path} is a file, expected a folder to write to")
    if path == Path.cwd():
        raise KernelError(f"{path} is the working directory, which cannot be replaced")
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary_name(path)
        temporary.mkdir()
        try:
            yield temporary
            write_manifest(temporary)
            _keep_others(path, temporary)
            swap_folder(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def swap_folder(new: Path, path: Path) -> None:
    """Rename the complete folder `new` to `path`, then delete the old folder.

    A folder cannot be renamed over another one, so for a moment there is no folder at `path`.
    `recover_folder` restores the old folder if the process dies at that moment.
    """
    old = _old_name(path)
    if os.path.lexists(path):
        remove(old)
        path.rename(old)
    new.rename(path)
    sync_folder(path.parent)
    remove(old)


def recover_folder(path: Path) -> None:
    """Restore the folder that `swap_folder` had moved away when the process died."""
    path = _absolute(path)
    old = _old_name(path)
    if old.is_dir() and not os.path.lexists(path):
        old.rename(path)


def remove(path: Path) -> None:
    """Delete the folder, file or link at `path`, if there is one; links are not followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def link_or_copy(source: str, target: str) -> None:
    """Make `target` a hard link to the file `source`, or a copy if the system has no hard links."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _keep_others(old: Path, new: Path) -> None:
    """Link the entries of the folder `old` that do not belong to it to the folder `new`."""
    if not old.is_dir() or old.is_symlink():
        return
    saved = {MANIFEST, *(name.split("/")[0] for name in _read_manifest(old))}
    for path in old.iterdir():
        target = new / path.name
        if path.name in saved or os.path.lexists(target):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, target, symlinks=True, copy_function=link_or_copy)
        else:
            link_or_copy(str(path), str(target))


def _absolute(path: Path) -> Path:
    # Not `resolve`, which follows links.
    return Path(os.path.abspath(path))  # noqa: PTH100


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Add `path` to errors of the system that name no file, such as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


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


def _old_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.old")


def _temporary_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
