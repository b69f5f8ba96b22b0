"""Counts of true and false positives and false negatives; precision, recall and F-score."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from attrs import define

Counts = npt.NDArray[np.integer[Any]]

# Added to denominators, so that rates of empty counts are zero, not zero divided by zero.
TINY = 1e-100


@define
class PRFScore:
    """True positives, false positives and false negatives, and their rates."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __len__(self) -> int:
        return self.tp + self.fp + self.fn

    def __iadd__(self, other: PRFScore) -> Self:
        self.tp += other.tp
        self.fp += other.fp
        self.fn += other.fn
        return self

    def __add__(self, other: PRFScore) -> PRFScore:
        return PRFScore(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    def score_set(self, cand: AbstractSet[Any], gold: AbstractSet[Any]) -> None:
        """Count the members of both sets, of `cand` only, and of `gold` only."""
        hits = len(cand & gold)
        self.tp += hits
        self.fp += len(cand) - hits
        self.fn += len(gold) - hits

    @property
    def precision(self) -> float:
        """The share of predictions that are correct, from 0 to 1."""
        return self.tp / (self.tp + self.fp + TINY)

    @property
    def recall(self) -> float:
        """The share of gold items that were predicted, from 0 to 1."""
        return self.tp / (self.tp + self.fn + TINY)

    @property
    def fscore(self) -> float:
        """The harmonic mean of precision and recall, from 0 to 1."""
        p, r = self.precision, self.recall
        return 2 * (p * r) / (p + r + TINY)

    def to_dict(self) -> dict[str, float]:
        """Return the rates under the keys `p`, `r` and `f`."""
        return {"p": self.precision, "r": self.recall, "f": self.fscore}


class TypedScores:
    """A `PRFScore` for each label, created when the label is first seen."""

    def __init__(self) -> None:
        self.by_label: dict[str, PRFScore] = {}

    def __getitem__(self, label: str) -> PRFScore:
        return self.by_label.setdefault(label, PRFScore())

    def merge(self, other: TypedScores) -> None:
        """Add the counts of `other`."""
        for label, score in other.by_label.items():
            self.by_label[label] = self[label] + score

    def add(self, labels: Iterable[str], hits: Counts, found: Counts, gold: Counts) -> None:
        """Add the numbers of correct, predicted and gold items of each label.

        hits, found, gold  (L,)
        """
        counts = zip(labels, hits.tolist(), found.tolist(), gold.tolist(), strict=True)
        for label, n_hits, n_found, n_gold in counts:
            if n_found or n_gold:
                score = self[label]
                score += PRFScore(n_hits, n_found - n_hits, n_gold - n_hits)

    def total(self) -> PRFScore:
        """Return the counts of all labels together."""
        return sum_scores(self.by_label.values())

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return {label: {p, r, f}}, labels in the order they were first seen."""
        return {label: score.to_dict() for label, score in self.by_label.items()}


def sum_scores(scores: Iterable[PRFScore]) -> PRFScore:
    """Return the counts of all `scores` together."""
    return sum(scores, PRFScore())
