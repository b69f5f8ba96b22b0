"""The manifest of a folder: the size and checksum of each of its files, written last."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from kernel.errors import LoadError
from kernel.files.atomic import write_json
from kernel.files.checks import check_type
from kernel.files.json import read_json

MANIFEST: Final = "manifest.json"
_ENTRY: Final = {"bytes": int, "blake2b": str}


def write_manifest(folder: Path) -> None:
    """Write the manifest of `folder`, with the files that it has now."""
    entries = {path.relative_to(folder).as_posix(): _fingerprint(path) for path in _files(folder)}
    write_json(folder / MANIFEST, {"files": entries})


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of the manifest of `folder`, by file; empty if it has no manifest.

    Raises `LoadError` if the manifest is not valid, or names a file outside of the folder.
    """
    path = folder / MANIFEST
    if not os.path.lexists(path):
        return {}
    fields = {"files": dict[str, dict[str, Any]]}
    entries: dict[str, dict[str, Any]]
    entries = check_type(read_json(path), fields, what=f"`{path}`")["files"]
    for name, entry in entries.items():
        check_type(entry, _ENTRY, what=f"`{path}`: the entry of {name!r}")
        if not _is_inside(name):
            raise LoadError(f"`{path}` names {name!r}, which is not a path inside of the folder")
    return entries


def verify_manifest(folder: Path) -> None:
    """Check that `folder` has only ordinary entries, and its files against its manifest.

    A folder without a manifest passes; spaCy writes such folders.

    Raises `LoadError` with the name of the first file that is missing, truncated or changed, or
    of a device, a pipe, or a link that leaves the folder.
    """
    check_entries(folder)
    for name, expected in read_manifest(folder).items():
        path = folder / name
        if not path.is_file():
            raise LoadError(
                f"{path} is missing",
                hint=f"{MANIFEST} lists it: the copy of the folder is incomplete, or the list "
                "was changed",
            )
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


def check_entries(folder: Path) -> None:
    """Raise `LoadError` for a device, a pipe, or a link to the outside."""
    inside = os.path.realpath(folder)
    for path in folder.rglob("*"):
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
            raise LoadError(
                f"`{path}` is a link that leaves the folder",
                hint="copy the folder with its links replaced by files: cp -rL",
            )
        if not (path.is_file() or path.is_dir()):
            kind = "a link to nothing" if path.is_symlink() else "not a regular file"
            raise LoadError(f"`{path}` is {kind}")


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    is_plain = bool(path.parts) and "\0" not in name and "\\" not in name
    return is_plain and not path.is_absolute() and ".." not in path.parts


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST:
            yield path


def _fingerprint(path: Path) -> dict[str, Any]:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return {"bytes": path.stat().st_size, "blake2b": digest.hexdigest()}
