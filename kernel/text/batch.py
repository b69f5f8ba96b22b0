"""Docs and examples that are processed together.

Axes: B docs, N tokens of all of them.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from kernel.text.docs.columns import Bools, Ints, Values, concatenate, is_set_in_any, write_parts
from kernel.text.docs.doc import Doc
from kernel.text.examples.example import Example

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

ItemT = TypeVar("ItemT")


class _Batch(list[ItemT]):
    __slots__ = ("shared",)

    def __init__(
        self, items: Iterable[ItemT] = (), *, shared: dict[str, Any] | None = None
    ) -> None:
        super().__init__(items)
        self.shared: dict[str, Any] = {} if shared is None else shared

    @classmethod
    def of(cls, items: Iterable[ItemT]) -> Self:
        """Return `items` as a batch; a batch is returned unchanged, with its shared outputs."""
        return items if isinstance(items, cls) else cls(items)


class DocBatch(_Batch[Doc]):
    """A list of docs, with the shared outputs of its upstream components by name."""

    __slots__ = ()

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
        # Of a single doc, which is the most common batch, faster than an array's sum.
        return np.array(list(accumulate(map(len, self), initial=0)), np.int32)

    def lex(self) -> Ints:
        """Return the lexeme rows of all docs, one after the other.

        returns  (N,)
        """
        return np.concatenate([doc.lex for doc in self]) if self else np.zeros(0, np.int32)

    def whitespace(self) -> Bools:
        """Return for each token of all docs whether it is whitespace.

        returns  (N,)
        """
        if self and all(doc.lexemes is self[0].lexemes for doc in self):
            return self[0].lexemes.whitespace().take(self.lex())
        return np.concatenate([np.zeros(0, np.bool_), *(doc.whitespace() for doc in self)])

    def column(self, name: str) -> Values:
        """Return an annotation column of all docs, one after the other.

        returns  (N,)  a copy; the unset values in docs that do not have it, and in a column of
                 tokens indices into all tokens of the batch

        Raises TextError for an unknown column.
        """
        return concatenate(self, name)

    def has_column(self, name: str) -> bool:
        """Return whether something has set an annotation column of any doc."""
        return is_set_in_any(self, name)

    def write(self, **columns: npt.ArrayLike) -> None:
        """Set annotation columns of all docs, given as `column` returns them; they are copied.

        columns  (N,)  each, by name

        Raises TextError for an unknown column, or another number of values.
        """
        for name, values in columns.items():
            write_parts(self, name, values)


class ExampleBatch(_Batch[Example]):
    """A list of examples, with the shared outputs of their predicted docs."""

    __slots__ = ()

    @property
    def predicted(self) -> DocBatch:
        """The predicted docs, with the same shared outputs."""
        return DocBatch([example.predicted for example in self], shared=self.shared)

    @property
    def reference(self) -> DocBatch:
        """The reference docs, which share nothing."""
        return DocBatch([example.reference for example in self])
