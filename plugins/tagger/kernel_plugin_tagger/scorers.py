"""The registered scorers of the components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from kernel.scoring import SpanScores, StreamingScorer, TokenAttrScores
from kernel.text import Doc, Example
from kernel_plugin_tagger.feat_scores import FeatScores


def make_tagger_scorer() -> StreamingScorer:
    """Return a scorer of `tag_acc` that reads a stream."""
    return StreamingScorer(_tag_scores)


def make_morphologizer_scorer() -> StreamingScorer:
    """Return a scorer of `pos_acc`, `morph_acc`, `morph_micro_p/r/f` and `morph_per_feat`."""
    return StreamingScorer(MorphologyScores)


def make_senter_scorer() -> StreamingScorer:
    """Return a scorer of `sents_p`, `sents_r` and `sents_f` that reads a stream."""
    return StreamingScorer(_sentence_scores)


def make_lemmatizer_scorer() -> StreamingScorer:
    """Return a scorer of `lemma_acc` that reads a stream."""
    return StreamingScorer(_lemma_scores)


def make_feats_scorer() -> StreamingScorer:
    """Return a scorer of `<attr>_micro_p/r/f` and `<attr>_per_feat` of any attribute."""
    return StreamingScorer(FeatScores)


class MorphologyScores:
    """Scores of parts of speech, of whole analyses, and of their features."""

    def __init__(self, **_: Any) -> None:
        self.parts = (TokenAttrScores("pos"), TokenAttrScores("morph"), FeatScores("morph"))

    def update(self, examples: Iterable[Example]) -> None:
        """Count the tokens of `examples`."""
        examples = list(examples)
        for part in self.parts:
            part.update(examples)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        pos, morph, feats = self.parts
        other_pos, other_morph, other_feats = other.parts
        pos.merge(other_pos)
        morph.merge(other_morph)
        feats.merge(other_feats)

    def result(self) -> dict[str, Any]:
        """Return the scores; None if nothing was counted."""
        return {key: score for part in self.parts for key, score in part.result().items()}


def _tag_scores(**_: Any) -> TokenAttrScores:
    return TokenAttrScores("tag")


def _lemma_scores(**_: Any) -> TokenAttrScores:
    return TokenAttrScores("lemma")


def _sentence_scores(**_: Any) -> SpanScores:
    return SpanScores("sents", has_annotation=_has_sentences, labeled=False)


def _has_sentences(doc: Doc) -> bool:
    return doc.has_annotation("SENT_START")
