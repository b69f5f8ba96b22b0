"""The registered scorers of the components."""

from __future__ import annotations

from typing import Any

from kernel.scoring import StreamingScorer, TokenAttrScores


def make_tagger_scorer() -> StreamingScorer:
    """Score `tag_acc` as a stream."""
    return StreamingScorer(_tag_scores)


def _tag_scores(**_: Any) -> TokenAttrScores:
    return TokenAttrScores("tag")
