"""The gradient of the cross-entropy of probabilities and gold classes.

Axes: N tokens, C classes.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import ArgumentError
from kernel.ops import Floats, array_module
from kernel_plugin_tagger.gold import Gold


def cross_entropy_inplace(probs: Floats, gold: Gold, *, label_smoothing: float = 0.0) -> float:
    """Replace probabilities by the gradient of their logits; return the sum of its squares.

    probs            (N, C) becomes the gradient: probability minus gold, not averaged; zero for
                     tokens with an unknown class, and for all other classes if only a negative
                     class is known
    label_smoothing  the probability mass that is spread evenly over the other classes

    Raises `ArgumentError` if the gold class would not get more mass than the others.
    """
    n_rows, n_classes = probs.shape
    xp: Any = array_module(probs)
    classes = xp.asarray(gold.classes)
    denied, denied_classes, denied_probs = _denied(probs, gold)
    right, others = smoothed_shares(label_smoothing, n_classes)
    if others:
        probs -= others
    rows = xp.flatnonzero(classes >= 0)
    probs[rows, classes[rows]] -= right - others
    if len(rows) < n_rows:
        probs[classes < 0] = 0
    probs[denied] = 0
    probs[denied, denied_classes] = denied_probs
    return float(xp.vdot(probs, probs))


def _denied(probs: Any, gold: Gold) -> tuple[Any, Any, Any]:
    """Return the tokens with a negative gold class, that class, and its probability."""
    xp: Any = array_module(probs)
    if gold.negatives is None:
        nothing = xp.zeros(0, dtype="int64")
        return nothing, nothing, probs[nothing, nothing]
    rows = xp.flatnonzero(xp.asarray(gold.negatives))
    classes = xp.asarray(gold.classes)[rows]
    return rows, classes, probs[rows, classes]


def smoothed_shares(label_smoothing: float, n_classes: int) -> tuple[float, float]:
    """Return the probability mass of the gold class, and that of each other class.

    A single class gets all of it. Raises `ArgumentError` if the gold class does not get the most.
    """
    if not label_smoothing or n_classes == 1:
        return 1.0, 0.0
    most = (n_classes - 1) / n_classes
    if not 0 < label_smoothing < most:
        raise ArgumentError(
            f"`label_smoothing` must be at least 0 and below {most:g} for {n_classes} labels, "
            f"got {label_smoothing!r}"
        )
    return 1 - label_smoothing, label_smoothing / (n_classes - 1)
