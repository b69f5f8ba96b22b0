"""The registered scorers of the labels of docs."""

from __future__ import annotations

import functools

from kernel.scoring import StreamingScorer
from kernel_plugin_textcat.cat_scores import CatScores, RejectingCatScores


def make_textcat_scorer() -> StreamingScorer:
    """Return a scorer of exclusive labels: `cats_score` is the (macro) F-score."""
    return StreamingScorer(functools.partial(CatScores, attr="cats", multi_label=False))


def make_first_textcat_scorer() -> StreamingScorer:
    """Return the scorer of spacy-legacy: a best label below the threshold counts as no label."""
    return StreamingScorer(functools.partial(RejectingCatScores, attr="cats", multi_label=False))


def make_multilabel_scorer() -> StreamingScorer:
    """Return a scorer of independent labels: `cats_score` is the macro AUC."""
    return StreamingScorer(functools.partial(CatScores, attr="cats", multi_label=True))
