"""Scores of each morphological feature by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Self

from kernel.scoring import MISSING, TypedScores, aligned_tokens
from kernel.text import EMPTY_MORPH, FEATURE_SEP, FIELD_SEP

if TYPE_CHECKING:
    from kernel.text import Doc, Example

Getter = Callable[[Any, str], Any]
Feature = tuple[int, str]


class FeatScores:
    """`<attr>_micro_p/r/f` and `<attr>_per_feat`: features of tokens, such as `Number=Sing`.

    Gold tokens with one of `missing_values`, or without features, do not count; a predicted
    token counts if it is no whitespace and aligned with one gold token.
    `getter(token, attr)` gives the analysis: its id, or something whose str() is its features.
    """

    def __init__(
        self,
        attr: str,
        *,
        getter: Getter = getattr,
        missing_values: AbstractSet[Any] = MISSING,
        **_: Any,
    ) -> None:
        self.attr = attr
        self.getter = getter
        self.missing = missing_values
        self.per_feat = TypedScores()

    def update(self, examples: Iterable[Example]) -> None:
        """Count the features of `examples`."""
        for example in examples:
            gold_doc, doc = example.reference, example.predicted
            gold = dict(self._analyses(gold_doc, range(len(gold_doc))))
            rows, places = (array.tolist() for array in aligned_tokens(example))
            pairs = zip(rows, places, strict=True)
            at = {row: place for row, place in pairs if place in gold}
            found = ((at[row], feats) for row, feats in self._analyses(doc, at))
            self._count(_by_field(found), _by_field(gold.items()))

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.per_feat.merge(other.per_feat)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no feature was counted."""
        total = self.per_feat.total()
        keys = [f"{self.attr}_micro_{key}" for key in "prf"]
        if not len(total):
            return dict.fromkeys([*keys, f"{self.attr}_per_feat"])
        rates = dict(zip(keys, total.to_dict().values(), strict=True))
        return {**rates, f"{self.attr}_per_feat": self.per_feat.to_dict()}

    def _analyses(self, doc: Doc, rows: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield place and features of those of the tokens at `rows` that have any."""
        strings = doc.vocab.strings
        for row in rows:
            value = self.getter(doc[row], self.attr)
            if value in self.missing:
                continue
            feats = strings[value] if isinstance(value, int) else str(value)
            if feats and feats != EMPTY_MORPH:
                yield row, feats

    def _count(self, found: dict[str, set[Feature]], gold: dict[str, set[Feature]]) -> None:
        for field in {**gold, **found}:
            self.per_feat[field].score_set(found.get(field, set()), gold.get(field, set()))


def _by_field(analyses: Iterable[tuple[int, str]]) -> dict[str, set[Feature]]:
    fields: dict[str, set[Feature]] = {}
    for place, feats in analyses:
        for feature in feats.split(FEATURE_SEP):
            field = feature.partition(FIELD_SEP)[0]
            fields.setdefault(field, set()).add((place, feature))
    return fields
