"""Ids of attributes under the name that spaCy has for them: `from kernel.attrs import LOWER`."""

from __future__ import annotations

from kernel.text import symbols

__all__ = ["IDS", "NAMES"]

IDS = symbols.IDS
NAMES = symbols.NAMES


def __getattr__(name: str) -> int:
    return getattr(symbols, name)
