"""Non-projective trees made projective by lifting arcs, the label keeping a note of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from kernel.text.tree import Tree

Ints = npt.NDArray[np.int32]

DELIMITER: Final = "||"


def crossing(heads: Ints) -> list[int]:
    """Return the tokens whose arc covers a token that does not stand under its head."""
    tree = Tree(heads)
    found = []
    for i, head in enumerate(heads.tolist()):
        for j in range(min(i, head) + 1, max(i, head)):
            if j != head and head not in {j, *tree.ancestors(j)}:
                found.append(i)
                break
    return found


def is_projective(heads: Ints) -> bool:
    """Say whether no two arcs cross.

    heads    (N,)  absolute
    """
    tokens = np.arange(len(heads))
    left, right = np.minimum(tokens, heads), np.maximum(tokens, heads)
    arcs = np.flatnonzero(left != right)
    # Arcs cross if one starts inside of another and ends outside of it.
    order = arcs[np.lexsort((-right[arcs], left[arcs]))]
    open_ends: list[int] = []
    for start, end in zip(left[order].tolist(), right[order].tolist(), strict=True):
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        if open_ends and end > open_ends[-1]:
            return False
        open_ends.append(end)
    # A root under an arc is a crossing too: its own arc comes from outside of the doc.
    roots = tokens[heads == tokens]
    return not any(((left < root) & (root < right)).any() for root in roots)


def projectivize(heads: Ints, deps: Sequence[str]) -> tuple[Ints, list[str]]:
    """Return projective heads, and labels that name the label of the head that was left.

    The shortest crossing arc is lifted to the head of its head until none crosses.

    heads    (N,)  absolute
    returns  (N,)  and N labels
    """
    if is_projective(heads):
        return heads, list(deps)
    lifted = heads.copy()
    while crossed := crossing(lifted):
        i = min(crossed, key=lambda token: (abs(token - int(lifted[token])), token))
        above = int(lifted[lifted[i]])
        if above == int(lifted[i]):
            break
        lifted[i] = above
    labels = [
        f"{dep}{DELIMITER}{deps[int(heads[i])]}" if int(heads[i]) != int(lifted[i]) else dep
        for i, dep in enumerate(deps)
    ]
    return lifted, labels
