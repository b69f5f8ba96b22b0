"""Ids of attributes under the name that spaCy has for them: `from kernel.attrs import LOWER`."""

from __future__ import annotations

from kernel.text import symbols
from kernel_plugin_spacy.attributes import intify_attr, intify_attrs

IDS = symbols.IDS
NAMES = symbols.NAMES

__all__ = ["IDS", "NAMES", "intify_attr", "intify_attrs"]
__all__ += [name for name in IDS if name.isidentifier()]


def __getattr__(name: str) -> int:
    return getattr(symbols, name)
