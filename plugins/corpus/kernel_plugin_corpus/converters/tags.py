"""Entity tags, one per token, in the notations used in files."""

from __future__ import annotations

import functools
import re

from kernel.errors import DataError
from kernel_plugin_corpus.converters.source import shorten

# BIOES writes E (end) and S (single) for L (last) and U (unit).
_MOVES = {"B": "B", "I": "I", "L": "I", "E": "I", "U": "B", "S": "B"}


_TAG = re.compile(r"O|-|[BILUES]-.*")


def is_tag(text: str) -> bool:
    """Return whether `text` looks like an entity tag."""
    return _TAG.fullmatch(text) is not None


@functools.lru_cache(maxsize=1000)
def to_iob(tag: str) -> str:
    """Return an IOB, BILUO or BIOES tag as IOB; `-` (unknown) becomes an empty string.

    Raises `DataError`, without file and line, for an unknown tag and for a tag without label.
    """
    if tag == "O":
        return tag
    if tag == "-":
        return ""
    move, dash, label = tag.partition("-")
    if move not in _MOVES or not dash:
        raise DataError(
            f"{shorten(tag)} is not an entity tag: expected O, B-LABEL or I-LABEL",
            hint="the entity tag is the last field of a token",
        )
    if not label.strip():
        raise DataError(f"the entity tag {shorten(tag)} has no label")
    return f"{_MOVES[move]}-{label}"
