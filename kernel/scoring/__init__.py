"""Scores of predicted annotation against gold, streamed; all but ROC AUC in constant memory."""

from kernel.scoring.auc import ROCAUCScore
from kernel.scoring.cats import CatScores
from kernel.scoring.deps import DepScores
from kernel.scoring.feats import FeatScores
from kernel.scoring.links import LinkScores
from kernel.scoring.ner import NerScores, get_ner_prf
from kernel.scoring.prf import PRFScore
from kernel.scoring.scorer import Scorer
from kernel.scoring.spans import SpanScores
from kernel.scoring.stream import Accumulator, StreamingScorer
from kernel.scoring.tokens import TokenAttrScores, TokenizationScores

__all__ = [
    "Accumulator",
    "CatScores",
    "DepScores",
    "FeatScores",
    "LinkScores",
    "NerScores",
    "PRFScore",
    "ROCAUCScore",
    "Scorer",
    "SpanScores",
    "StreamingScorer",
    "TokenAttrScores",
    "TokenizationScores",
    "get_ner_prf",
]
