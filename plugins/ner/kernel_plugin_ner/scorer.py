"""The registered scorer of entities."""

from __future__ import annotations

from kernel.scoring import StreamingScorer
from kernel_plugin_ner.ner_scores import NerScores


def make_ner_scorer() -> StreamingScorer:
    """Return a scorer of `ents_p`, `ents_r`, `ents_f` and `ents_per_type` that reads a stream."""
    return StreamingScorer(NerScores)
