"""Scores of the labels of whole docs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from kernel.errors import ArgumentError, DataError
from kernel.scoring import TINY, PRFScore, ROCAUCScore, sum_scores

if TYPE_CHECKING:
    from kernel.text import Doc, Example

MULTI_LABEL_THRESHOLD: Final = 0.5
_N_BINARY: Final = 2


class CatScores:
    """F-scores and ROC AUC of the labels of docs, and `<attr>_score`, one of them.

    Memory does not grow with the number of docs, except for the AUC: 16 bytes per doc and label.

    labels          the labels that count; other labels of docs are ignored
    multi_label     labels are independent: predicted if the score is at least `threshold`, and not
                    counted if unknown in gold. Otherwise the label with the highest score is
                    predicted, and labels missing in gold are wrong, unless gold has none of them
    positive_label  one of two exclusive labels, whose F-score is `<attr>_score`
    threshold       0.5 by default; has no effect on exclusive labels

    Raises ArgumentError for a `positive_label` that is not one of the two labels.
    """

    def __init__(
        self,
        attr: str = "cats",
        *,
        getter: Callable[[Doc, str], Mapping[str, float]] = getattr,
        labels: Iterable[str] = (),
        multi_label: bool = True,
        positive_label: str | None = None,
        threshold: float | None = None,
        **_: Any,
    ) -> None:
        self.attr = attr
        self.getter = getter
        self.multi_label = multi_label
        self.threshold = MULTI_LABEL_THRESHOLD if threshold is None else threshold
        self.counts = {label: PRFScore() for label in labels}
        self.aucs = {label: ROCAUCScore() for label in self.counts}
        self.n_annotated = 0  # docs that have any of the labels in gold
        is_binary = not multi_label and len(self.counts) == _N_BINARY
        self.positive_label = positive_label if is_binary else None
        if self.positive_label and self.positive_label not in self.counts:
            raise ArgumentError(
                f"`positive_label` is {positive_label!r}; "
                f"expected one of the labels, {list(self.counts)}"
            )

    def update(self, examples: Iterable[Example]) -> None:
        """Count the labels of `examples`.

        Raises DataError if gold has one of the exclusive labels and the predicted doc has none.
        """
        for example in examples:
            found = self._known(self.getter(example.predicted, self.attr))
            gold = self._known(self.getter(example.reference, self.attr))
            if not gold:
                continue
            self.n_annotated += 1
            self._count_ranks(found, gold)
            if self.multi_label:
                self._count_each(found, gold)
            else:
                self._count_best(found, gold)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.n_annotated += other.n_annotated
        for label, auc in self.aucs.items():
            self.counts[label] += other.counts[label]
            auc.merge(other.aucs[label])

    def result(self) -> dict[str, Any]:
        """Return the scores; the AUC of a label that gold has always or never is None.

        Macro averages are over all labels; an AUC of None counts as 0. All scores are None if no
        gold doc has any of the labels.
        """
        aucs = {label: auc.score if auc.is_binary() else None for label, auc in self.aucs.items()}
        rates = {label: score.to_dict() for label, score in self.counts.items()}
        values = {
            **{
                f"micro_{key}": rate
                for key, rate in sum_scores(self.counts.values()).to_dict().items()
            },
            **{f"macro_{key}": _mean(rate[key] for rate in rates.values()) for key in "prf"},
            "macro_auc": _mean(auc or 0.0 for auc in aucs.values()),
            "f_per_type": rates,
            "auc_per_type": aucs,
        }
        score, name = self._headline(values)
        if not self.n_annotated:
            score, values = None, dict.fromkeys(values)
        return {
            f"{self.attr}_score": score,
            f"{self.attr}_score_desc": name,
            **{f"{self.attr}_{key}": value for key, value in values.items()},
        }

    def _headline(self, values: dict[str, Any]) -> tuple[float | None, str]:
        """Return the main score and its name."""
        if self.positive_label:
            return values["f_per_type"][self.positive_label]["f"], f"F ({self.positive_label})"
        if self.multi_label:
            return values["macro_auc"], "macro AUC"
        return values["macro_f"], "macro F"

    def _known(self, cats: Mapping[str, float]) -> dict[str, float]:
        return {k: value for k, value in cats.items() if k in self.counts and value is not None}

    def _count_ranks(self, found: dict[str, float], gold: dict[str, float]) -> None:
        for label, auc in self.aucs.items():
            if label in gold or not self.multi_label:
                auc.score_set(found.get(label, 0.0), gold.get(label, 0.0))

    def _count_each(self, found: dict[str, float], gold: dict[str, float]) -> None:
        for label, truth in gold.items():
            score = self.counts[label]
            is_found = found.get(label, 0.0) >= self.threshold
            if truth > 0:
                score.tp += is_found
                score.fn += not is_found
            else:
                score.fp += is_found

    def _count_best(self, found: dict[str, float], gold: dict[str, float]) -> None:
        if not found:
            raise DataError(
                f"a predicted doc has none of the labels {list(self.counts)}, but gold has one",
                hint="does the pipeline have a component that sets them?",
            )
        best = self._predicted(found)
        right = max(gold, key=gold.__getitem__)
        if best == right:
            self.counts[right].tp += 1
            return
        if best is not None:
            self.counts[best].fp += 1
        self.counts[right].fn += 1

    def _predicted(self, found: dict[str, float]) -> str | None:
        """Return the label that is predicted, if labels are exclusive."""
        return max(found, key=found.__getitem__)


class RejectingCatScores(CatScores):
    """`CatScores` that counts an exclusive label below `threshold`, if that is given, as no label.

    The parameters are those of `CatScores`.
    """

    def __init__(
        self, attr: str = "cats", *, threshold: float | None = None, **settings: Any
    ) -> None:
        super().__init__(attr, threshold=threshold, **settings)
        self._lowest = float("-inf") if threshold is None else threshold

    def _predicted(self, found: dict[str, float]) -> str | None:
        best = super()._predicted(found)
        return None if best is None or found[best] < self._lowest else best


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / (len(listed) + TINY)
