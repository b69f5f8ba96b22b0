"""Names with small ids, where spaCy has them: `from kernel.symbols import nsubj`."""

from __future__ import annotations

from kernel.text import symbols

__all__ = ["IDS", "NAMES"]

IDS = symbols.IDS
NAMES = symbols.NAMES


def __getattr__(name: str) -> int:
    return getattr(symbols, name)
