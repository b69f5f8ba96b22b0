"""Importing the Python file that `--code` names."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from typing import Final

from kernel.errors import KernelError

MODULE: Final = "python_code"


def import_code(path: Path | None) -> None:
    """Import the file at `path`, for what it registers; None does nothing.

    Raises `KernelError` with the line of the file that fails.
    """
    if path is None:
        return
    if not path.is_file():
        raise KernelError(f"{path}: no such file", hint="--code names a Python file")
    spec = importlib.util.spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None:
        raise KernelError(f"{path} is no Python file: its name does not end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    try:
        spec.loader.exec_module(module)
    except KernelError:
        raise
    except Exception as error:
        raise KernelError(
            f"{path}{_line(error, path)}: {type(error).__name__}: {error}",
            hint="the file given with --code could not be imported",
        ) from error


def _line(error: Exception, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f":{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path.absolute()]
    return f":{lines[-1]}" if lines else ""
