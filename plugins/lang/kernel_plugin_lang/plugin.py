"""The hook implementations of this package. Cheap to import: no arrays, no models."""

from __future__ import annotations

import functools
import importlib.metadata
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import TYPE_CHECKING

import kernel

if TYPE_CHECKING:
    from kernel.pipeline import Language


@kernel.hookimpl
def kernel_entry_points(kind: str) -> list[EntryPoint]:
    """Return the entry points of tables in spaCy's group: kernel's have the same format."""
    return _tables() if kind == "lookups" else []


@functools.cache
def _tables() -> list[EntryPoint]:
    return list(importlib.metadata.entry_points(group="spacy_lookups"))


@kernel.hookimpl
def kernel_language(package: ModuleType, code: str) -> type[Language] | None:
    """Return the class of the language whose file is in the folder of `package`."""
    from kernel_plugin_lang.languages.classes import language_of_package

    return language_of_package(package, code)
