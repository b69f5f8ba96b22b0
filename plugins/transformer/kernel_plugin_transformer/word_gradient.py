"""The gradient of the word embedding of an encoder, summed over sub-batches once.

Torch makes a gradient of the whole table, tens of thousands of rows, in every backward pass,
although a batch uses some hundreds of them. Here the embedding is taken out of the graph, and the
gradients of its outputs are added to the rows that were used.

Axes: n spans and L word pieces of a sub-batch, W width, V words.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


class WordGradient:
    """Collects the gradient of the word embedding of a module, if it is one of torch's own."""

    def __init__(self, module: Any) -> None:
        import torch

        found = module.get_input_embeddings()
        is_plain = (
            type(found) is torch.nn.Embedding
            and found.weight.requires_grad
            and not (found.max_norm or found.scale_grad_by_freq or found.sparse)
        )
        self._embedding = found if is_plain else None
        self._parts: list[tuple[Any, Any]] = []

    @contextlib.contextmanager
    def outside_of_graph(self) -> Iterator[list[tuple[Any, Any]]]:
        """Take the embedding out of the graphs that are made inside the block.

        yields  a list, filled with the ids, (n, L), and the vectors, (n, L, W), of each call
        """
        calls: list[tuple[Any, Any]] = []

        def replace(_: Any, inputs: tuple[Any, ...], output: Any) -> Any:
            if not output.requires_grad:
                return output
            vectors = output.detach().requires_grad_()
            calls.append((inputs[0], vectors))
            return vectors

        if self._embedding is None:
            yield calls
            return
        handle = self._embedding.register_forward_hook(replace)
        try:
            yield calls
        finally:
            handle.remove()

    def add(self, calls: list[tuple[Any, Any]]) -> None:
        """Keep the gradients of the vectors of these calls, after the backward pass."""
        self._parts += [(ids, vectors.grad) for ids, vectors in calls if vectors.grad is not None]

    def finish(self) -> None:
        """Add all of them to the gradient of the table, (V, W)."""
        import torch

        if not self._parts or self._embedding is None:
            return
        ids = torch.cat([ids.reshape(-1) for ids, _ in self._parts])
        rows = torch.cat([grad.reshape(len(ids), -1) for ids, grad in self._flat()])
        weight, padding = self._embedding.weight, self._embedding.padding_idx
        if weight.grad is None:
            weight.grad = torch.zeros_like(weight)
        if padding is not None:
            rows[ids == padding] = 0
        weight.grad.index_add_(0, ids, rows.to(weight.dtype))
        self._parts = []

    def _flat(self) -> Iterator[tuple[Any, Any]]:
        for ids, grad in self._parts:
            yield ids.reshape(-1), grad
