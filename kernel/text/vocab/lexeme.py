"""The lexeme: a word type without context, as a view of one row of the lexeme table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.errors import TextError
from kernel.text.vectors.cosine_search import host
from kernel.text.vocab.views import Attribute, LexicalAttributes, ValueT, attribute, lexical_string
from kernel.text.words import attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable


def _settable(inherited: Attribute[ValueT], write: Callable[[Any, Any], None]) -> Attribute[ValueT]:
    """Return a property that reads as the one of tokens does, and can be set."""
    return attribute(inherited.__get__, write, doc=inherited.__doc__)


def _set_number(attr: int) -> Callable[[Lexeme, int], None]:
    return lambda lexeme, value: lexeme.table.set_value(lexeme.row, attr, value)


def _set_norm(lexeme: Lexeme, norm: str) -> None:
    lexeme.norm = lexeme.vocab.strings.add(norm)


def _set_lookup(table: str) -> Callable[[Lexeme, float], None]:
    def write(lexeme: Lexeme, value: float) -> None:
        lookups = lexeme.vocab.lookups
        if not lookups.has_table(table):
            lookups.add_table(table)
        lookups.get_table(table)[lexeme.orth] = value

    return write


class Lexeme(LexicalAttributes):
    """The attributes of one word type. A changed attribute changes in all texts.

    Made by `vocab["word"]`.
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
            row = self.table.row_of_orth(vocab.strings.as_int(orth or 0))
        self.row: int = row

    def __repr__(self) -> str:
        return f"Lexeme({self.text!r})"

    def __len__(self) -> int:
        return len(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexeme) and self.orth == other.orth

    def __lt__(self, other: Lexeme) -> bool:
        return self.orth < other.orth

    def __hash__(self) -> int:
        return self.orth

    text = lexical_string(attributes.ORTH)

    norm = _settable(LexicalAttributes.norm, _set_number(attributes.NORM))
    norm_ = _settable(LexicalAttributes.norm_, _set_norm)
    rank = _settable(LexicalAttributes.rank, _set_number(attributes.ID))
    cluster = _settable(LexicalAttributes.cluster, _set_number(attributes.CLUSTER))
    prob = _settable(LexicalAttributes.prob, _set_lookup("lexeme_prob"))
    sentiment = _settable(LexicalAttributes.sentiment, _set_lookup("lexeme_sentiment"))

    @property
    def flags(self) -> int:
        """All flags; the bit of each is its id."""
        return self.table.flags_of(self.row)

    def set_flag(self, flag_id: int, value: bool) -> None:
        """Set or clear the flag with this id."""
        self.table.set_value(self.row, flag_id, int(value))

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
            number = self.vocab.strings.add(value) if isinstance(value, str) else int(value)
            self.table.set_value(self.row, attr, number)

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
        return float(np.linalg.norm(host(self.vector)))

    def similarity(self, other: Any) -> float:
        """Return the cosine of the vectors of this lexeme and of a lexeme, token, span or doc."""
        norms = self.vector_norm * other.vector_norm
        return float(np.dot(host(self.vector), host(other.vector)) / norms) if norms else 0.0
