"""Names with small ids, where spaCy has them: `from kernel.symbols import nsubj`."""

from __future__ import annotations

from kernel.text import symbols
from kernel.text.symbols import IDS, NAMES

__all__ = ["IDS", "NAMES"]


def __getattr__(name: str) -> int:
    number: int = getattr(symbols, name)
    return number
