"""The lexeme: a word type without context, as a view of one row of the lexeme table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.arrays import as_numpy
from kernel.errors import TextError
from kernel.text.vocab.views import (
    Attribute,
    LexicalAttributes,
    Ordered,
    ValueT,
    attribute,
    lexical_string,
)
from kernel.text.words import attributes
from kernel.text.words.lexical import FLAG_GETTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable


def _settable(inherited: Attribute[ValueT], write: Callable[[Any, Any], None]) -> Attribute[ValueT]:
    """Return a property that reads as the one of tokens does, and can be set."""
    return attribute(inherited.__get__, write, doc=inherited.__doc__)


def _set_number(attr: int) -> Callable[[Lexeme, int], None]:
    def write(lexeme: Lexeme, value: int) -> None:
        lexeme.table.set_value(lexeme.row, attr, int(value))
        current = lexeme.vocab.lexemes
        if current is not lexeme.table:
            # The words of new texts are looked up there.
            current.set_value(current.row(lexeme.text), attr, int(value))

    return write


def _set_string(attr: int) -> Callable[[Lexeme, str], None]:
    write = _set_number(attr)
    return lambda lexeme, text: write(lexeme, lexeme.vocab.strings.add(text))


def _set_flags(lexeme: Lexeme, flags: int) -> None:
    for flag in attributes.FLAGS:
        if (flags ^ lexeme.flags) >> flag & 1:
            lexeme.set_flag(flag, bool(flags >> flag & 1))


def _set_lookup(table: str) -> Callable[[Lexeme, float], None]:
    def write(lexeme: Lexeme, value: float) -> None:
        lookups = lexeme.vocab.lookups
        if not lookups.has_table(table):
            lookups.add_table(table)
        lookups.get_table(table)[lexeme.orth] = value

    return write


class Lexeme(Ordered, LexicalAttributes):
    """The attributes of one word type. A changed attribute changes in all texts.

    Flags, strings, rank, cluster, probability and sentiment can be set; what follows from the
    text of the word (`orth`, `text`, the length) cannot. Made by `vocab["word"]`.
    """

    __slots__ = ("row", "table", "vocab")

    def __init__(
        self,
        vocab: Vocab,
        orth: int | str | None = None,
        *,
        row: int | None = None,
        table: LexemeTable | None = None,
    ) -> None:
        self.vocab = vocab
        self.table: LexemeTable = vocab.lexemes if table is None else table
        if row is None:
            table = self.table
            row = table.row(orth) if isinstance(orth, str) else table.row_of_orth(orth or 0)
        self.row: int = row

    def __repr__(self) -> str:
        return f"Lexeme({self.text!r})"

    def __reduce__(self) -> Any:
        return type(self), (self.vocab, self.text)

    def __len__(self) -> int:
        return len(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexeme) and self.orth == other.orth

    def sort_key(self) -> int:
        """Return the id, by which lexemes are ordered."""
        return self.orth

    def __hash__(self) -> int:
        return self.orth

    text = lexical_string(attributes.ORTH)

    rank = _settable(LexicalAttributes.rank, _set_number(attributes.ID))
    cluster = _settable(LexicalAttributes.cluster, _set_number(attributes.CLUSTER))
    prob = _settable(LexicalAttributes.prob, _set_lookup("lexeme_prob"))
    sentiment = _settable(LexicalAttributes.sentiment, _set_lookup("lexeme_sentiment"))

    flags = attribute(
        lambda lexeme: lexeme.table.flags_of(lexeme.row),
        _set_flags,
        doc="All flags; the bit of each is its id.",
    )

    def set_flag(self, flag_id: int, value: bool) -> None:
        """Set or clear the flag with this id."""
        _set_number(flag_id)(self, bool(value))

    def set_attrs(self, **values: Any) -> None:
        """Set lexical attributes by name; floats are ignored, strings are added to the store.

        Raises UnknownKeyError for an unknown attribute, TextError for one that is not lexical.
        """
        for name, value in values.items():
            attr = attributes.attr_id(name)
            if isinstance(value, float):
                continue
            if not attributes.is_lexical(attr):
                raise TextError(f"`{name}` is not a lexical attribute")
            write = _set_string(attr) if isinstance(value, str) else _set_number(attr)
            write(self, value)

    @property
    def has_vector(self) -> bool:
        """Whether the vocabulary has a vector of the word."""
        return self.vocab.has_vector(self.orth)

    @property
    def vector(self) -> Any:
        """The vector of the word, zeros if it has no vector.

        returns  (width,)

        Raises TextError if the vocabulary has no vectors at all.
        """
        if self.vocab.vectors_length == 0:
            raise TextError(
                f"`{self.text}` has no vector: the vocabulary has no vectors",
                hint="load a pipeline with vectors, or add some with `vocab.set_vector`",
            )
        return self.vocab.get_vector(self.orth)

    @vector.setter
    def vector(self, vector: Any) -> None:
        self.vocab.set_vector(self.orth, vector)

    @property
    def vector_norm(self) -> float:
        """The L2 norm of `vector`."""
        return float(np.linalg.norm(as_numpy(self.vector)))

    def similarity(self, other: Any) -> float:
        """Return the cosine of the vectors of this lexeme and of a lexeme, token, span or doc."""
        norms = self.vector_norm * other.vector_norm
        return (
            float(np.dot(as_numpy(self.vector), as_numpy(other.vector)) / norms) if norms else 0.0
        )


_FLAGS: Final = (*FLAG_GETTERS, attributes.IS_STOP)
_STRINGS: Final = (
    attributes.LOWER,
    attributes.NORM,
    attributes.SHAPE,
    attributes.PREFIX,
    attributes.SUFFIX,
    attributes.LANG,
)


def _make_settable(attr: int, suffix: str, write: Callable[[Lexeme, Any], None]) -> None:
    name = attributes.attr_name(attr).lower() + suffix
    setattr(Lexeme, name, _settable(getattr(LexicalAttributes, name), write))


for _attr in (*_FLAGS, *_STRINGS):
    _make_settable(_attr, "", _set_number(_attr))
for _attr in _STRINGS:
    _make_settable(_attr, "_", _set_string(_attr))
