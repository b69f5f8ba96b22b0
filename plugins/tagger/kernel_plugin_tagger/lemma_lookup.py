"""A cache per word type: the lemmas that edit trees produce, and the tree for each lemma.

Axes: N tokens, L labels, P distinct pairs.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import Factory, frozen

from kernel.text import LexemeTable
from kernel_plugin_tagger.edit_trees import EditTrees

Ints = npt.NDArray[np.integer[Any]]
Ids = npt.NDArray[np.uint64]
Masks = npt.NDArray[np.bool_]

# The label of pairs of form and lemma whose tree is too rare to be a label, as in spaCy.
_RARE: Final = 0


@frozen(eq=False)
class _Known:
    """Cached results for the words of one table.

    lemmas  by row * L + label: the id of the lemma, None where the tree does not fit
    labels  by row and id of the lemma: the label of the tree
    """

    lemmas: dict[int, int | None] = Factory(dict)
    labels: dict[tuple[int, int], int] = Factory(dict)


class LemmaLookup:
    """Applies trees to rows of lexeme tables. Results are dropped with their table."""

    def __init__(self, trees: EditTrees, labels: Sequence[int]) -> None:
        self._trees = trees
        self._labels = tuple(labels)
        self._numbers = {tree: label for label, tree in enumerate(labels)}
        self._tables: weakref.WeakKeyDictionary[LexemeTable, _Known] = weakref.WeakKeyDictionary()

    def lemmas_of(self, table: LexemeTable, rows: Ints, labels: Ints) -> tuple[Ids, Masks]:
        """Apply a tree to each word.

        rows     (N,)
        labels   (N,)
        returns  (N,) and (N,): the ids of the lemmas, and whether the trees fit

        The string store keeps the lemmas while the table exists.
        """
        known = self._known(table).lemmas
        pairs, inverse = np.unique(
            rows.astype(np.int64) * len(self._labels) + labels, return_inverse=True
        )
        keys = pairs.tolist()
        for key in keys:
            if key not in known:
                known[key] = self._lemma(table, *divmod(key, len(self._labels)))
        found = [known[key] for key in keys]
        lemmas = np.array([lemma or 0 for lemma in found], np.uint64)  # (P,)
        fits = np.array([lemma is not None for lemma in found], np.bool_)  # (P,)
        return lemmas[inverse], fits[inverse]

    def labels_of(self, table: LexemeTable, rows: Ints, lemmas: Ids) -> Ints:
        """Return the label of the tree that turns each word into its lemma.

        rows     (N,)
        lemmas   (N,)  ids
        returns  (N,)  label 0 where the tree is not among the labels
        """
        known = self._known(table).labels
        distinct, codes = np.unique(lemmas, return_inverse=True)
        # A row and an index of a lemma fit into one number; a row and an id do not.
        _, first, inverse = np.unique(
            rows.astype(np.int64) * max(1, len(distinct)) + codes,
            return_index=True,
            return_inverse=True,
        )
        found = []
        for pair in zip(rows[first].tolist(), lemmas[first].tolist(), strict=True):
            if pair not in known:
                known[pair] = self._label(table, *pair)
            found.append(known[pair])
        return np.array(found, np.int64)[inverse]

    def _known(self, table: LexemeTable) -> _Known:
        if table not in self._tables:
            self._tables[table] = _Known()
        return self._tables[table]

    def _lemma(self, table: LexemeTable, row: int, label: int) -> int | None:
        lemma = self._trees.apply(self._labels[label], table.texts[row])
        return None if lemma is None else table.intern(lemma)

    def _label(self, table: LexemeTable, row: int, lemma: int) -> int:
        tree = self._trees.find(table.texts[row], table.strings[lemma])
        return _RARE if tree is None else self._numbers.get(tree, _RARE)
