"""Scores of entity linking."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Self

from kernel.scoring import TINY, TypedScores

if TYPE_CHECKING:
    from kernel.text import Example


class LinkScores:
    """`nel_score`, `nel_micro_*`, `nel_macro_*` and `nel_f_per_type` of linked entities.

    A predicted entity counts only if it has the same characters as a gold entity; it counts for
    the label of the gold entity. The ids in `negative_labels` mean that there is no link. If both
    entities have no link, they are not counted.
    """

    def __init__(self, *, negative_labels: Collection[str], **_: Any) -> None:
        self.negative = frozenset(negative_labels)
        self.per_type = TypedScores()

    def update(self, examples: Iterable[Example]) -> None:
        """Count the links of `examples`."""
        for example in examples:
            gold = {(ent.start_char, ent.end_char): ent for ent in example.reference.ents}
            for ent in example.predicted.ents:
                match = gold.get((ent.start_char, ent.end_char))
                if match is not None:
                    self._count(match.label_, ent.kb_id_, match.kb_id_)

    def merge(self, other: Self) -> None:
        """Add the counts of `other`."""
        self.per_type.merge(other.per_type)

    def result(self) -> dict[str, Any]:
        """Return the scores; zeros if no entity was counted."""
        micro = self.per_type.total().to_dict()
        per_type = self.per_type.to_dict()
        n_types = len(per_type) + TINY
        macro = {key: sum(rates[key] for rates in per_type.values()) / n_types for key in "prf"}
        return {
            "nel_score": micro["f"],
            "nel_score_desc": "micro F",
            **{f"nel_micro_{key}": rate for key, rate in micro.items()},
            **{f"nel_macro_{key}": rate for key, rate in macro.items()},
            "nel_f_per_type": per_type,
        }

    def _count(self, label: str, found: str, gold: str) -> None:
        score = self.per_type[label]
        found_none, gold_none = found in self.negative, gold in self.negative
        if found_none and gold_none:
            return
        if found == gold:
            score.tp += 1
            return
        # A wrong link is both a false positive and a false negative.
        score.fp += not found_none
        score.fn += not gold_none
