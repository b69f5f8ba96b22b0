"""Properties that read a lexical attribute of a token or a lexeme from the lexeme table."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, overload

from kernel.text.words import attributes

if TYPE_CHECKING:
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable

ValueT = TypeVar("ValueT")


class RowView(Protocol):
    """An object that represents one row of a lexeme table: a token or a lexeme."""

    @property
    def vocab(self) -> Vocab:
        """The vocabulary."""

    @property
    def table(self) -> LexemeTable:
        """The lexeme table."""

    @property
    def row(self) -> int:
        """The row."""


class Attribute(Generic[ValueT]):
    """A property that `attribute` returns, as type checkers see it."""

    @overload
    def __get__(self, view: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, view: object, owner: Any = None) -> ValueT: ...
    def __get__(self, view: object, owner: Any = None) -> Any:
        raise NotImplementedError

    def __set__(self, view: Any, value: Any) -> None:
        raise NotImplementedError


def attribute(
    read: Callable[[Any], ValueT],
    write: Callable[[Any, Any], None] | None = None,
    *,
    doc: str | None,
) -> Attribute[ValueT]:
    """Return a property with this docstring, which keeps the type of its values."""
    return property(read, write, doc=doc)  # type: ignore[return-value]


def lexical_id(attr: int, doc: str | None = None) -> Attribute[int]:
    """Return a property with the value of a lexical attribute as a number."""

    def read(view: RowView) -> int:
        return view.table.value(view.row, attr)

    return attribute(read, doc=doc or f"{attributes.attr_name(attr)}, as a number.")


def lexical_string(attr: int) -> Attribute[str]:
    """Return a property with the value of a lexical attribute as a string."""

    def read(view: RowView) -> str:
        return view.vocab.strings[view.table.value(view.row, attr)]

    return attribute(read, doc=f"{attributes.attr_name(attr)}, as a string.")


def lexical_flag(attr: int) -> Attribute[bool]:
    """Return a property with the value of a lexical attribute that is true or false."""

    def read(view: RowView) -> bool:
        return bool(view.table.value(view.row, attr))

    return attribute(read, doc=f"{attributes.attr_name(attr)}, true or false.")


def _lookup(view: RowView, table: str, default: float) -> float:
    """Return the value of the word in a lookup table such as `lexeme_prob`, or `default`."""
    lookups = view.vocab.lookups
    if not lookups.has_table(table):
        return default
    return float(lookups.get_table(table).get(view.table.value(view.row, attributes.ORTH), default))


def _cluster(view: RowView) -> int:
    own = view.table.value(view.row, attributes.CLUSTER)
    return own or int(_lookup(view, "lexeme_cluster", 0))


def _prob(view: RowView) -> float:
    return _lookup(view, "lexeme_prob", view.vocab.cfg.get("oov_prob", -20.0))


def _sentiment(view: RowView) -> float:
    return _lookup(view, "lexeme_sentiment", 0.0)


class Ordered:
    """An object with an order among those of its class; None comes before all of them."""

    __slots__ = ()

    def sort_key(self) -> Any:
        """Return what objects of this class are ordered by."""
        raise NotImplementedError

    def _is_ordered(self, other: object, is_right: Callable[[Any, Any], bool]) -> bool:
        if other is None:
            return is_right(1, 0)
        if not isinstance(other, type(self)):
            return NotImplemented
        return is_right(self.sort_key(), other.sort_key())

    def __lt__(self, other: object) -> bool:
        return self._is_ordered(other, operator.lt)

    def __le__(self, other: object) -> bool:
        return self._is_ordered(other, operator.le)

    def __gt__(self, other: object) -> bool:
        return self._is_ordered(other, operator.gt)

    def __ge__(self, other: object) -> bool:
        return self._is_ordered(other, operator.ge)


class LexicalAttributes:
    """The attributes of tokens and lexemes that depend only on the word."""

    __slots__ = ()

    orth = lexical_id(attributes.ORTH)
    orth_ = lexical_string(attributes.ORTH)
    norm = lexical_id(attributes.NORM)
    norm_ = lexical_string(attributes.NORM)
    lower = lexical_id(attributes.LOWER)
    lower_ = lexical_string(attributes.LOWER)
    shape = lexical_id(attributes.SHAPE)
    shape_ = lexical_string(attributes.SHAPE)
    prefix = lexical_id(attributes.PREFIX)
    prefix_ = lexical_string(attributes.PREFIX)
    suffix = lexical_id(attributes.SUFFIX)
    suffix_ = lexical_string(attributes.SUFFIX)
    lang = lexical_id(attributes.LANG)
    lang_ = lexical_string(attributes.LANG)
    is_alpha = lexical_flag(attributes.IS_ALPHA)
    is_ascii = lexical_flag(attributes.IS_ASCII)
    is_digit = lexical_flag(attributes.IS_DIGIT)
    is_lower = lexical_flag(attributes.IS_LOWER)
    is_upper = lexical_flag(attributes.IS_UPPER)
    is_title = lexical_flag(attributes.IS_TITLE)
    is_punct = lexical_flag(attributes.IS_PUNCT)
    is_space = lexical_flag(attributes.IS_SPACE)
    is_bracket = lexical_flag(attributes.IS_BRACKET)
    is_quote = lexical_flag(attributes.IS_QUOTE)
    is_left_punct = lexical_flag(attributes.IS_LEFT_PUNCT)
    is_right_punct = lexical_flag(attributes.IS_RIGHT_PUNCT)
    is_currency = lexical_flag(attributes.IS_CURRENCY)
    is_stop = lexical_flag(attributes.IS_STOP)
    like_num = lexical_flag(attributes.LIKE_NUM)
    like_url = lexical_flag(attributes.LIKE_URL)
    like_email = lexical_flag(attributes.LIKE_EMAIL)

    def check_flag(self: RowView, flag_id: int) -> bool:
        """Return whether the flag with this id is set."""
        return bool(self.table.value(self.row, flag_id))

    @property
    def is_oov(self: RowView) -> bool:
        """Whether the word has no vector."""
        return not self.vocab.has_vector(self.table.value(self.row, attributes.ORTH))

    rank = lexical_id(
        attributes.ID, "Index in a frequency list or in the vectors; 2**64 - 1 if it is not set."
    )

    cluster = attribute(_cluster, doc="Brown cluster, 0 if it is not set.")
    prob = attribute(_prob, doc="Log probability, from the lookup table `lexeme_prob`.")
    sentiment = attribute(
        _sentiment, doc="How positive the word is, from the lookup table `lexeme_sentiment`."
    )
