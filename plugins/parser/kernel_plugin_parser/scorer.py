"""The registered scorer of parses: sentences, and the arcs of the trees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

from kernel.scoring import SpanScores, StreamingScorer
from kernel_plugin_parser.dep_scores import DepScores

if TYPE_CHECKING:
    from kernel.text import Doc, Example

IGNORED_LABELS = ("p", "punct")


def make_parser_scorer() -> StreamingScorer:
    """Return a scorer of `sents_p/r/f`, `dep_uas`, `dep_las` and `dep_las_per_type`."""
    return StreamingScorer(ParserScores)


def make_deps_scorer() -> StreamingScorer:
    """Return a scorer of `<attr>_uas`, `<attr>_las` and `<attr>_las_per_type`."""
    return StreamingScorer(DepScores)


class ParserScores:
    """Scores of sentences with the right first and last token, and of arcs.

    Labels are compared in lower case; labels of punctuation do not count. Docs without gold
    sentences do not count for `sents_p/r/f`, docs without gold arcs do not count for `dep_*`.
    """

    def __init__(self, **_: Any) -> None:
        self.sents = SpanScores("sents", has_annotation=_has_sentences, labeled=False)
        self.deps = DepScores("dep", normalize=str.lower, ignore_labels=IGNORED_LABELS)

    def update(self, examples: Iterable[Example]) -> None:
        """Count the sentences and arcs of `examples`."""
        given: Sequence[Example] = list(examples)
        self.sents.update(given)
        self.deps.update(given)

    def merge(self, other: Self) -> None:
        """Add what `other` has counted."""
        self.sents.merge(other.sents)
        self.deps.merge(other.deps)

    def result(self) -> dict[str, Any]:
        """Return the scores; None where nothing was counted."""
        return {**self.sents.result(), **self.deps.result()}


def _has_sentences(gold: Doc) -> bool:
    return gold.has_annotation("SENT_START")
