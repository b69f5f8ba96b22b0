"""The table `[numbers]` of a language file: numbers and currencies that are written as words."""

from __future__ import annotations

import unicodedata
from typing import Final

from attrs import frozen

from kernel.text import lexical
from kernel_plugin_lang.languages.patterns import (
    alternatives,
    check_names,
    compile_alternatives,
)
from kernel_plugin_lang.languages.reading import Place, key, read_flag, read_text
from kernel_plugin_lang.languages.tables import Makers, Table
from kernel_plugin_lang.languages.word_lists import read_patterns

_SIGNS: Final = "+-±~"
_SEPARATORS: Final = ",."


def _pattern(value: object, place: Place) -> list[str]:
    """Read a regular expression, or its alternatives, with names of characters in braces."""
    rules = alternatives(value, place)
    check_names(rules, {}, place)
    return rules


@frozen(kw_only=True)
class NumbersTable(Table):
    """How the language writes numbers, besides digits.

    words           number words
    ordinals        number words for ordinals
    endings         what follows the digits of an ordinal, such as "th" in "4th"
    pattern         a regular expression of whole numbers, such as Roman numerals
    parts           texts that make a number of any word they are part of
    currencies      words for currencies, in the case in which they are written
    signs           characters with which a number may start
    separators      characters without a meaning anywhere in a number
    fraction_bars   characters that may be between two numbers in digits
    hyphenated      whether a word with one hyphen is a number if the part after it is one
    match_case      whether words and endings count only in the case in which they are listed
    ignore_accents  whether words count with and without accents, such as tone marks
    """

    words: list[str] = key(read_patterns, default=())
    ordinals: list[str] = key(read_patterns, default=())
    endings: list[str] = key(read_patterns, default=())
    pattern: list[str] = key(_pattern, default=())
    parts: list[str] = key(read_patterns, default=())
    currencies: list[str] = key(read_patterns, default=())
    signs: str = key(read_text, default=_SIGNS)
    separators: str = key(read_text, default=_SEPARATORS)
    fraction_bars: str = key(read_text, default="/")
    hyphenated: bool = key(read_flag, default=False)
    match_case: bool = key(read_flag, default=False)
    ignore_accents: bool = key(read_flag, default=False)

    def lex_attr_getters(self) -> Makers:
        """Return LIKE_NUM, and IS_CURRENCY if there are words for currencies."""
        makers: Makers = {"LIKE_NUM": lambda: LikeNum(self)}
        if self.currencies:
            makers["IS_CURRENCY"] = lambda: IsCurrency(frozenset(self.currencies))
        return makers


class LikeNum:
    """Tells which words are numbers in a language, as its table `[numbers]` describes them."""

    def __init__(self, table: NumbersTable) -> None:
        self._table = table
        self._words = frozenset(map(self._form, (*table.words, *table.ordinals)))
        self._endings = tuple(map(self._form, table.endings))
        self._match = compile_alternatives(table.pattern, {}).fullmatch if table.pattern else None

    def __call__(self, text: str) -> bool:
        """Return whether the text is a number in digits or words, cardinal or ordinal."""
        number = self._bare(text)
        if number.isdigit() or self._is_fraction(number):
            return True
        word = self._form(number)
        return (
            word in self._words
            or self._is_ordinal(word)
            or (self._match is not None and self._match(word) is not None)
            or (self._table.hyphenated and self._ends_in_number(number))
            or any(part in text for part in self._table.parts)
        )

    def _bare(self, text: str) -> str:
        """Return the text without its sign and separators."""
        if text[:1] in self._table.signs:
            text = text[1:]
        for separator in self._table.separators:
            text = text.replace(separator, "")
        return text

    def _form(self, word: str) -> str:
        """Return the form in which words are compared."""
        if not self._table.match_case:
            word = word.lower()
        return _without_accents(word) if self._table.ignore_accents else word

    def _is_fraction(self, number: str) -> bool:
        for bar in self._table.fraction_bars:
            if number.count(bar) == 1:
                over, under = number.split(bar)
                if over.isdigit() and under.isdigit():
                    return True
        return False

    def _is_ordinal(self, word: str) -> bool:
        """Return whether the word is digits with one of the endings."""
        return word.endswith(self._endings) and any(
            word.removesuffix(ending).isdigit() for ending in self._endings
        )

    def _ends_in_number(self, number: str) -> bool:
        """Return whether the part after the only hyphen is a number."""
        if number.count("-") != 1:
            return False
        last = number.rpartition("-")[2]
        return last.isdigit() or last in self._words


@frozen
class IsCurrency:
    """Tells which words are currencies: signs, and `words`."""

    words: frozenset[str]

    def __call__(self, text: str) -> bool:
        """Return whether the text is a currency."""
        return text in self.words or lexical.is_currency(text)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
