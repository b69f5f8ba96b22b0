"""The meanings of labels under the name that spaCy has: `from kernel.glossary import GLOSSARY`."""

from __future__ import annotations

from typing import Any

from kernel import explain
from kernel.registry import registry

__all__ = ["GLOSSARY", "explain"]  # noqa: F822 — made below


def __getattr__(name: str) -> Any:
    if name != "GLOSSARY":
        raise AttributeError(f"module 'kernel.glossary' has no attribute {name!r}")
    return registry.misc.get("kernel.Glossary.v1")()
