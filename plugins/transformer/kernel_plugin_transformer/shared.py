"""The output of a transformer for a batch, which listeners pool and train.

Axes: B docs, N tokens of all docs, R rows, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from kernel.ops import Floats, Packed
from kernel.pipeline import SharedOutput
from kernel_plugin_transformer.data import FullTransformerBatch
from kernel_plugin_transformer.pooling import Backprop, TokenRows, pool, sharing_key


class Pooled:
    """The vectors of tokens by one way of pooling, and the sum of their gradients.

    vectors  (N, W)
    """

    __slots__ = ("_backprop", "_gradient", "vectors")

    def __init__(self, vectors: Packed, backprop: Backprop) -> None:
        self.vectors = vectors
        self._backprop = backprop
        self._gradient: Floats | None = None

    def add_gradient(self, d_vectors: Floats, factor: float) -> None:
        """Add a multiple of a gradient.

        d_vectors  (N, W)  must not be used afterwards
        """
        if factor != 1:
            d_vectors = d_vectors * factor
        if self._gradient is None:
            self._gradient = d_vectors
        else:
            self._gradient += d_vectors

    def take_gradients(self) -> list[Floats]:
        """Return the gradient of the rows, (R, W), if any was added, and forget it."""
        gradient, self._gradient = self._gradient, None
        return [] if gradient is None else [self._backprop(gradient)]


class SharedPieces(SharedOutput):
    """The word pieces of a batch, for the listeners of a transformer.

    Listeners that pool in the same way share the result, and their gradients are summed before they
    are passed on. `backprop` is that of the model, None without training.
    """

    __slots__ = ("_pooled", "tokens")

    def __init__(
        self, batch: FullTransformerBatch, backprop: Callable[[Any], object] | None = None
    ) -> None:
        def finish(d_rows: Floats) -> float:
            if backprop is not None:
                backprop(batch.like(d_rows))
            return float((d_rows**2).sum())

        arrays: Any = batch
        super().__init__(arrays, None if backprop is None else finish)
        self.tokens: TokenRows = batch.token_rows
        self._pooled: dict[Hashable, Pooled] = {}

    def pooled(self, layer: Any) -> Pooled:
        """Return the vectors of tokens by a pooling layer."""
        key = sharing_key(layer)
        if key not in self._pooled:
            vectors, backprop = pool(layer, self.tokens)
            self._pooled[key] = Pooled(Packed(vectors, self.tokens.doc_lengths), backprop)
        return self._pooled[key]

    def finish(self) -> float:
        """Pass the sum of all gradients to the model, and return the sum of its squares.

        Returns 0 without `backprop`, or if no gradient was added: then the model does nothing.
        """
        found = [gradient for each in self._pooled.values() for gradient in each.take_gradients()]
        if self.backprop is None or not found:
            return 0.0
        total, *others = found
        for gradient in others:
            total += gradient
        return self.backprop(total)
