"""A trie of phrases, each a sequence of values of one attribute.

Axes: N tokens, F phrases found so far, E edges of the trie, V different values in phrases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.uint64]

_MIN_TABLE_SIZE: Final = 8


class Node:
    """A start of phrases: the keys of those that end here, and the nodes of the next values."""

    __slots__ = ("children", "keys")

    def __init__(self) -> None:
        self.keys: tuple[int, ...] = ()
        self.children: dict[int, Node] | None = None

    def child(self, value: int) -> Node:
        """Return the node of the next value, which is added if necessary."""
        if self.children is None:
            self.children = {}
        known = self.children.get(value)
        if known is None:
            known = self.children[value] = Node()
        return known


class Phrases:
    """Phrases with their keys. A phrase may have several keys, and a key several phrases."""

    def __init__(self) -> None:
        self.by_key: Final[dict[int, dict[tuple[int, ...], None]]] = {}
        self._root = Node()
        self._arrays: _Arrays | None = None

    def add(self, key: int, phrases: Iterable[tuple[int, ...]]) -> None:
        """Add phrases to a key; those without values are left out."""
        known = self.by_key.setdefault(key, {})
        self._arrays = None
        for phrase in phrases:
            if not phrase or phrase in known:
                continue
            known[phrase] = None
            node = self._root
            for value in phrase:
                node = node.child(value)
            node.keys = _as_in_spacy((*node.keys, key))

    def remove(self, key: int) -> None:
        """Remove a key with its phrases; raises KeyError if there is no such key."""
        phrases = self.by_key.pop(key)
        self._arrays = None
        for phrase in phrases:
            self._remove(key, phrase)

    def _remove(self, key: int, phrase: tuple[int, ...]) -> None:
        path = [self._root]
        for value in phrase:
            path.append(path[-1].child(value))
        path[-1].keys = tuple(other for other in path[-1].keys if other != key)
        for parent, value in zip(path[-2::-1], phrase[::-1], strict=True):
            children: dict[int, Node] = parent.children or {}
            if children[value].keys or children[value].children:
                return
            del children[value]
            parent.children = children or None

    @property
    def first(self) -> dict[int, Node]:
        """The node of each value with which a phrase starts."""
        return self._root.children or {}

    @property
    def arrays(self) -> _Arrays:
        """The trie as arrays."""
        if self._arrays is None:
            self._arrays = _Arrays(self._root)
        return self._arrays


def _as_in_spacy(keys: Sequence[int]) -> tuple[int, ...]:
    """Return the keys of one phrase in the order in which spaCy returns them.

    It is the order of a hash table with linear probing, which doubles when it is three fifths full.
    """
    if len(keys) == 1:
        return tuple(keys)
    size = _MIN_TABLE_SIZE
    while (len(keys) + 1) * 5 >= size * 3:
        size *= 2
    table: list[int | None] = [None] * size
    for key in keys:
        place = key % size
        while table[place] is not None:
            place = (place + 1) % size
        table[place] = key
    return tuple(key for key in table if key is not None)


def walk(
    starts: Iterable[tuple[int, Node | None]],
    values: Sequence[int],
    indices: Sequence[int],
    stop: int,
) -> list[tuple[int, int, int]]:
    """Return key, start and end of each phrase, by start, then by end.

    starts   tokens, ascending, with the node of the phrases that start with each
    values   the values that the tokens have
    indices  (N,)  where the value of each token is in `values`
    stop     the token after the last one that a phrase may have
    """
    found = []
    for start, first in starts:
        node, end = first, start
        while node is not None:
            end += 1
            for key in node.keys:
                found.append((key, start, end))  # noqa: PERF401 - most nodes have one or no key
            if node.children is None or end == stop:
                break
            node = node.children.get(values[indices[end]])
    return found


class _Arrays:
    """The trie as arrays, with which all tokens of many texts are matched at once.

    An edge is one number, node * V + value, in a sorted array; `searchsorted` finds it.
    """

    def __init__(self, root: Node) -> None:
        nodes, edges = [root], []
        for parent, node in enumerate(nodes):
            for value, child in (node.children or {}).items():
                edges.append((parent, value, len(nodes)))
                nodes.append(child)
        parents, values, children = zip(*edges, strict=True) if edges else ((), (), ())
        self.values: Final[Ids] = np.unique(np.array(values, np.uint64))
        codes = np.array(parents, np.int64) * max(len(self.values), 1)  # (E,)
        codes += np.searchsorted(self.values, np.array(values, np.uint64))
        order = np.argsort(codes)
        # The last entry is not found by any token.
        self._edges: Ints = np.append(codes[order], -1)
        self._children: Ints = np.append(np.array(children, np.int64)[order], 0)
        # The children of the root, looked up for nearly every token, without a search.
        self._first: Ints = np.zeros(len(self.values) + 1, np.int64)
        from_root = codes[order] < len(self.values)
        self._first[codes[order][from_root]] = self._children[:-1][from_root]
        self._starts = self._first > 0
        self._is_leaf = np.array([node.children is None for node in nodes])
        counts = [len(node.keys) for node in nodes]
        self._n_keys = np.array(counts, np.int64)
        self._key_starts = np.cumsum(self._n_keys) - self._n_keys
        self._keys = np.array([key for node in nodes for key in node.keys], np.uint64)

    def numbers(self, values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
        """Return the number of each value, -1 for one that is in no phrase.

        values   (N,)
        returns  (N,)
        """
        if not len(self.values):
            return np.full(len(values), -1, np.int32)
        wanted = values.astype(np.uint64)
        places = np.minimum(np.searchsorted(self.values, wanted), len(self.values) - 1)
        return np.where(self.values[places] == wanted, places, -1).astype(np.int32)

    def find(
        self, numbers: npt.NDArray[np.int32], is_last: npt.NDArray[np.bool_]
    ) -> tuple[Ids, Ints, Ints]:
        """Return key, start and end of every phrase, by start, then by end.

        numbers  (N,)  of the values; see `numbers`
        is_last  (N,)  or longer: whether a token is the last one of its text
        returns  (F,)  each
        """
        starts = self._starts.take(numbers).nonzero()[0]  # the last entry for -1
        nodes = self._first.take(numbers[starts])
        found: list[tuple[Ints, Ints, Ints]] = []
        length = 1
        while len(starts):
            ending = self._n_keys[nodes] > 0
            found.append((nodes[ending], starts[ending], starts[ending] + length))
            goes_on = ~(self._is_leaf[nodes] | is_last[starts + length - 1])
            starts, nodes = starts[goes_on], nodes[goes_on]
            following = numbers[starts + length]
            is_known = following >= 0
            starts, nodes = starts[is_known], nodes[is_known]
            nodes = self._following(nodes, following[is_known])
            is_found = nodes > 0
            starts, nodes = starts[is_found], nodes[is_found]
            length += 1
        return self._with_keys(found)

    def _following(self, nodes: Ints, numbers: npt.NDArray[np.int32]) -> Ints:
        """Return the child of each node for a value, 0 if there is none."""
        wanted = nodes * len(self.values) + numbers
        places = np.searchsorted(self._edges[:-1], wanted)
        return np.where(self._edges[places] == wanted, self._children[places], 0)

    def _with_keys(self, found: list[tuple[Ints, Ints, Ints]]) -> tuple[Ids, Ints, Ints]:
        if not found:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64)
        nodes, starts, ends = map(np.concatenate, zip(*found, strict=True))
        # Each length was found by start, so a stable sort leaves them by length.
        order = np.argsort(starts, kind="stable")
        nodes, starts, ends = nodes[order], starts[order], ends[order]
        counts = self._n_keys[nodes]
        first = np.repeat(self._key_starts[nodes] - (np.cumsum(counts) - counts), counts)
        keys = self._keys[first + np.arange(len(first))]
        return keys, np.repeat(starts, counts), np.repeat(ends, counts)
