"""The packages of segmenters, which are imported at their first use."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

from kernel.errors import PluginError


class MissingPackageError(PluginError, ImportError):
    """The package of a segmenter is not installed."""


@functools.cache
def segmenter_package(name: str, extra: str) -> Any:
    """Return the module `name`, which the extra `extra` of this distribution installs.

    Raises MissingPackageError if it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"this tokenizer needs `{error.name}`, which is not installed",
            hint=f"pip install 'kernel-plugin-lang[{extra}]'",
        ) from error
