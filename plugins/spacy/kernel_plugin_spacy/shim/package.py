"""The names of the package `spacy`, besides its modules."""

from __future__ import annotations

import logging
from typing import Final

from kernel import (
    Language,
    Vocab,
    blank,
    explain,
    info,
    load,
    prefer_gpu,
    registry,
    require_cpu,
    require_gpu,
)
from kernel.config import Config
from kernel_plugin_spacy.shim.about import __version__
from kernel_plugin_spacy.shim.errors import Errors, Warnings

__all__ = [
    "Config",
    "Errors",
    "Language",
    "Vocab",
    "Warnings",
    "__version__",
    "blank",
    "explain",
    "info",
    "load",
    "logger",
    "prefer_gpu",
    "registry",
    "require_cpu",
    "require_gpu",
]

logger: Final = logging.getLogger("kernel")
