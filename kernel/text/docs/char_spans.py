"""From offsets in characters to tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kernel.errors import TextError

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc

_MODES = {"0": "strict", "1": "contract", "2": "expand"}


def char_span(doc: Doc, start: int, end: int, mode: str) -> tuple[int, int] | None:
    """Return the first token and the end of a span of characters, None if there is none."""
    mode = _MODES.get(mode, mode)
    if mode not in _MODES.values():
        raise TextError(f"expected strict, contract or expand, got {mode!r}")
    n = len(doc)
    firsts = doc.char_starts()
    ends = doc.char_ends()
    size = int(ends[-1]) + int(doc.spaces[-1]) if n else 0
    if not 0 <= start < size or not 0 <= end <= size or start > end:
        return None
    if mode == "strict":
        first = int(np.searchsorted(firsts, start))
        last = int(np.searchsorted(ends, end))
        fits = first < n and last < n and firsts[first] == start and ends[last] == end
        return (first, last + 1) if fits and first <= last else None
    if mode == "contract":
        first = int(np.searchsorted(firsts, start))
        after = int(np.searchsorted(ends, end, side="right"))
    else:
        # A start in the space after a token belongs to the next one.
        first = int(np.searchsorted(ends, start, side="right"))
        after = int(np.searchsorted(firsts, end))
    return (first, after) if first < after else None
