"""The package `kernel.lang`, in which every language is a module: `kernel.lang.en`."""

from __future__ import annotations

from typing import Any, Final

from kernel.plugin_modules import added_name

__all__: Final[list[str]] = []
__path__: Final[list[str]] = []


def __getattr__(name: str) -> Any:
    return added_name("kernel.lang", name)
