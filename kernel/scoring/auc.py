"""The area under the ROC curve."""

from __future__ import annotations

from array import array
from typing import Self

import numpy as np

from kernel.errors import DataError


class ROCAUCScore:
    """The share of pairs whose positive item has a higher score than the negative; ties count 0.5.

    Ranking needs all scores, so this keeps two doubles (16 bytes) for each item: its score and
    whether it is positive.
    """

    def __init__(self) -> None:
        self.cands = array("d")
        self.golds = array("d")

    def score_set(self, cand: float, gold: float) -> None:
        """Count an item with the score `cand` and the true value `gold`: 1 if positive, else 0."""
        self.cands.append(cand)
        self.golds.append(gold)

    def merge(self, other: Self) -> None:
        """Add the counts of `other`."""
        self.cands.extend(other.cands)
        self.golds.extend(other.golds)

    def is_binary(self) -> bool:
        """Return whether exactly two true values were counted."""
        return len(np.unique(np.asarray(self.golds))) == 2

    @property
    def score(self) -> float:
        """The area, from 0 to 1; NaN if neither of the two true values is 1.

        Raises DataError if there are not two true values.
        """
        golds = np.asarray(self.golds)
        if not self.is_binary():
            raise DataError(
                "the area under the ROC curve needs true values of two kinds, "
                f"got {np.unique(golds).tolist()}"
            )
        scores, inverse = np.unique(np.asarray(self.cands), return_inverse=True)
        positives = np.bincount(inverse, golds == 1, minlength=len(scores))
        negatives = np.bincount(inverse, golds != 1, minlength=len(scores))
        if not positives.any():
            return float("nan")
        below = np.cumsum(negatives) - negatives / 2
        return float(positives @ below / (positives.sum() * negatives.sum()))
