"""Files and folders that are either complete or not there.

A file or folder is written beside its place, flushed to disk, and renamed. A folder carries
a manifest with the size and checksum of each of its files, written last. Binary data is
MessagePack (`pack`, `unpack`), which runs no code when it is read.
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
    """Write `data` to `path`, so that at any moment either the old or the new file is there."""
    aside = _aside(path)
    try:
        with aside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write `value` to `path` as indented JSON, atomically."""
    write_file(path, (json.dumps(value, indent=2) + "\n").encode("utf8"))


@contextlib.contextmanager
def replace_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill, which takes the place of `path` when the block ends well.

    What is at `path` stays there until the new folder is complete, flushed and has its
    manifest; if the block raises, it stays for good.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(path)
    aside.mkdir()
    try:
        yield aside
        write_manifest(aside)
        swap_folder(aside, path)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def swap_folder(new: Path, path: Path) -> None:
    """Put the complete folder `new` in the place of `path`, then remove what was there.

    A folder cannot be renamed over another one, so for an instant there is none at `path`:
    `recover_folder` brings the old one back if the process dies in it.
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
    """Bring back the folder that `swap_folder` had moved away when the process died."""
    old = path.with_name(f".{path.name}.old")
    if old.exists() and not path.exists():
        old.rename(path)


def write_manifest(folder: Path) -> None:
    """Flush every file of `folder` and write its manifest."""
    entries = {}
    for path in _files(folder):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        entries[path.relative_to(folder).as_posix()] = _fingerprint(path)
    write_json(folder / MANIFEST, {"files": entries})
    for inner in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        sync_folder(inner)


def verify_manifest(folder: Path) -> None:
    """Raise `LoadError` naming the first file of `folder` that is missing, truncated or altered.

    A folder without a manifest (one that spaCy wrote, say) passes.
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
            raise LoadError(f"{path} is missing", hint="the folder was not copied whole")
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
    """Flush the names in `folder` to disk, where the system can."""
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


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def pack(value: Any) -> bytes:
    """Return `value` (of dicts, lists, strings, bytes, numbers and arrays) as MessagePack."""
    # Imported here because it takes longer than all of `kernel.text`.
    from srsly import msgpack_dumps

    packed: bytes = msgpack_dumps(value)
    return packed


def unpack(data: bytes, *, tuples: bool = False, name: str = "the data") -> Any:
    """Return the value in `data`, lists as tuples if asked for.

    Raises LoadError, with `name`, if it is not MessagePack.
    """
    from srsly import msgpack_loads

    try:
        return msgpack_loads(data, use_list=not tuples)
    except Exception as error:
        raise LoadError(f"{name} is damaged: {type(error).__name__}: {error}") from error
