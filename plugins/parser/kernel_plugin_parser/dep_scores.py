"""Scores of trees: heads, and heads with their labels.

Axes: N predicted tokens of a batch, M gold tokens, k arcs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from kernel.scoring import MISSING, AlignedBatch, PRFScore, TypedScores, has_repeats
from kernel.text import COLUMNS

if TYPE_CHECKING:
    from kernel.text import Doc, DocBatch, Example, Token

Getter = Callable[[Any, str], Any]
Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]


class DepScores:
    """`<attr>_uas`, `<attr>_las`, `<attr>_las_per_type`: tokens with the right head, and label.

    These are F-scores over arcs: a predicted arc counts as wrong if its word or head is not aligned
    with one gold token. Whitespace and arcs with a label in `ignore_labels` do not count, nor do
    gold tokens with a label in `missing_values` and what is predicted for them.

    `getter(token, attr)` returns the label, `head_getter(token, head_attr)` the head.
    Alternatively, `normalize(string)` maps the string of the attribute to the label; it is called
    only once for each different string.
    """

    def __init__(
        self,
        attr: str,
        *,
        getter: Getter = getattr,
        head_attr: str = "head",
        head_getter: Callable[[Token, str], Token] = getattr,
        ignore_labels: Collection[Any] = (),
        missing_values: AbstractSet[Any] = MISSING,
        normalize: Callable[[str], Any] | None = None,
        **_: Any,
    ) -> None:
        self.attr = attr
        self.getter = getter
        self.head_attr = head_attr
        self.head_getter = head_getter
        self.ignored = frozenset(ignore_labels)
        self.missing = missing_values
        self.normalize = normalize
        self.unlabelled = PRFScore()
        self.labelled = PRFScore()
        self.per_type = TypedScores()
        self._numbers: dict[Any, int] = {}  # of labels

    def update(self, examples: Iterable[Example]) -> None:
        """Count the arcs of `examples`."""
        batch = AlignedBatch(list(examples))
        gold_labels, labels = self._labels(batch.reference), self._labels(batch.predicted)
        is_missing, is_ignored = self._among(self.missing), self._among(self.ignored)
        is_arc = ~(is_missing | is_ignored)[gold_labels] & batch.gold_words()
        gold_heads = np.where(is_arc, self._heads(batch.reference), -1)

        counts = ~batch.predicted.whitespace() & ~is_ignored[labels]
        # A predicted token without a gold token (-1) counts as wrong, so it is not left out.
        is_left_out = np.append(is_missing[gold_labels], False)[batch.gold_of]
        rows = np.flatnonzero(counts & ~is_left_out)
        arcs = np.stack(
            (batch.gold_of[rows], batch.gold_of[self._heads(batch.predicted)[rows]], labels[rows])
        )
        is_known = (arcs[:2] >= 0).all(axis=0)
        self._count(arcs[:, is_known], gold_heads, gold_labels)
        n_unknown = len(rows) - int(is_known.sum())
        self.unlabelled.fp += n_unknown
        self.labelled.fp += n_unknown

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.unlabelled += other.unlabelled
        self.labelled += other.labelled
        self.per_type.merge(other.per_type)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no arc was counted."""
        keys = (f"{self.attr}_uas", f"{self.attr}_las", f"{self.attr}_las_per_type")
        if not len(self.unlabelled):
            return dict.fromkeys(keys)
        values = (self.unlabelled.fscore, self.labelled.fscore, self.per_type.to_dict())
        return dict(zip(keys, values, strict=True))

    def _count(self, arcs: Ints, gold_heads: Ints, gold_labels: Ints) -> None:
        """Count arcs between gold tokens; duplicates count once.

        arcs         (3, k)  token, head, label
        gold_heads   (M,)    -1 for tokens whose arc does not count
        gold_labels  (M,)
        """
        labelled, unlabelled = arcs, arcs[:2]
        if has_repeats(arcs[0]):
            labelled, unlabelled = np.unique(arcs, axis=1), np.unique(unlabelled, axis=1)
        gold = gold_heads >= 0
        n_gold = int(gold.sum())
        hits = int((gold_heads[unlabelled[0]] == unlabelled[1]).sum())
        self.unlabelled += PRFScore(hits, unlabelled.shape[1] - hits, n_gold - hits)

        tokens, heads, labels = labelled
        is_hit = (gold_heads[tokens] == heads) & (gold_labels[tokens] == labels)
        hits = int(is_hit.sum())
        self.labelled += PRFScore(hits, len(labels) - hits, n_gold - hits)
        counts = (
            np.bincount(each, minlength=len(self._numbers))
            for each in (labels[is_hit], labels, gold_labels[gold])
        )
        self.per_type.add(self._numbers, *counts)

    def _labels(self, docs: DocBatch) -> Ints:
        """Return the number of the label of each token.

        returns  (N,)
        """
        numbers = self._numbers
        if self.normalize is None and not (self.getter is getattr and self.attr in COLUMNS):
            labels = [self.getter(token, self.attr) for doc in docs for token in doc]
            return np.array([numbers.setdefault(x, len(numbers)) for x in labels], np.int64)
        values, kinds = np.unique(docs.column(self.attr), return_inverse=True)
        found = [self._label(value, docs) for value in values.tolist()]
        return np.array([numbers.setdefault(x, len(numbers)) for x in found], np.int64)[kinds]

    def _label(self, value: int, docs: Iterable[Doc]) -> Any:
        if self.normalize is None:
            return value
        stores = (doc.vocab.strings for doc in docs)
        return self.normalize(next(store[value] for store in stores if value in store))

    def _among(self, values: Collection[Any]) -> Masks:
        """Return which of the labels are among `values`, by their numbers."""
        return np.array([label in values for label in self._numbers], np.bool_)

    def _heads(self, docs: DocBatch) -> Ints:
        """Return the head of each token, as an index into all tokens.

        returns  (N,)
        """
        if self.head_getter is getattr and self.head_attr in COLUMNS:
            return docs.column(self.head_attr)
        heads = [
            self.head_getter(token, self.head_attr).i + start
            for doc, start in zip(docs, docs.offsets.tolist(), strict=False)
            for token in doc
        ]
        return np.array(heads, np.int64)
