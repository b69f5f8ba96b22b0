"""The loss of a model that scores states.

Axes: S states, C classes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel import random

# No limit on the number of actions.
MAX_MOVES: Final = int(np.iinfo(np.int32).max)

Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]


def score_gradient(
    scores: Floats, costs: Floats, valid: Masks, unseen: Collection[int] = ()
) -> tuple[float, Floats]:
    """Return the loss and the gradient of the scores, which favours all actions of least cost.

    scores   (S, C)
    costs    (S, C)  the number of gold annotations that an action makes unreachable
    valid    (S, C)
    unseen   classes that get no gradient
    returns  the sum of the squared gradient, and (S, C)

    The gradient is the softmax over all classes minus the softmax over the gold classes: the valid
    classes with the least cost. States without a valid class are ignored.
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
    # Use the maximum of the gold classes: far below the best score, all would underflow to zero.
    gold_scores = np.where(is_gold, scores, np.float32(-np.inf))
    gold_scores -= gold_scores.max(axis=1, keepdims=True)
    gold_odds = np.exp(gold_scores, out=gold_scores)
    gold_odds /= gold_odds.sum(axis=1, keepdims=True)
    guessed -= gold_odds
    guessed[:, list(unseen)] = 0
    return float(np.vdot(guessed, guessed)), guessed


def seen_classes(costs: Floats, valid: Masks) -> set[int]:
    """Return the classes that are valid and without cost at any state."""
    return set(np.flatnonzero(((costs <= 0) & valid).any(axis=0)).tolist())


def draw_max_moves(cut_size: int) -> int:
    """Draw the number of actions after which docs are cut: from `cut_size` / 2 to 2 * `cut_size`.

    If `cut_size` is zero or less, docs are not cut.
    """
    if cut_size < 1:
        return MAX_MOVES
    return max(1, int(random.generator().uniform(cut_size // 2, cut_size * 2)))
