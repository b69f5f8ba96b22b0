"""Training to predict properties of hidden words.

Axes: N tokens of a batch, S selected tokens, W width, K outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from thinc.api import Model, chain, list2array, set_dropout_rate

from kernel import random
from kernel.errors import ArgumentError
from kernel.ops import Floats, Ints, Packed, packed
from kernel.text import Doc, DocBatch
from kernel_plugin_pretrain.objectives.masking import Masking, in_one_table
from kernel_plugin_pretrain.objectives.protocol import Loss

PredictionLoss = Callable[[Any, DocBatch, Ints, Floats], tuple[float, Floats]]
"""A loss of the selected tokens: of Thinc's ops, the docs as they were, the selected tokens (S,)
and the predictions (S, K). Returns the sum over the tokens, and the gradient of the predictions."""

_EVALUATION_SEED: Final = 0


class MaskedPrediction:
    """Predicts properties of hidden words from the vectors that `tok2vec` gives them in context.

    Only the selected tokens pass through the output layers. The gradient is that of the loss per
    token of the batch, as in spaCy. Implements `Pretraining`.
    """

    def __init__(
        self, tok2vec: Any, output: Any, loss: PredictionLoss, masking: Masking | None = None
    ) -> None:
        self.tok2vec = tok2vec
        self.output = output
        self.loss = loss
        self.masking = masking or Masking()

    def update(self, docs: Sequence[Doc], drop: float) -> Loss:
        """Add the gradients of a batch to those of the model; see `Pretraining`."""
        set_dropout_rate(self.tok2vec, drop)
        set_dropout_rate(self.output, drop)
        batch = in_one_table(docs)
        masked = self.masking(batch, random.generator())
        if not len(masked.selected):
            return Loss()
        ops = self.output.ops
        rows = ops.xp.asarray(masked.selected)
        vectors, backprop_vectors = self._vectors(masked.docs, is_train=True)
        predicted, backprop_predicted = self.output.begin_update(vectors.data[rows])
        loss, d_predicted = self.loss(ops, batch, masked.selected, predicted)
        d_vectors = ops.xp.zeros_like(vectors.data)
        d_vectors[rows] = backprop_predicted(d_predicted / len(d_vectors))
        backprop_vectors(vectors.like(d_vectors))
        return Loss(loss, len(masked.selected))

    def evaluate(self, docs: Sequence[Doc]) -> Loss:
        """Return the loss of a batch; see `Pretraining`."""
        batch = in_one_table(docs)
        masked = self.masking(batch, np.random.Generator(np.random.PCG64(_EVALUATION_SEED)))
        if not len(masked.selected):
            return Loss()
        ops = self.output.ops
        vectors, _ = self._vectors(masked.docs, is_train=False)
        predicted = self.output.predict(vectors.data[ops.xp.asarray(masked.selected)])
        return Loss(self.loss(ops, batch, masked.selected, predicted)[0], len(masked.selected))

    def _vectors(self, docs: DocBatch, *, is_train: bool) -> tuple[Packed, Any]:
        vectors, backprop = self.tok2vec(docs, is_train)
        if not isinstance(vectors, list):
            raise ArgumentError(
                "pretraining needs a layer that returns an array per doc, but "
                f"`{self.tok2vec.name}` returns {type(vectors).__name__}",
                hint="name another layer by `layer` in [pretraining]",
            )
        return packed(vectors, width=self.tok2vec.get_dim("nO"), xp=self.output.ops.xp), backprop


def check_size(**sizes: int) -> None:
    """Raise `ArgumentError` for a size below 1; sizes are given by their names."""
    for name, size in sizes.items():
        if size < 1:
            raise ArgumentError(f"`{name}` must be at least 1, got {size!r}")


def masked_model(
    tok2vec: Any, output: Any, loss: PredictionLoss, masking: Masking | None = None
) -> Model[list[Doc], Floats]:
    """Return a model of each token's prediction, which learns by `MaskedPrediction`.

    X        B docs
    returns  (N, K)

    References: `tok2vec` and `output_layer`.
    """
    model: Any = chain(tok2vec, list2array(), output)
    model.attrs["pretraining"] = MaskedPrediction(tok2vec, output, loss, masking)
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output_layer", output)
    return model
