"""Words in several spellings, and lists of words that the rules of a language file name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from kernel_plugin_lang.languages.braces import expand_all
from kernel_plugin_lang.languages.reading import key, list_of, one_of, read_words

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


@frozen(kw_only=True)
class WordList:
    """Words that a rule can name: `{CLITICS}` stands for the words of the list `CLITICS`.

    words  the words; braces are expanded, see `braces`
    case   further spellings of each word
    """

    words: list[str] = key(read_words)
    case: list[str] = key(list_of(one_of(*CASES)), default=())

    def pattern(self) -> str:
        """Return a regular expression that matches one of the words, a longer one first."""
        words = expand_all(self.words)
        spelled = {*words, *(CASES[name](word) for name in self.case for word in words)}
        longest_first = sorted(sorted(spelled), key=len, reverse=True)
        return f"(?:{'|'.join(map(re.escape, longest_first))})"
