"""The relations between two tokens of a dependency tree that patterns name.

Each function returns, for the token A, the tokens B to which the relation holds, from left to
right. The children of a root count as its siblings, as in spaCy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final


class DependencyTree:
    """The trees of one text; heads are absolute, and a root is its own head."""

    def __init__(self, heads: Sequence[int]) -> None:
        self._heads = heads
        self._children: list[list[int]] = [[] for _ in heads]
        for token, head in enumerate(heads):
            if head != token:
                self._children[head].append(token)
        self._bounds: dict[int, tuple[int, int]] = {}

    def head(self, token: int) -> list[int]:
        """Return the head, nothing for a root."""
        head = self._heads[token]
        return [] if head == token else [head]

    def children(self, token: int) -> list[int]:
        """Return the tokens whose head this is."""
        return self._children[token]

    def siblings(self, token: int) -> list[int]:
        """Return the tokens with the same head, and the token itself unless it is a root."""
        return self._children[self._heads[token]]

    def ancestors(self, token: int) -> list[int]:
        """Return the tokens above."""
        found = []
        while self._heads[token] != token:
            token = self._heads[token]
            found.append(token)
        return sorted(found)

    def descendants(self, token: int) -> list[int]:
        """Return the tokens below."""
        found: list[int] = []
        todo = [token]
        while todo:
            children = self._children[todo.pop()]
            found.extend(children)
            todo.extend(children)
        return sorted(found)

    def tokens(self, token: int) -> range:
        """Return the tokens from the first to the last one of the tree that has the token."""
        root = token
        while self._heads[root] != root:
            root = self._heads[root]
        if root not in self._bounds:
            below = [root, *self.descendants(root)]
            self._bounds[root] = min(below), max(below) + 1
        return range(*self._bounds[root])


Relation = Callable[[DependencyTree, int], Sequence[int]]
_Among = Callable[[DependencyTree, int], Sequence[int]]


def _next(among: _Among) -> Relation:
    return lambda tree, a: [a + 1] if a + 1 in among(tree, a) else []


def _previous(among: _Among) -> Relation:
    return lambda tree, a: [a - 1] if a - 1 in among(tree, a) else []


def _later(among: _Among) -> Relation:
    return lambda tree, a: [b for b in among(tree, a) if b > a]


def _earlier(among: _Among) -> Relation:
    return lambda tree, a: [b for b in among(tree, a) if b < a]


RELATIONS: Final[dict[str, Relation]] = {
    "<": DependencyTree.head,
    ">": DependencyTree.children,
    "<<": DependencyTree.ancestors,
    ">>": DependencyTree.descendants,
    ".": _next(DependencyTree.tokens),
    ".*": _later(DependencyTree.tokens),
    ";": _previous(DependencyTree.tokens),
    ";*": _earlier(DependencyTree.tokens),
    "$+": _next(DependencyTree.siblings),
    "$-": _previous(DependencyTree.siblings),
    "$++": _later(DependencyTree.siblings),
    "$--": _earlier(DependencyTree.siblings),
    ">+": _next(DependencyTree.children),
    ">-": _previous(DependencyTree.children),
    ">++": _later(DependencyTree.children),
    ">--": _earlier(DependencyTree.children),
    "<+": _next(DependencyTree.head),
    "<-": _previous(DependencyTree.head),
    "<++": _later(DependencyTree.head),
    "<--": _earlier(DependencyTree.head),
}
