"""Types and checks of data: `from kernel.schemas import validate_token_pattern`."""

from __future__ import annotations

import importlib
from typing import Any

from kernel_plugin_spacy.doc_json import DocJSONSchema

__all__ = ["DocJSONSchema", "validate_token_pattern"]  # noqa: F822 — a plugin has the second


def __getattr__(name: str) -> Any:
    if name != "validate_token_pattern":
        raise AttributeError(f"module 'kernel.schemas' has no attribute {name!r}")
    return importlib.import_module("kernel.matcher").validate_token_pattern
