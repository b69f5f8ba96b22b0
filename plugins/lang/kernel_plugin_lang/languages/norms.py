"""The table `[norms]` of a language file: the base forms of words."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from kernel.text import lexical
from kernel_plugin_lang.languages.reading import (
    key,
    list_of,
    read_count,
    read_flag,
    read_text_by_text,
    read_words,
    table,
)
from kernel_plugin_lang.languages.tables import Makers, Table


@frozen(kw_only=True)
class EndingGroup:
    """Endings that base forms do not have.

    endings     the endings
    cut         the number of characters that are cut off, by default those of the ending
    min_length  the number of characters that a word must have, by default one more than the ending
    """

    endings: list[str] = key(read_words)
    cut: int | None = key(read_count, default=None)
    min_length: int | None = key(read_count, default=None)

    def rules(self) -> list[tuple[str, int, int]]:
        """Return each ending with its `cut` and `min_length`."""
        return [
            (
                ending,
                len(ending) if self.cut is None else self.cut,
                len(ending) + 1 if self.min_length is None else self.min_length,
            )
            for ending in self.endings
        ]


@frozen(kw_only=True)
class NormsTable(Table):
    """How the base form (NORM) of a word is made.

    words    base forms of words, in the case in which they are written
    endings  groups of endings; the first that a word has is cut off
    lower    whether the base form of all other words is in lower case
    """

    words: dict[str, str] = key(read_text_by_text, default={})
    endings: list[EndingGroup] = key(list_of(table(EndingGroup)), default=())
    lower: bool = key(read_flag, default=True)

    def lex_attr_getters(self) -> Makers:
        """Return NORM."""
        return {"NORM": self._norm}

    def _norm(self) -> Norm:
        rules = tuple(rule for group in self.endings for rule in group.rules())
        return Norm(words=self.words, endings=rules, lower=self.lower)


@frozen(kw_only=True)
class Norm:
    """Finds the base forms of words; the fields are those of `NormsTable`."""

    words: Mapping[str, str]
    endings: tuple[tuple[str, int, int], ...]
    lower: bool

    def __call__(self, text: str) -> str:
        """Return the base form of the text."""
        known = lexical.BASE_NORMS.get(text) or self.words.get(text)
        if known:
            return known
        for ending, cut, min_length in self.endings:
            if text.endswith(ending) and len(text) >= min_length:
                return text[: len(text) - cut]
        return text.lower() if self.lower else text
