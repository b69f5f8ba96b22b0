"""The classes of the parser: counting actions in gold trees, and finding the class of a label.

Axes: N tokens, C classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.text import DELIMITER, Doc, Example, hash_string, projectivize
from kernel_plugin_parser.rules import (
    BREAK,
    FALLBACK,
    LEFT,
    N_ACTIONS,
    REDUCE,
    RIGHT,
    ROOT,
    SHIFT,
    SUBTOKEN,
    penalty_table,
)

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Counts = dict[int, dict[str, int]]


def count_actions(
    examples: Iterable[Example], *, min_freq: int, learn_tokens: bool
) -> dict[int, dict[str, int]]:
    """Return the frequency of each action with each label in gold trees, made projective.

    Pairs with a frequency below `min_freq` are left out; pairs that always exist may have frequency
    0.
    """
    counts: Counts = {action: {} for action in range(N_ACTIONS)}
    counts[SHIFT][""] = counts[REDUCE][""] = 1
    for example in examples:
        _count_doc(counts, example.reference)
    for action in (LEFT, RIGHT, BREAK):
        counts[action] = {label: n for label, n in counts[action].items() if n >= min_freq}
    counts[BREAK].setdefault(ROOT, 0)
    for action in (LEFT, RIGHT):
        counts[action].setdefault(FALLBACK, 0)
        if learn_tokens:
            counts[action].setdefault(SUBTOKEN, 0)
    return counts


def _count_doc(counts: Counts, doc: Doc) -> None:
    heads, deps = doc.annotations.get("head"), doc.annotations.get("dep")
    if heads is None or deps is None:
        return
    strings = doc.vocab.strings
    labels = [strings[key] for key in deps.tolist()]
    heads, labels = projectivize(heads, labels)
    for child, (head, label) in enumerate(zip(heads.tolist(), labels, strict=True)):
        if not label:
            continue
        if head == child:
            action, name = BREAK, ROOT if label.upper() == ROOT else label
        else:
            action, name = LEFT if head > child else RIGHT, label
        counts[action][name] = counts[action].get(name, 0) + 1
        if action != BREAK:
            counts[SHIFT if action == LEFT else REDUCE][""] += 1


class ArcClasses:
    """A set of classes as arrays.

    actions    (C,)     SHIFT to BREAK
    penalties  (64, C)  see `rules.penalty_table`
    joins               whether there are classes that join subtokens
    """

    def __init__(self, classes: Sequence[tuple[int, str]]) -> None:
        self.classes = classes
        self.actions = np.array([action for action, _ in classes], np.intp)
        self.listed: list[int] = self.actions.tolist()
        self.penalties = penalty_table(classes)
        self.joins = any(label == SUBTOKEN for action, label in classes if action in {LEFT, RIGHT})
        self.hashes = np.array([hash_string(label) for _, label in classes], np.uint64)
        self.delimited = np.array([DELIMITER in label for _, label in classes], np.bool_)
        self._lookups = {action: self._lookup(action) for action in (LEFT, RIGHT)}

    def _lookup(self, action: int) -> tuple[npt.NDArray[np.uint64], Ints, int]:
        """Return the sorted hashes of an action's labels, their classes, and the fallback class."""
        indices = np.flatnonzero(self.actions == action)
        indices = indices[np.argsort(self.hashes[indices])]
        fallback = np.flatnonzero(self.hashes[indices] == hash_string(FALLBACK))
        return self.hashes[indices], indices, int(indices[fallback[0]]) if len(fallback) else -1

    def of_labels(self, action: int, labels: npt.NDArray[np.uint64]) -> Ints:
        """Return the class of an action with each label, or with `dep` if there is none.

        labels   (N,)
        returns  (N,)  -1 if there is no class with `dep` either
        """
        hashes, classes, fallback = self._lookups[action]
        if not len(hashes):
            return np.full(len(labels), -1, np.intp)
        indices = np.minimum(np.searchsorted(hashes, labels), len(hashes) - 1)
        found: Ints = np.where(hashes[indices] == labels, classes[indices], fallback)
        return found
