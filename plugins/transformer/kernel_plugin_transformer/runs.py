"""Running an encoder over spans: in sub-batches, with the gradients of all of them.

Axes: S spans, M word pieces of all spans, n spans and L word pieces of a padded sub-batch, W width.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import numpy as np
from attrs import define, frozen

from kernel.errors import KernelError
from kernel.ops import Ints
from kernel_plugin_transformer.batches import CPU_COSTS, GPU_COSTS, plan
from kernel_plugin_transformer.encoded import offsets, ranges
from kernel_plugin_transformer.gradients import RandomState, add_gradients
from kernel_plugin_transformer.pieces import Pieces
from kernel_plugin_transformer.precision import Precision
from kernel_plugin_transformer.word_gradient import WordGradient

ResultT = TypeVar("ResultT")

log: Final = logging.getLogger("kernel.transformer")


@frozen(eq=False)
class SubBatch:
    """Spans that go through the encoder together.

    spans     (n,)  their numbers
    rows      (m,)  their word pieces among those of all spans
    cells     (m,)  where these are in the padded matrix
    shape     n, L
    """

    spans: Ints
    rows: Ints
    cells: Ints
    shape: tuple[int, int]

    @classmethod
    def of(cls, spans: Ints, lengths: Ints, starts: Ints) -> SubBatch:
        """Return the sub-batch of some spans.

        spans    (n,)
        lengths  (S,)  word pieces of each span
        starts   (S,)  the first of them
        """
        own = lengths[spans]
        width = int(own.max())
        return cls(
            spans,
            ranges(starts[spans], own),
            ranges(np.arange(len(spans)) * width, own),
            (len(spans), width),
        )

    @property
    def size(self) -> int:
        """The number of padded word pieces."""
        return self.shape[0] * self.shape[1]


@define(eq=False)
class _Kept:
    """A sub-batch in training.

    graph         its graph; None if it is computed again
    random_state  before it was computed
    """

    part: SubBatch
    graph: _Graph | None
    random_state: RandomState


@frozen(eq=False)
class _Graph:
    """The graph of a sub-batch: its output (n, L, W), and the calls of the word embedding."""

    hidden: Any
    calls: list[tuple[Any, Any]]


class Run:
    """A forward pass over the word pieces of spans, and its backward pass.

    module     a model of transformers
    pieces     of all spans
    budget     most padded word pieces whose activations are in memory at once
    precision  of the encoder
    """

    def __init__(self, module: Any, pieces: Pieces, budget: int, precision: Precision) -> None:
        self.module = module
        self.pieces = pieces
        self.budget = budget
        self.precision = precision
        self.device = next(module.parameters()).device
        self._starts = offsets(pieces.lengths)[:-1]
        self._kept: list[_Kept] = []

    def predict(self) -> Iterator[tuple[SubBatch, Any]]:
        """Yield each sub-batch and the output of the encoder for it."""
        self.module.eval()
        for part in self._parts():
            yield from self._splitting(part, self._forward)

    def train(self) -> Iterator[tuple[SubBatch, Any]]:
        """Yield each sub-batch and the output of the encoder for it, with dropout.

        The graphs are kept for `backward` as long as they fit into the budget together.
        """
        self.precision.check_training(self.device)
        self.module.train()
        words = WordGradient(self.module)
        kept_size = 0
        for part in self._parts():
            keeps = kept_size + part.size <= self.budget or not self._kept
            kept_size += part.size if keeps else 0
            attempt = functools.partial(self._attempt, words=words, keeps=keeps)
            for smaller, (output, kept) in self._splitting(part, attempt):
                self._kept.append(kept)
                yield smaller, output

    def backward(self, d_hidden: Any, scaler: Any) -> None:
        """Add to the gradients of the module's parameters.

        d_hidden  (M, W)  tensor on the module's device
        scaler    Thinc's gradient scaler

        Graphs that were kept come first, so that their memory is free when the sub-batches without
        one are computed again, with the same dropout. Where memory runs out, a sub-batch is split;
        its dropout is drawn again then.
        """
        words = WordGradient(self.module)
        waiting = sorted(self._kept, key=lambda kept: kept.graph is None)[::-1]
        self._kept = []
        while waiting:
            kept = waiting.pop()
            graph, kept.graph = kept.graph, None
            step = functools.partial(self._backward, kept.random_state, graph, d_hidden, scaler)
            del graph
            for _, calls in self._splitting(kept.part, step):
                words.add(calls)
        words.finish()

    # Sub-batches

    def _parts(self) -> list[SubBatch]:
        costs = CPU_COSTS if self.device.type == "cpu" else GPU_COSTS
        return [self._part(spans) for spans in plan(self.pieces.lengths, self.budget, costs)]

    def _part(self, spans: Ints) -> SubBatch:
        return SubBatch.of(spans, self.pieces.lengths, self._starts)

    def _splitting(
        self, part: SubBatch, function: Callable[[SubBatch], ResultT]
    ) -> Iterator[tuple[SubBatch, ResultT]]:
        """Yield a sub-batch and what `function` returns for it, or its halves if memory runs out.

        Raises `KernelError` if there is not enough memory for one span.
        """
        import torch

        try:
            result = function(part)
        except torch.cuda.OutOfMemoryError as error:
            n, length = part.shape
            if n == 1:
                raise KernelError(
                    f"there is not enough memory on `{self.device}` for a span of {length} word "
                    "pieces",
                    hint="use shorter spans, or a smaller encoder",
                ) from error
        else:
            yield part, result
            return
        # Outside of `except`: the error refers to the frames that hold the memory.
        log.info("not enough memory for %d spans of %d word pieces: splitting them", n, length)
        torch.cuda.empty_cache()
        for spans in (part.spans[: n // 2], part.spans[n // 2 :]):
            yield from self._splitting(self._part(spans), function)

    # The encoder

    def _attempt(self, part: SubBatch, words: WordGradient, *, keeps: bool) -> tuple[Any, _Kept]:
        import torch

        state = RandomState.take(self.device)
        if not keeps:
            with torch.no_grad():
                return self._forward(part), _Kept(part, None, state)
        with words.outside_of_graph() as calls:
            output = self._forward(part)
        return output, _Kept(part, _Graph(output.last_hidden_state, calls), state)

    def _forward(self, part: SubBatch) -> Any:
        with self.precision.autocast(self.device):
            return self.module(**self._inputs(part))

    def _inputs(self, part: SubBatch) -> dict[str, Any]:
        import torch

        def padded(values: Ints, fill: int) -> Any:
            matrix = np.full(part.size, fill, np.int64)
            matrix[part.cells] = values[part.rows]
            return torch.from_numpy(matrix.reshape(part.shape)).to(self.device)

        pad_id = getattr(self.module.config, "pad_token_id", None) or 0
        inputs = {"input_ids": padded(self.pieces.ids, pad_id)}
        # A tokenizer of several families may return them for a model without them.
        takes_types = "token_type_ids" in inspect.signature(self.module.forward).parameters
        if self.pieces.type_ids is not None and takes_types:
            inputs["token_type_ids"] = padded(self.pieces.type_ids, 0)
        if len(part.cells) < part.size:
            inputs["attention_mask"] = padded(np.ones_like(self.pieces.ids), 0)
        else:
            inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        return inputs

    def _backward(
        self,
        random_state: RandomState,
        graph: _Graph | None,
        d_hidden: Any,
        scaler: Any,
        part: SubBatch,
    ) -> list[tuple[Any, Any]]:
        """Backpropagate through a sub-batch, and return the calls of the word embedding."""
        if graph is None or graph.hidden.shape[:2] != part.shape:
            with random_state.used(), WordGradient(self.module).outside_of_graph() as calls:
                graph = _Graph(self._forward(part).last_hidden_state, calls)
        add_gradients(graph.hidden, scaler.scale(self._padded(part, d_hidden)))
        return graph.calls

    def _padded(self, part: SubBatch, d_hidden: Any) -> Any:
        """Return the gradient of the padded output, (n, L, W)."""
        import torch

        d_padded = torch.zeros((part.size, d_hidden.shape[1]), device=self.device)
        rows, cells = (torch.from_numpy(each).to(self.device) for each in (part.rows, part.cells))
        d_padded[cells] = d_hidden[rows]
        return d_padded.view(*part.shape, -1)
