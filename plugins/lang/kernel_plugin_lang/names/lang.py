"""The package `kernel.lang`, in which every language is a module: `kernel.lang.en`."""

from __future__ import annotations

from typing import Any, Final

from kernel.plugin_modules import added_name
from kernel_plugin_lang.languages.classes import language_from_file

__all__ = ["language_from_file"]
__path__: Final[list[str]] = []


def __getattr__(name: str) -> Any:
    return added_name("kernel.lang", name)
