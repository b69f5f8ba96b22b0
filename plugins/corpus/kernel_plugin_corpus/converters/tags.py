"""Entity tags, one a token, in the notations that files have them in."""

from __future__ import annotations

import functools

from kernel.errors import DataError

# BIOES calls last and unit tokens end and single.
_MOVES = {"B": "B", "I": "I", "L": "I", "E": "I", "U": "B", "S": "B"}


@functools.lru_cache(maxsize=1000)
def to_iob(tag: str) -> str:
    """Return an IOB, BILUO or BIOES tag as IOB; `-` (not known) as an empty string.

    Raises `DataError`, without a place, for anything else and for a tag without label.
    """
    if tag == "O":
        return tag
    if tag == "-":
        return ""
    move, dash, label = tag.partition("-")
    if move not in _MOVES or not dash:
        raise DataError(
            f"{tag!r} is no entity tag: expected O, B-LABEL or I-LABEL",
            hint="the entity tag is the last field of a token",
        )
    if not label.strip():
        raise DataError(f"the entity tag {tag!r} has no label")
    return f"{_MOVES[move]}-{label}"
