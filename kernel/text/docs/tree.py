"""Dependency trees as arrays.

Axes: N tokens. A token that is its own head is the root of a tree.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]


def roots_of(heads: Ints) -> Ints:
    """Return the root above each token; a token of a cycle may get any other of it.

    heads    (N,)  absolute
    returns  (N,)
    """
    roots = heads
    # Each round doubles the steps taken towards the root.
    for _ in range(len(heads).bit_length()):
        higher = roots[roots]
        if np.array_equal(higher, roots):
            break
        roots = higher
    return roots


def sent_starts_of_heads(
    heads: Ints, has_label: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int8]:
    """Return 1 for the first token and for the leftmost token of each tree, -1 for others.

    The head of a token without a label is unknown, so a root without one starts no sentence.

    heads      (N,)  absolute
    has_label  (N,)  whether a token has a dependency label; None: all have one
    returns    (N,)
    """
    starts = np.full(len(heads), -1, np.int8)
    first = np.arange(len(heads), dtype=np.int32)
    # Of several writes to one place the last one stays: that of the leftmost token.
    first[roots_of(heads)[::-1]] = np.arange(len(heads), dtype=np.int32)[::-1]
    is_root = heads == np.arange(len(heads))
    starts[first[is_root if has_label is None else is_root & has_label]] = 1
    starts[:1] = 1
    return starts


class Tree:
    """The trees of one doc; what is asked for is worked out once."""

    def __init__(self, heads: Ints) -> None:
        self.heads: Ints = heads.copy()

    def is_of(self, heads: Ints) -> bool:
        """Return whether these heads are still the same."""
        return np.array_equal(self.heads, heads)

    @cached_property
    def roots(self) -> Ints:
        """The root above each token.

        returns  (N,)
        """
        return roots_of(self.heads)

    @cached_property
    def depths(self) -> Ints:
        """The number of steps from each token to its root.

        returns  (N,)
        """
        depths = (self.heads != np.arange(len(self.heads))).astype(np.int32)
        above = self.heads
        for _ in range(len(self.heads).bit_length()):
            if not depths[above].any():
                break
            depths = depths + depths[above]
            above = above[above]
        return depths

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """The leftmost and the rightmost token of each subtree.

        returns  (N,)  each
        """
        heads = self.heads.tolist()
        left = list(range(len(heads)))
        right = left.copy()
        # From the left, the first word to reach a head from below is the leftmost one of its
        # subtree; so each head is written once, and most trees are too small for arrays.
        for i in range(len(heads)):
            head = heads[i]
            while left[head] > i:
                left[head] = i
                head = heads[head]
        for i in reversed(range(len(heads))):
            head = heads[i]
            while right[head] < i:
                right[head] = i
                head = heads[head]
        return np.array(left, np.int32), np.array(right, np.int32)

    @cached_property
    def _children(self) -> tuple[Ints, Ints]:
        tokens = np.flatnonzero(self.heads != np.arange(len(self.heads)))
        order = tokens[np.argsort(self.heads[tokens], kind="stable")].astype(np.int32)
        starts = np.searchsorted(self.heads[order], np.arange(len(self.heads) + 1))
        return order, starts.astype(np.int32)

    def children(self, i: int) -> list[int]:
        """Return the tokens whose head is `i`, from left to right."""
        order, starts = self._children
        return order[starts[i] : starts[i + 1]].tolist()

    def subtree(self, i: int) -> list[int]:
        """Return `i` and all below it, from left to right."""
        seen = {i}
        todo = [i]
        while todo:
            new = [child for child in self.children(todo.pop()) if child not in seen]
            seen.update(new)
            todo.extend(new)
        return sorted(seen)

    def ancestors(self, i: int) -> list[int]:
        """Return the tokens from the head of `i` up to its root."""
        found: list[int] = []
        head = int(self.heads[i])
        while head != i and head not in found:
            found.append(head)
            i, head = head, int(self.heads[head])
        return found

    def lca_matrix(self, start: int, end: int) -> Ints:
        """Return the lowest common ancestor of every two tokens from `start` to `end`.

        returns  (end - start, end - start)  relative to `start`; -1 if there is none inside
        """
        n = end - start
        found = np.full((n, n), -1, np.int32)
        tokens = np.arange(start, end)
        # From the roots down: a lower common ancestor overwrites a higher one.
        for i in tokens[np.argsort(self.depths[start:end], kind="stable")]:
            below = np.array([j - start for j in self.subtree(int(i)) if start <= j < end])
            found[np.ix_(below, below)] = i - start
        return found
