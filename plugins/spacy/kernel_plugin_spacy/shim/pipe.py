"""What `spacy.pipeline.pipe` has besides the names of `kernel.pipeline`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kernel.files import read_json

__all__ = ["deserialize_config"]


def deserialize_config(path: Path) -> Any:
    """Return what a component's JSON file `cfg` has; an empty dict if there is no such file."""
    return read_json(path) if path.exists() else {}
