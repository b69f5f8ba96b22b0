"""The registered scorer of phrases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.scoring import SpanScores, StreamingScorer
from kernel.text import Doc, Span
from kernel_plugin_phrases.system import SPANS


def make_scorer() -> StreamingScorer:
    """Return a scorer of `phrases_p`, `phrases_r`, `phrases_f` and `phrases_per_type`."""
    return StreamingScorer(PhraseScores)


class PhraseScores(SpanScores):
    """Phrases with the right words and label; docs without gold phrases do not count."""

    def __init__(self, **_: Any) -> None:
        super().__init__(SPANS, getter=_phrases, has_annotation=_has_phrases)


def _phrases(doc: Doc, attr: str) -> Iterable[Span]:
    return doc.spans.get(attr, ())


def _has_phrases(gold: Doc) -> bool:
    return SPANS in gold.spans
