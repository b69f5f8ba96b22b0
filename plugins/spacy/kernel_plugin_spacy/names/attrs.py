"""Ids of attributes under the name that spaCy has for them: `from kernel.attrs import LOWER`."""

from __future__ import annotations

from kernel.text import symbols

IDS = symbols.IDS
NAMES = symbols.NAMES

__all__ = ["IDS", "NAMES", *(name for name in IDS if name.isidentifier())]  # noqa: PLE0604


def __getattr__(name: str) -> int:
    return getattr(symbols, name)
