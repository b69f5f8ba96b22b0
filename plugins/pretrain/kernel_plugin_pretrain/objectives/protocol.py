"""What the pretraining loop needs from an objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from kernel.text import Doc


@frozen
class Loss:
    """The loss of a batch, or of several.

    total    ()  the sum over all predictions
    n_items  ()  the number of predictions
    """

    total: float = 0.0
    n_items: int = 0

    def __add__(self, other: Loss) -> Loss:
        return Loss(self.total + other.total, self.n_items + other.n_items)

    @property
    def mean(self) -> float:
        """The loss per prediction; 0 without predictions."""
        return self.total / self.n_items if self.n_items else 0.0


class Pretraining(Protocol):
    """How a model learns from raw text.

    The model that an objective's `create(vocab, tok2vec)` returns has it as
    `model.attrs["pretraining"]`. A model without it is trained by spaCy's protocol:
    `model.begin_update(docs)` and `model.attrs["loss"](ops, docs, predictions)`, which returns the
    loss and the gradient of the predictions.
    """

    def update(self, docs: Sequence[Doc], drop: float) -> Loss:
        """Add the gradients of a batch to those of the model, and return its loss.

        drop     the dropout rate

        Random choices, such as which words to hide, are made with the current random stream.
        """
        ...

    def evaluate(self, docs: Sequence[Doc]) -> Loss:
        """Return the loss of a batch without dropout; the same for the same docs and weights.

        Neither gradients nor random streams change.
        """
        ...
