"""Scores of predicted against gold annotation, streamed in constant memory except ROC AUC.

This package has what several tasks use. Scores of a single task are in the plugin of its component.
"""

from kernel.scoring.aligned import AlignedBatch, has_repeats
from kernel.scoring.auc import ROCAUCScore
from kernel.scoring.pipeline import PipelineScores
from kernel.scoring.prf import TINY, PRFScore, TypedScores, sum_scores
from kernel.scoring.score import Score
from kernel.scoring.spans import SpanScores, span_result
from kernel.scoring.stream import Accumulator, StreamingScorer
from kernel.scoring.tokens import (
    MISSING,
    TOKENIZATION,
    TokenAttrScores,
    TokenizationScores,
)

__all__ = [
    "MISSING",
    "TINY",
    "TOKENIZATION",
    "Accumulator",
    "AlignedBatch",
    "PRFScore",
    "PipelineScores",
    "ROCAUCScore",
    "Score",
    "SpanScores",
    "StreamingScorer",
    "TokenAttrScores",
    "TokenizationScores",
    "TypedScores",
    "has_repeats",
    "span_result",
    "sum_scores",
]
