"""Atomic writing of folders.

A folder is written under a temporary name in the same folder, flushed to disk with its manifest,
and renamed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kernel.errors import KernelError
from kernel.files.atomic import naming, sync_folder, sync_tree, temporary_name
from kernel.files.manifest import MANIFEST, read_manifest, write_manifest

_MAX_ATTEMPTS: Final = 10


@contextlib.contextmanager
def replace_folder(path: Path, *, manifest: bool = True) -> Iterator[Path]:
    """Yield an empty folder to fill, which replaces `path` when the block ends.

    manifest  whether the folder gets one; not if other programs change its files

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
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_name(path)
        temporary.mkdir()
        try:
            yield temporary
            sync_tree(temporary)
            if manifest:
                write_manifest(temporary)
            else:  # it may be that of a part which was saved there
                temporary.joinpath(MANIFEST).unlink(missing_ok=True)
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
    for attempt in range(_MAX_ATTEMPTS):
        if os.path.lexists(path):
            remove(old)
            path.rename(old)
        try:
            new.rename(path)
            break
        except OSError:
            # Another process that loads the pipeline may just have restored the old folder.
            if attempt + 1 == _MAX_ATTEMPTS or not os.path.lexists(path):
                raise
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
    saved = {MANIFEST, *(name.split("/")[0] for name in read_manifest(old))}
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


def _old_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.old")
