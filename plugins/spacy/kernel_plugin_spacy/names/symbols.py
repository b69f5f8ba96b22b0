"""Names with small ids, where spaCy has them: `from kernel.symbols import nsubj`."""

from __future__ import annotations

from kernel.text import symbols

IDS = symbols.IDS
NAMES = symbols.NAMES

__all__ = ["IDS", "NAMES", *(name for name in IDS if name.isidentifier())]  # noqa: PLE0604


def __getattr__(name: str) -> int:
    return getattr(symbols, name)
