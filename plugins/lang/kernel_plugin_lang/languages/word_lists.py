"""Words in several spellings, and lists of words that the rules of a language file name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from kernel_plugin_lang.languages.braces import check_size, expand
from kernel_plugin_lang.languages.reading import Place, key, list_of, one_of, read_words

_FIRST_LETTER: Final = re.compile(r"[^\W\d_]")


def _capitalize(text: str) -> str:
    """Return the text with its first letter in upper case: `'N` for `'n`."""
    if text[:1].isalpha():
        return text[0].upper() + text[1:]
    return _FIRST_LETTER.sub(lambda match: match[0].upper(), text, count=1)


def _title(text: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in text.split("-"))


CASES: Final[Mapping[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "capitalize": _capitalize,
    "title": _title,
    "upper": str.upper,
}


def read_patterns(value: object, place: Place) -> list[str]:
    """Read words in which braces are expanded; see `braces`."""
    words: list[str] = []
    for pattern in read_words(value, place):
        words += expand_at(place, pattern, near=pattern)
        check_size_at(place, len(words), near=pattern)
    return words


def _read_some(value: object, place: Place) -> list[str]:
    words = read_patterns(value, place)
    if not words:
        raise place.error("expected at least one word")
    return words


def expand_at(place: Place, pattern: str, *, near: str) -> list[str]:
    """Return the words that a pattern stands for; mistakes are reported at the line of `near`."""
    try:
        words = expand(pattern)
    except ValueError as error:
        raise place.error(str(error), near=near) from error
    if "" in words:
        raise place.error(f"one of the words of {pattern!r} is empty", near=near)
    return words


def check_size_at(place: Place, n_words: int, *, near: str) -> None:
    """Raise DataError, with the line of `near`, for too many words."""
    try:
        check_size(n_words)
    except ValueError as error:
        raise place.error(str(error), near=near) from error


@frozen(kw_only=True)
class WordList:
    """Words that a rule can name: `{CLITICS}` stands for the words of the list `CLITICS`.

    words  the words; braces are expanded, see `braces`
    case   further spellings of each word
    """

    words: list[str] = key(_read_some)
    case: list[str] = key(list_of(one_of(*CASES)), default=())

    def pattern(self) -> str:
        """Return a regular expression that matches one of the words, a longer one first."""
        others = (CASES[name](word) for name in self.case for word in self.words)
        spelled = {*self.words, *others}
        longest_first = sorted(sorted(spelled), key=len, reverse=True)
        return f"(?:{'|'.join(map(re.escape, longest_first))})"
