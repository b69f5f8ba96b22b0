"""The registered scorers of components that annotate by patterns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Self

from kernel.scoring import SpanScores, StreamingScorer, TokenAttrScores
from kernel.text import Example
from kernel_plugin_ner.scorer import make_ner_scorer
from kernel_plugin_tagger.scorers import MorphologyScores


def make_attribute_ruler_scorer() -> StreamingScorer:
    """Return a scorer of `tag_acc`, `lemma_acc` and all scores of the morphologizer."""
    return StreamingScorer(AttributeScores)


class AttributeScores:
    """Scores of tags, parts of speech, features and lemmas."""

    def __init__(self, **_: Any) -> None:
        self._tags = TokenAttrScores("tag")
        self._morphology = MorphologyScores()
        self._lemmas = TokenAttrScores("lemma")

    def update(self, examples: Iterable[Example]) -> None:
        """Count the tokens of `examples`."""
        examples = list(examples)
        self._tags.update(examples)
        self._morphology.update(examples)
        self._lemmas.update(examples)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self._tags.merge(other._tags)
        self._morphology.merge(other._morphology)
        self._lemmas.merge(other._lemmas)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if nothing was counted."""
        return {**self._tags.result(), **self._morphology.result(), **self._lemmas.result()}


def make_entity_ruler_scorer() -> StreamingScorer:
    """Return a scorer of `ents_p`, `ents_r`, `ents_f` and `ents_per_type` that reads a stream."""
    return make_ner_scorer()


def make_overlapping_labeled_spans_scorer(spans_key: str = "ruler") -> StreamingScorer:
    """Return a scorer of a group of spans: `spans_<key>_p/r/f` and `spans_<key>_per_type`.

    spans_key  the key of the group in `doc.spans`
    """
    return StreamingScorer(partial(_group_scores, spans_key))


def _group_scores(spans_key: str, /, **_: Any) -> SpanScores:
    return SpanScores(
        f"spans_{spans_key}",
        getter=lambda doc, _: doc.spans.get(spans_key, []),
        has_annotation=lambda doc: spans_key in doc.spans,
        allow_overlap=True,
    )
