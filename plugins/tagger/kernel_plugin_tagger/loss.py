"""The cross-entropy of probabilities and gold classes, as a gradient.

Axes: N tokens, C classes.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import KernelError
from kernel.ops import Floats, array_module
from kernel_plugin_tagger.gold import Gold


def cross_entropy_inplace(probs: Floats, gold: Gold, *, label_smoothing: float = 0.0) -> float:
    """Turn probabilities into the gradient of their logits; returns the sum of its squares.

    probs            (N, C)  becomes the gradient: probability minus gold, not averaged; zero
                     for tokens whose class is not known, and for all other classes where
                     gold says only which one it is not
    label_smoothing  the mass that gold leaves to the other classes, in equal parts

    Raises `KernelError` if `label_smoothing` leaves the gold class no more than the others.
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
    """Return the tokens of which one class is denied, that class, and its probability."""
    xp: Any = array_module(probs)
    if gold.negatives is None:
        nothing = xp.zeros(0, dtype="int64")
        return nothing, nothing, probs[nothing, nothing]
    rows = xp.flatnonzero(xp.asarray(gold.negatives))
    classes = xp.asarray(gold.classes)[rows]
    return rows, classes, probs[rows, classes]


def smoothed_shares(label_smoothing: float, n_classes: int) -> tuple[float, float]:
    """Return the mass that the gold class has, and what each of the others has.

    A single class has all of it. Raises `KernelError` if the gold class has no more than others.
    """
    if not label_smoothing or n_classes == 1:
        return 1.0, 0.0
    most = (n_classes - 1) / n_classes
    if not 0 < label_smoothing < most:
        raise KernelError(
            f"`label_smoothing` must be at least 0 and below {most:g} for {n_classes} labels, "
            f"got {label_smoothing!r}"
        )
    return 1 - label_smoothing, label_smoothing / (n_classes - 1)
