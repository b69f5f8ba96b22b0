"""What `spacy.util` has besides the names of `kernel.util`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from kernel import Language, load, registry
from kernel.errors import LoadError
from kernel_plugin_spacy.util.models import load_meta

__all__ = ["get_model_meta", "load_model_from_package", "logger"]

logger: Final = logging.getLogger("kernel")


def get_model_meta(path: str | Path) -> dict[str, Any]:
    """Return the metadata of the pipeline in a folder; raises LoadError if there are none."""
    return load_meta(Path(path) / "meta.json")


def load_model_from_package(name: str, **settings: Any) -> Language:
    """Return the pipeline of an installed package, with the settings of `kernel.load`.

    Raises LoadError if no package has it.
    """
    if not registry.models.has(name):
        raise LoadError(f"no installed package has a pipeline `{name}`")
    return load(name, **settings)
