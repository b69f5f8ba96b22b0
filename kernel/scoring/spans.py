"""Scores of spans: entities, sentences, groups of spans."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from kernel.scoring.prf import PRFScore, TypedScores

if TYPE_CHECKING:
    from kernel.text import Doc, Example, Span

Key = tuple[str, int, int]


class SpanScores:
    """`<attr>_p/r/f` and, if `labeled`, `<attr>_per_type`: spans with the right tokens and label.

    `getter(doc, attr)` returns the spans of a doc. Docs for which `has_annotation(gold)` is false
    do not count. With `allow_overlap`, predicted spans may share tokens.
    """

    def __init__(
        self,
        attr: str,
        *,
        getter: Callable[[Doc, str], Iterable[Span]] = getattr,
        has_annotation: Callable[[Doc], bool] | None = None,
        labeled: bool = True,
        allow_overlap: bool = False,
        **_: Any,
    ) -> None:
        self.attr = attr
        self.getter = getter
        self.has_annotation = has_annotation
        self.labeled = labeled
        self.allow_overlap = allow_overlap
        self.score = PRFScore()
        self.per_type = TypedScores()

    def update(self, examples: Iterable[Example]) -> None:
        """Count the spans of `examples`."""
        for example in examples:
            if self.has_annotation is None or self.has_annotation(example.reference):
                self._count(example)

    def merge(self, other: Self) -> None:
        """Add the counts of `other`."""
        self.score += other.score
        self.per_type.merge(other.per_type)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if no span was counted."""
        return span_result(self.attr, self.score, self.per_type if self.labeled else None)

    def _count(self, example: Example) -> None:
        gold = self._keys(self.getter(example.reference, self.attr))
        spans = list(self.getter(example.predicted, self.attr))
        if not (example.alignment.is_identity and (self.allow_overlap or _are_apart(spans))):
            spans = example.get_aligned_spans_x2y(spans, self.allow_overlap)
        found = self._keys(spans)
        self.score.score_set(found, gold)
        if self.labeled:
            for label in sorted({key[0] for key in gold | found}):
                self.per_type[label].score_set(_of_label(found, label), _of_label(gold, label))

    def _keys(self, spans: Iterable[Span]) -> set[Key]:
        if self.labeled:
            return {(span.label_, span.start, span.end) for span in spans}
        return {("", span.start, span.end) for span in spans}


def _are_apart(spans: list[Span]) -> bool:
    """Return whether each span ends before the next one starts."""
    return all(left.end <= right.start for left, right in itertools.pairwise(spans))


def span_result(attr: str, score: PRFScore, per_type: TypedScores | None) -> dict[str, Any]:
    """Return `score` under the keys of `attr`; with `per_type`, also the scores of each label."""
    keys = [f"{attr}_p", f"{attr}_r", f"{attr}_f"]
    result: dict[str, Any] = dict.fromkeys(keys)
    if len(score):
        result = dict(zip(keys, score.to_dict().values(), strict=True))
    if per_type is not None:
        result[f"{attr}_per_type"] = per_type.to_dict() if len(score) else None
    return result


def _of_label(keys: set[Key], label: str) -> set[Key]:
    return {key for key in keys if key[0] == label}
