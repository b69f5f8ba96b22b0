"""Files, folders and commands."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import KernelError


class CommandNotFoundError(KernelError, FileNotFoundError):
    """There is no command of this name."""


def ensure_path(path: Any) -> Any:
    """Return a string as a `Path`; anything else comes back as it is."""
    return Path(path) if isinstance(path, str) else path


@contextlib.contextmanager
def working_dir(path: str | Path) -> Iterator[Path]:
    """Run the block in another working directory, and yield its absolute path."""
    before = Path.cwd()
    current = Path(path).resolve()
    os.chdir(current)
    try:
        yield current
    finally:
        os.chdir(before)


@contextlib.contextmanager
def make_tempdir() -> Iterator[Path]:
    """Yield a new folder that is gone, with what is in it, after the block."""
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def split_command(command: str) -> list[str]:
    """Return the words of a command line, quotes taken off."""
    return shlex.split(command)


def run_command(
    command: str | Sequence[str], *, stdin: str | None = None, capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a command, without a shell, and return how it ended.

    `stdin` is what it reads; with `capture` its output is in `stdout`, errors included.
    Raises CommandNotFoundError if there is no such command, and, with `capture`, KernelError if
    it fails; without, the program ends with the command's exit code.
    """
    words = split_command(command) if isinstance(command, str) else list(command)
    streams: dict[str, Any] = (
        {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if capture else {}
    )
    try:
        done = subprocess.run(  # noqa: S603 — what to run is the caller's choice
            words, input=stdin, encoding="utf8", check=False, **streams
        )
    except FileNotFoundError as error:
        raise CommandNotFoundError(f"no command {words[0]!r}", hint="is it installed?") from error
    if done.returncode and capture:
        raise KernelError(f"{shlex.join(words)} ended with {done.returncode}: {done.stdout}")
    if done.returncode:
        sys.exit(done.returncode)
    return done
