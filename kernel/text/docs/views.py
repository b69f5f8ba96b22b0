"""What docs, spans and tokens have in common, and properties of tokens that show columns."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

import numpy as np

from kernel.arrays import array_module, as_numpy, on_device_of
from kernel.text.docs.underscore import Extensible
from kernel.text.vocab.views import Attribute, Ordered, attribute

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.docs.token import Token
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.column import Column
    from kernel.text.words.lexemes import LexemeTable

Kind = Literal["doc", "span", "token"]
ValueT = TypeVar("ValueT")


def hookable(
    member: Callable[[Any], ValueT],
    write: Callable[[Any, Any], None] | None = None,
    *,
    name: str = "",
) -> Attribute[ValueT]:
    """Return a property that a user's hook of its name, in `doc.user_hooks` say, replaces."""
    name = name or member.__name__

    def read(view: TextView) -> ValueT:
        hooks = view.doc.hooks
        hook = None if hooks is None else hooks[view.kind].get(name)
        return member(view) if hook is None else hook(view)

    return attribute(read, write, doc=member.__doc__)


class TextView(Extensible):
    """A doc, a span or a token: a text that has a vector and may have users' hooks."""

    __slots__ = ()

    kind: ClassVar[Kind]

    if TYPE_CHECKING:

        @property
        def doc(self) -> Doc:
            """The doc."""

        @property
        def text(self) -> str:
            """The text."""

        @property
        def vector(self) -> Any:
            """The vector."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    @hookable
    def vector_norm(self) -> float:
        """The L2 norm of `vector`."""
        return vector_norm(self.vector)

    def similarity(self, other: Any) -> float:
        """Return the cosine of this vector and that of another doc, span or token."""
        hook = self.doc.hook(self.kind, "similarity")
        return (hook or cosine)(self, other)


class PartView(Ordered, TextView):
    """A span or a token: a part of a doc."""

    __slots__ = ()

    @property
    def vocab(self) -> Vocab:
        """The vocabulary of the doc."""
        return self.doc.vocab

    @property
    def table(self) -> LexemeTable:
        """The lexeme table of the doc."""
        return self.doc.lexemes


def cosine(one: Any, other: Any) -> float:
    """Return the cosine of two vectors; 1.0 for the same words, 0.0 if one has none."""
    attr = one.vocab.vectors_attr
    if _words(one, attr) == _words(other, attr):
        return 1.0
    if not one.doc.vocab.has_vectors:
        warnings.warn(
            "similarity without word vectors compares context vectors, if there are any",
            stacklevel=3,
        )
    norms = one.vector_norm * other.vector_norm
    if norms == 0:
        warnings.warn("similarity of something without a vector is 0", stacklevel=3)
        return 0.0
    return float(np.dot(as_numpy(one.vector), as_numpy(other.vector)) / norms)


def _words(view: Any, attr: int) -> list[int]:
    """Return the attribute of every token of a doc, a span or a token, or that of a lexeme."""
    if not hasattr(view, "doc"):
        return [view.table.value(view.row, attr)]
    start, end = getattr(view, "start", 0), getattr(view, "end", len(view.doc))
    if hasattr(view, "i"):
        start, end = view.i, view.i + 1
    return view.doc.to_array(attr)[start:end].tolist()


def vector_rows(doc: Doc, start: int, end: int) -> Any:
    """Return the vectors of the tokens from `start` to `end`, or rows of the tensor.

    returns  (end - start, width)
    """
    vectors = doc.vocab.vectors
    if doc.vocab.has_vectors:
        keys = doc.to_array(doc.vocab.vectors_attr)[start:end]
        found = vectors.get_batch(keys)
        # What is not known gets another word's vector there.
        found[on_device_of(found, ~vectors.are_known(keys))] = 0
        return found
    if doc.tensor.size:
        return doc.tensor[start:end]
    return np.zeros((end - start, max(0, doc.vocab.vectors_length)), np.float32)


def mean_vector(doc: Doc, start: int, end: int) -> Any:
    """Return the mean of `vector_rows`.

    returns  (width,)
    """
    found = vector_rows(doc, start, end)
    if end > start:
        return found.mean(axis=0)
    return array_module(found).zeros(found.shape[1:], np.float32)


def vector_norm(vector: Any) -> float:
    """Return the L2 norm of a vector of any device."""
    return float(np.sqrt((as_numpy(vector) ** 2).sum()))


def column_id(name: str) -> Attribute[int]:
    """Return a property with an annotation of a token as a number."""

    def read(token: Token) -> int:
        column = token.doc.annotations.get(name)
        return 0 if column is None else column.item(token.i)

    return attribute(read, _setter(name), doc=f"`{name}`, as a number; 0 if unset.")


def column_string(name: str) -> Attribute[str]:
    """Return a property with an annotation of a token as a string."""

    def read(token: Token) -> str:
        column = token.doc.annotations.get(name)
        return "" if column is None else token.doc.vocab.strings[column.item(token.i)]

    def write(token: Token, value: str | None) -> None:
        text = "" if value is None else value
        token.doc.ensure_column(name)[token.i] = token.doc.add_string(name, text)

    return attribute(read, write, doc=f"`{name}`, as a string; empty if unset.")


def column_number(column: Column) -> Attribute[Any]:
    """Return a property with a number that a token has."""

    def read(token: Token) -> Any:
        return token.doc.column(column.name).item(token.i)

    doc = f"`{column.name}`, a number; {column.unset} if unset."
    return attribute(read, _setter(column.name), doc=doc)


def column_token(name: str) -> Attribute[Any]:
    """Return a property with the token that another one refers to; its index may be set."""

    def read(token: Token) -> Token:
        return token.doc[token.doc.column(name).item(token.i)]

    def write(token: Token, value: Token | int) -> None:
        target = value if isinstance(value, int) else value.i
        # Raises for an index outside of the doc.
        token.doc.ensure_column(name)[token.i] = token.doc[target].i

    return attribute(read, write, doc=f"`{name}`, a token; the token itself if unset.")


def _setter(name: str) -> Callable[[Token, float], None]:
    def write(token: Token, value: float) -> None:
        token.doc.ensure_column(name)[token.i] = value

    return write
