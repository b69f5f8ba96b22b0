"""Descriptors that read a lexical attribute of a token or a lexeme from the lexeme table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, overload

from kernel.text.words import attributes

if TYPE_CHECKING:
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable


class RowView(Protocol):
    """An object that represents one row of a lexeme table: a token or a lexeme."""

    @property
    def vocab(self) -> Vocab:
        """The vocabulary."""
        ...

    @property
    def table(self) -> LexemeTable:
        """The lexeme table."""
        ...

    @property
    def row(self) -> int:
        """The row."""
        ...


class LexicalId:
    """A lexical attribute as a number."""

    def __init__(self, attr: int) -> None:
        self.attr = attr
        self.__doc__ = f"{attributes.attr_name(attr)}, as a number."

    @overload
    def __get__(self, view: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, view: RowView, owner: Any = None) -> int: ...
    def __get__(self, view: RowView | None, owner: Any = None) -> int | Self:
        if view is None:
            return self
        return view.table.value(view.row, self.attr)


class LexicalString:
    """A lexical attribute as a string."""

    def __init__(self, attr: int) -> None:
        self.attr = attr
        self.__doc__ = f"{attributes.attr_name(attr)}, as a string."

    @overload
    def __get__(self, view: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, view: RowView, owner: Any = None) -> str: ...
    def __get__(self, view: RowView | None, owner: Any = None) -> str | Self:
        if view is None:
            return self
        return view.vocab.strings[view.table.value(view.row, self.attr)]


class LexicalFlag:
    """A lexical attribute that is true or false."""

    def __init__(self, attr: int) -> None:
        self.attr = attr
        self.__doc__ = f"{attributes.attr_name(attr)}, true or false."

    @overload
    def __get__(self, view: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, view: RowView, owner: Any = None) -> bool: ...
    def __get__(self, view: RowView | None, owner: Any = None) -> bool | Self:
        if view is None:
            return self
        return bool(view.table.value(view.row, self.attr))


class LexicalAttributes:
    """The attributes of tokens and lexemes that depend only on the word."""

    __slots__ = ()

    orth = LexicalId(attributes.ORTH)
    orth_ = LexicalString(attributes.ORTH)
    lower = LexicalId(attributes.LOWER)
    lower_ = LexicalString(attributes.LOWER)
    shape = LexicalId(attributes.SHAPE)
    shape_ = LexicalString(attributes.SHAPE)
    prefix = LexicalId(attributes.PREFIX)
    prefix_ = LexicalString(attributes.PREFIX)
    suffix = LexicalId(attributes.SUFFIX)
    suffix_ = LexicalString(attributes.SUFFIX)
    lang = LexicalId(attributes.LANG)
    lang_ = LexicalString(attributes.LANG)
    is_alpha = LexicalFlag(attributes.IS_ALPHA)
    is_ascii = LexicalFlag(attributes.IS_ASCII)
    is_digit = LexicalFlag(attributes.IS_DIGIT)
    is_lower = LexicalFlag(attributes.IS_LOWER)
    is_upper = LexicalFlag(attributes.IS_UPPER)
    is_title = LexicalFlag(attributes.IS_TITLE)
    is_punct = LexicalFlag(attributes.IS_PUNCT)
    is_space = LexicalFlag(attributes.IS_SPACE)
    is_bracket = LexicalFlag(attributes.IS_BRACKET)
    is_quote = LexicalFlag(attributes.IS_QUOTE)
    is_left_punct = LexicalFlag(attributes.IS_LEFT_PUNCT)
    is_right_punct = LexicalFlag(attributes.IS_RIGHT_PUNCT)
    is_currency = LexicalFlag(attributes.IS_CURRENCY)
    is_stop = LexicalFlag(attributes.IS_STOP)
    like_num = LexicalFlag(attributes.LIKE_NUM)
    like_url = LexicalFlag(attributes.LIKE_URL)
    like_email = LexicalFlag(attributes.LIKE_EMAIL)

    def check_flag(self: RowView, flag_id: int) -> bool:
        """Return whether the flag with this id is set."""
        return bool(self.table.value(self.row, flag_id))

    @property
    def is_oov(self: RowView) -> bool:
        """Whether the word has no vector."""
        return not self.vocab.has_vector(self.table.value(self.row, attributes.ORTH))

    @property
    def rank(self: RowView) -> int:
        """Index in a frequency list or in the vectors; 2**64 - 1 if it is not set."""
        return self.table.value(self.row, attributes.ID)

    @property
    def cluster(self: RowView) -> int:
        """Brown cluster, 0 if it is not set."""
        own = self.table.value(self.row, attributes.CLUSTER)
        return own or int(lexeme_lookup(self, "lexeme_cluster", 0))

    @property
    def prob(self: RowView) -> float:
        """Log probability, from the lookup table `lexeme_prob`."""
        return lexeme_lookup(self, "lexeme_prob", self.vocab.cfg.get("oov_prob", -20.0))


def lexeme_lookup(view: RowView, table: str, default: float) -> float:
    """Return the value of the word in a lookup table such as `lexeme_prob`, or `default`."""
    lookups = view.vocab.lookups
    if not lookups.has_table(table):
        return default
    return float(lookups.get_table(table).get(view.table.value(view.row, attributes.ORTH), default))
