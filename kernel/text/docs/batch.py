"""Docs that are processed together, and what shared layers computed for them.

Axes: B docs, N tokens of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from kernel.text.docs.doc import Doc
from kernel.text.examples.example import Example

Ints = npt.NDArray[np.int32]


class DocBatch(list[Doc]):
    """A list of docs, with the shared outputs of its upstream components by name."""

    __slots__ = ("shared",)

    def __init__(self, docs: Iterable[Doc] = (), *, shared: dict[str, Any] | None = None) -> None:
        super().__init__(docs)
        self.shared: dict[str, Any] = {} if shared is None else shared

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
        self, examples: Iterable[Example] = (), *, shared: dict[str, Any] | None = None
    ) -> None:
        super().__init__(examples)
        self.shared: dict[str, Any] = {} if shared is None else shared

    @property
    def predicted(self) -> DocBatch:
        """The predicted docs, with the same shared outputs."""
        return DocBatch([example.predicted for example in self], shared=self.shared)

    @property
    def reference(self) -> DocBatch:
        """The reference docs, which share nothing."""
        return DocBatch([example.reference for example in self])
