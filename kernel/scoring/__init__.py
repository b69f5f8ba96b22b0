"""Scores of predicted annotation against gold, streamed in constant memory."""

from kernel.scoring.ner import NerScores
from kernel.scoring.prf import PRFScore
from kernel.scoring.scorer import Scorer
from kernel.scoring.spans import SpanScores
from kernel.scoring.stream import Accumulator, StreamingScorer
from kernel.scoring.tokens import TokenAttrScores, TokenizationScores

__all__ = [
    "Accumulator",
    "NerScores",
    "PRFScore",
    "Scorer",
    "SpanScores",
    "StreamingScorer",
    "TokenAttrScores",
    "TokenizationScores",
]
