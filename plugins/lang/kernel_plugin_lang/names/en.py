"""The module `kernel.lang.en`."""

from __future__ import annotations

from typing import Any, Final

from kernel.plugin_modules import added_name
from kernel_plugin_lang.en import English, EnglishDefaults

__all__ = ["English", "EnglishDefaults"]
__path__: Final[list[str]] = []


def __getattr__(name: str) -> Any:
    return added_name("kernel.lang.en", name)
