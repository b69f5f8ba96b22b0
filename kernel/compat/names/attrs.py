"""Ids of attributes under the name that spaCy has for them: `from kernel.attrs import LOWER`."""

from __future__ import annotations

from kernel.text import symbols
from kernel.text.symbols import IDS, NAMES

__all__ = ["IDS", "NAMES"]


def __getattr__(name: str) -> int:
    number: int = getattr(symbols, name)
    return number
