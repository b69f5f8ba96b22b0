"""Explanations of labels, tags and parts of speech."""

from __future__ import annotations

import warnings
from typing import Final

from kernel.registry import registry

_GLOSSARY: Final = "kernel.Glossary.v1"


def explain(term: str) -> str | None:
    """Return the meaning of a label, tag or part of speech; None, with a warning, if unknown.

    Raises RegistryError if no plugin provides a glossary.
    """
    found: str | None = registry.misc.get(_GLOSSARY)().get(term)
    if found is None:
        warnings.warn(f"no explanation of {term!r} is known", stacklevel=2)
    return found
