"""Docs that are processed together, and what shared layers computed for them.

Axes: B docs, N tokens of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.errors import ShapeError
from kernel.text.doc import Doc
from kernel.text.example import Example

Ints = npt.NDArray[np.int32]


class SharedOutput:
    """What a layer computed for a batch, which several others read.

    `arrays` has one array a doc. In training those who read it hand back their gradients,
    which are summed; `finish` sends the sum through the layer, once.
    """

    __slots__ = ("_gradient", "arrays", "backprop")

    def __init__(self, arrays: Sequence[Any], backprop: Callable[[Any], Any] | None = None) -> None:
        self.arrays = arrays
        self.backprop = backprop
        self._gradient: Any = None

    def add_gradient(self, gradient: Sequence[Any]) -> None:
        """Add the gradient of one reader, one array a doc; it must not be used afterwards.

        Does nothing if there is no backprop. Raises ShapeError if it does not fit the docs.
        """
        if self.backprop is None:
            return
        if len(gradient) != len(self.arrays):
            raise ShapeError(f"expected gradients of {len(self.arrays)} docs, got {len(gradient)}")
        if self._gradient is None:
            self._gradient = gradient
            return
        data, added = getattr(self._gradient, "data", None), getattr(gradient, "data", None)
        if data is not None and added is not None:
            # The arrays of the docs are parts of `data`.
            data += added
            return
        for own, other in zip(self._gradient, gradient, strict=True):
            own[...] += other

    def finish(self) -> None:
        """Send the sum of the gradients through the layer; later calls do nothing."""
        gradient, self._gradient = self._gradient, None
        if self.backprop is not None and gradient is not None:
            self.backprop(gradient)


class DocBatch(list[Doc]):
    """A list of docs, with the shared outputs of its upstream components by name."""

    __slots__ = ("shared",)

    def __init__(
        self, docs: Iterable[Doc] = (), *, shared: dict[str, SharedOutput] | None = None
    ) -> None:
        super().__init__(docs)
        self.shared: dict[str, SharedOutput] = {} if shared is None else shared

    @property
    def lengths(self) -> Ints:
        """The number of tokens of each doc.

        returns  (B,)
        """
        return np.fromiter(map(len, self), np.int32, len(self))

    @property
    def offsets(self) -> Ints:
        """Where each doc starts among the tokens of all, and their number last.

        returns  (B + 1,)
        """
        offsets = np.zeros(len(self) + 1, np.int32)
        np.cumsum(self.lengths, out=offsets[1:])
        return offsets

    def lex(self) -> Ints:
        """Return the lexeme rows of all docs, one after the other.

        returns  (N,)
        """
        return np.concatenate([doc.lex for doc in self]) if self else np.zeros(0, np.int32)


class ExampleBatch(list[Example]):
    """A list of examples, with the shared outputs of their predicted docs."""

    __slots__ = ("shared",)

    def __init__(
        self, examples: Iterable[Example] = (), *, shared: dict[str, SharedOutput] | None = None
    ) -> None:
        super().__init__(examples)
        self.shared: dict[str, SharedOutput] = {} if shared is None else shared

    @property
    def predicted(self) -> DocBatch:
        """The predicted docs, with the same shared outputs."""
        return DocBatch([example.predicted for example in self], shared=self.shared)

    @property
    def reference(self) -> DocBatch:
        """The reference docs, which share nothing."""
        return DocBatch([example.reference for example in self])
