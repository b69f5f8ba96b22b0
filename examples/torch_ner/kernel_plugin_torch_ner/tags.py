"""BILUO tags: begin, in, last, unit, and O outside of entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

OUTSIDE = "O"
# Tags of words that can be the first or the last one of a doc.
_FIRST = {"B", "U", OUTSIDE}
_LAST = {"L", "U", OUTSIDE}


def tags_of(labels: Sequence[str]) -> list[str]:
    """Return the tags for entities with these labels."""
    return [OUTSIDE, *(f"{kind}-{label}" for label in labels for kind in "BILU")]


def allowed_tags(tags: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Return which tags may follow each other, be the first one, and be the last one.

    returns  (T, T), (T,) and (T,)  bool
    """
    begins = torch.tensor([tag[0] in _FIRST for tag in tags])
    ends = torch.tensor([tag[0] in _LAST for tag in tags])
    inside = torch.tensor([[_is_inside(before, after) for after in tags] for before in tags])
    return inside | (ends[:, None] & begins), begins, ends


def _is_inside(before: str, after: str) -> bool:
    """Return whether two tags belong to one entity."""
    return before[0] in {"B", "I"} and after[0] in {"I", "L"} and before[1:] == after[1:]


def entities_of(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and label of each entity; the tags are allowed ones."""
    start = 0
    for index, tag in enumerate(tags):
        if tag[0] in {"B", "U"}:
            start = index
        if tag[0] in {"L", "U"}:
            yield start, index + 1, tag[2:]
