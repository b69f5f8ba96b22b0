"""Scores of trees: heads, and heads with their labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from kernel.scoring import MISSING, PRFScore, TypedScores

if TYPE_CHECKING:
    from kernel.text import Doc, Example, Token

Getter = Callable[[Any, str], Any]
Arc = tuple[int, int, Any]


class DepScores:
    """`<attr>_uas`, `<attr>_las`, `<attr>_las_per_type`: tokens with the right head, and label.

    F-scores over arcs: a predicted word whose own or whose head's gold token cannot be told is
    a false alarm. Whitespace and arcs with a label in `ignore_labels` do not count, nor do
    gold tokens with a label in `missing_values`. As in spaCy, the places of such tokens are left
    out in all later docs' predictions too, so that shards merged may score otherwise than
    one stream, where gold is incomplete.

    `getter(token, attr)` gives the label, `head_getter(token, head_attr)` the head.
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
        **_: Any,
    ) -> None:
        self.attr = attr
        self.getter = getter
        self.head_attr = head_attr
        self.head_getter = head_getter
        self.ignored = frozenset(ignore_labels)
        self.missing = missing_values
        self.missing_places: set[int] = set()
        self.unlabelled = PRFScore()
        self.labelled = PRFScore()
        self.per_type = TypedScores()

    def update(self, examples: Iterable[Example]) -> None:
        """Count the arcs of `examples`."""
        for example in examples:
            gold = self._gold_arcs(example.reference)
            found = self._found_arcs(example)
            self.labelled.score_set(set(found), set(gold))
            self.unlabelled.score_set({arc[:2] for arc in found}, {arc[:2] for arc in gold})
            gold_by_label, found_by_label = _by_label(gold), _by_label(found)
            for label in {**gold_by_label, **found_by_label}:
                self.per_type[label].score_set(
                    found_by_label.get(label, set()), gold_by_label.get(label, set())
                )

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.unlabelled += other.unlabelled
        self.labelled += other.labelled
        self.per_type.merge(other.per_type)
        self.missing_places |= other.missing_places

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no arc was counted."""
        keys = (f"{self.attr}_uas", f"{self.attr}_las", f"{self.attr}_las_per_type")
        if not len(self.unlabelled):
            return dict.fromkeys(keys)
        values = (self.unlabelled.fscore, self.labelled.fscore, self.per_type.to_dict())
        return dict(zip(keys, values, strict=True))

    def _gold_arcs(self, doc: Doc) -> list[Arc]:
        labels = [self.getter(token, self.attr) for token in doc]
        self.missing_places.update(i for i, x in enumerate(labels) if x in self.missing)
        heads = self._heads(doc)
        return [
            (i, head, label)
            for i, (head, label) in enumerate(zip(heads, labels, strict=True))
            if label not in self.missing and label not in self.ignored
        ]

    def _found_arcs(self, example: Example) -> list[Arc]:
        doc = example.predicted
        labels = [self.getter(token, self.attr) for token in doc]
        heads = self._heads(doc)
        places = _gold_places(example)
        arcs: list[Arc] = []
        for i in np.flatnonzero(~doc.whitespace()).tolist():
            place, head, label = places[i], places[heads[i]], labels[i]
            if place in self.missing_places or label in self.ignored:
                continue
            if place is None or head is None:
                self.unlabelled.fp += 1
                self.labelled.fp += 1
            else:
                arcs.append((place, head, label))
        return arcs

    def _heads(self, doc: Doc) -> list[int]:
        heads: npt.NDArray[Any] | None = None
        if self.head_getter is getattr and self.head_attr == "head":
            heads = doc.annotations.get("head")
        if heads is not None:
            listed: list[int] = heads.tolist()
            return listed
        return [self.head_getter(token, self.head_attr).i for token in doc]


def _gold_places(example: Example) -> list[int | None]:
    """Return for each predicted token the one gold token that it is aligned with, if it is one."""
    x2y = example.alignment.x2y
    lengths, starts = x2y.lengths.tolist(), x2y.starts.tolist()
    data = x2y.data.tolist()
    return [
        data[start] if length == 1 else None for start, length in zip(starts, lengths, strict=True)
    ]


def _by_label(arcs: Iterable[Arc]) -> dict[Any, set[Arc]]:
    groups: dict[Any, set[Arc]] = {}
    for arc in arcs:
        groups.setdefault(arc[2], set()).add(arc)
    return groups
