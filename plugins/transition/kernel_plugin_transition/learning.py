"""What a model of states should have scored.

Axes: S states, C classes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from kernel import random

Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]


def score_gradient(
    scores: Floats, costs: Floats, valid: Masks, unseen: Collection[int] = ()
) -> tuple[float, Floats]:
    """Return the loss and the gradient of the scores, which pulls towards all cheapest actions.

    scores   (S, C)
    costs    (S, C)  how much gold annotation an action loses; whole numbers
    valid    (S, C)
    unseen   classes that get no gradient
    returns  the sum of the squared gradient, and (S, C)

    The gradient is the softmax over all classes minus the softmax over the gold ones: those
    that are valid and cost no more than any that is. States where nothing is valid count for
    nothing.
    """
    counted = valid.any(axis=1)
    if not counted.all():
        gradient = np.zeros_like(scores)
        loss, gradient[counted] = score_gradient(
            scores[counted], costs[counted], valid[counted], unseen
        )
        return loss, gradient
    if not len(scores):
        return 0.0, np.zeros_like(scores)
    charged = np.where(valid, costs, np.float32(np.inf))
    is_gold = valid & (charged <= charged.min(axis=1, keepdims=True))
    odds = scores - scores.max(axis=1, keepdims=True)
    np.exp(odds, out=odds)
    guessed = odds / odds.sum(axis=1, keepdims=True)
    # A maximum of their own: far below the best score, their odds would all be zero.
    gold_scores = np.where(is_gold, scores, np.float32(-np.inf))
    gold_scores -= gold_scores.max(axis=1, keepdims=True)
    gold_odds = np.exp(gold_scores, out=gold_scores)
    gold_odds /= gold_odds.sum(axis=1, keepdims=True)
    guessed -= gold_odds
    guessed[:, list(unseen)] = 0
    return float(np.vdot(guessed, guessed)), guessed


def seen_classes(costs: Floats, valid: Masks) -> set[int]:
    """Return the classes that are right at some state: valid and without cost."""
    return set(np.flatnonzero(((costs <= 0) & valid).any(axis=0)).tolist())


def draw_max_moves(cut_size: int) -> int:
    """Draw after how many actions docs are cut: from half of `cut_size` to twice as many.

    Zero or less: docs are not cut.
    """
    if cut_size < 1:
        return int(np.iinfo(np.int32).max)
    return max(1, int(random.generator().uniform(cut_size // 2, cut_size * 2)))
