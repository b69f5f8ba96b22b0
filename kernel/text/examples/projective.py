"""Non-projective trees made projective by lifting arcs, the label keeping a note of it.

After Nivre and Nilsson (2005), with their HEAD scheme of labels.

Axes: N tokens, M of a stretch that no arc leaves.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Ints = npt.NDArray[np.integer[Any]]

DELIMITER: Final = "||"


def is_projective(heads: Ints) -> bool:
    """Return whether no two arcs cross, and no root stands under an arc.

    heads    (N,)  absolute
    """
    tokens = np.arange(len(heads))
    left, right = np.minimum(tokens, heads), np.maximum(tokens, heads)
    arcs = np.flatnonzero(left != right)
    if _arcs_over(left[arcs] + 1, right[arcs], len(heads))[heads == tokens].any():
        return False
    # Arcs cross if one starts inside of another and ends outside of it.
    order = arcs[np.lexsort((-right[arcs], left[arcs]))]
    open_ends: list[int] = []
    for start, end in zip(left[order].tolist(), right[order].tolist(), strict=True):
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        if open_ends and end > open_ends[-1]:
            return False
        open_ends.append(end)
    return True


def projective_heads(heads: Ints) -> Ints:
    """Return heads without crossing arcs: `heads` itself if there are none.

    The shortest crossing arc, the leftmost of several, is lifted to the head of its head until
    none crosses. Arcs of a cycle stay as they are where that comes to no end.

    heads    (N,)  absolute
    returns  (N,)
    """
    if is_projective(heads):
        return heads
    lifted = heads.copy()
    for start, end in _stretches(heads):
        part = heads[start:end] - start
        if not is_projective(part):
            lifted[start:end] = _lift(part) + start
    return lifted


def projectivize(heads: Ints, deps: Sequence[str]) -> tuple[Ints, list[str]]:
    """Return projective heads, and labels that name the label of the head that was left.

    heads    (N,)  absolute
    returns  (N,)  and N labels
    """
    lifted = projective_heads(heads)
    labels = list(deps)
    for i in np.flatnonzero(lifted != heads).tolist():
        labels[i] = f"{deps[i]}{DELIMITER}{deps[int(heads[i])]}"
    return lifted, labels


def crossing(heads: Ints) -> Ints:
    """Return the tokens whose arc covers a token that does not stand under its head.

    heads    (M,)  absolute; takes memory for M * M flags
    returns  (?,)
    """
    n_tokens = len(heads)
    tokens = np.arange(n_tokens)
    under = np.eye(n_tokens, dtype=np.bool_)  # (head, token)
    above = heads
    for _ in range(n_tokens):
        under[above, tokens] = True
        if np.array_equal(heads[above], above):
            break
        above = heads[above]
    strange = np.zeros((n_tokens, n_tokens + 1), np.int32)
    np.cumsum(~under, axis=1, out=strange[:, 1:])
    low, high = np.minimum(tokens, heads), np.maximum(tokens, heads)
    inside = strange[heads, high] - strange[heads, np.minimum(low + 1, high)]
    return np.flatnonzero(inside)


def _lift(heads: Ints) -> Ints:
    """Lift arcs until none crosses; in a cycle that may not happen, so lifts are counted."""
    lifted = heads.copy()
    for _ in range(len(heads) ** 2):
        crossed = crossing(lifted)
        if not len(crossed):
            break
        token = crossed[np.abs(crossed - lifted[crossed]).argmin()]
        above = lifted[lifted[token]]
        # Under a root there is nothing to lift to: the token becomes a root itself.
        lifted[token] = token if above == lifted[token] else above
    return lifted


def _stretches(heads: Ints) -> Iterator[tuple[int, int]]:
    """Yield the shortest stretches of tokens, first and end, that no arc leaves."""
    tokens = np.arange(len(heads))
    left, right = np.minimum(tokens, heads), np.maximum(tokens, heads)
    joined = _arcs_over(left + 1, right + 1, len(heads))  # to the token before
    borders = np.append(np.flatnonzero(joined == 0), len(heads)).tolist()
    return itertools.pairwise(borders)


def _arcs_over(firsts: Ints, ends: Ints, n_tokens: int) -> Ints:
    """Return how many ranges cover each token.

    firsts   (?,)
    ends     (?,)  the token after the last one
    returns  (N,)
    """
    change = np.zeros(n_tokens + 1, np.int64)
    np.add.at(change, firsts, 1)
    np.add.at(change, ends, -1)
    return np.cumsum(change)[:-1]
