"""Importing a Python file."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from kernel.errors import KernelError


def import_file(name: str, location: str | Path) -> ModuleType:
    """Import a Python file as the module `name` and return it.

    Raises `KernelError` if it is not a Python file; what the file raises is passed on.
    """
    spec = importlib.util.spec_from_file_location(name, location)
    if not Path(location).is_file():
        raise KernelError(f"{location}: no such file")
    if spec is None or spec.loader is None:
        raise KernelError(f"{location} is not a Python file: its name does not end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
