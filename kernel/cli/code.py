"""Import of the Python file given with `--code`."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

from kernel.errors import KernelError
from kernel.files import import_file

MODULE_NAME: Final = "python_code"


def import_code(path: Path | None) -> None:
    """Import the file at `path`, which registers functions; None does nothing.

    Raises `KernelError` with the line of the file at which it fails.
    """
    if path is None:
        return
    try:
        import_file(MODULE_NAME, path)
    except KernelError:
        raise
    except Exception as error:
        raise KernelError(
            f"{path}{_line(error, path)}: {type(error).__name__}: {error}",
            hint=_hint(error),
        ) from error


def _line(error: Exception, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f":{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path.absolute()]
    return f":{lines[-1]}" if lines else ""


def _hint(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and str(error.name).split(".")[0] == "spacy":
        return (
            "import the names from `kernel`; or run `python -m kernel_plugin_spacy -m kernel`, for "
            "which `spacy` is kernel"
        )
    return "the file given with --code could not be imported"
