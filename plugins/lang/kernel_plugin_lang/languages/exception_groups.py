"""The special cases of a language file: groups of words, each group written as a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import TypeAlias

from attrs import frozen

from kernel_plugin_lang.exceptions import Rules, token, with_curly_apostrophes
from kernel_plugin_lang.languages.reading import (
    Place,
    key,
    list_of,
    one_of,
    read_flag,
    read_text,
    read_text_by_text,
)
from kernel_plugin_lang.languages.word_lists import (
    CASES,
    check_size_at,
    expand_at,
    read_patterns,
)

# The tokens of a special case, each with its text and its NORM, if that is not the default.
_Tokens: TypeAlias = list[tuple[str, str | None]]


def _read_norms(value: object, place: Place) -> dict[str, str]:
    """Read a table of NORMs by word; braces in a NORM belong to those in the word, in order."""
    norms: dict[str, str] = {}
    for pattern, norm in read_text_by_text(value, place).items():
        words = expand_at(place, pattern, near=pattern)
        expanded = expand_at(place, norm, near=pattern)
        if len(expanded) == 1:
            expanded *= len(words)
        if len(expanded) != len(words):
            raise place.at(pattern).error(f"{len(words)} words, but {len(expanded)} norms")
        norms |= zip(words, expanded, strict=True)
    return norms


def _read_split(value: object, place: Place) -> list[list[list[str]]]:
    """Read lines of tokens; return the alternatives of each token of each line."""
    lines: list[list[list[str]]] = []
    n_cases = 0
    for line in filter(str.strip, read_text(value, place).splitlines()):
        lines.append([expand_at(place, token, near=line) for token in line.split()])
        n_cases += prod(map(len, lines[-1]))
        check_size_at(place, n_cases, near=line)
    return lines


def _read_doubled(value: object, place: Place) -> list[str]:
    """Read words that are repeated."""
    return [_doubled(word, place) for word in read_patterns(value, place)]


@frozen(kw_only=True)
class SpecialCaseGroup:
    """Special cases that are alike. Braces in their texts are expanded; see `braces`.

    words        words that are one token each
    norms        words that are one token each, with the NORM of the token; `"{a,b}." = "{c,d}"`
                 stands for `"a." = "c"` and `"b." = "d"`
    split        on each line the tokens of one special case, with `=NORM` after a token, or only
                 `=` if the NORM is the token as written
    doubled      words that are repeated after a hyphen, as one token; affixes in brackets are not
                 repeated: `(ber)jalan` stands for `berjalan-jalan`, `buah(an)` for `buah-buahan`
    case         further spellings of each special case
    apostrophes  whether each special case with an apostrophe is added with a curly one too
    """

    words: list[str] = key(read_patterns, default=())
    norms: dict[str, str] = key(_read_norms, default={})
    split: list[list[list[str]]] = key(_read_split, default=())
    doubled: list[str] = key(_read_doubled, default=())
    case: list[str] = key(list_of(one_of(*CASES)), default=())
    apostrophes: bool = key(read_flag, default=False)

    def rules(self) -> Rules:
        """Return the special cases of the group."""
        rules: Rules = {word: [token(word)] for word in self._whole_words()}
        for tokens in self._with_norms_or_parts():
            rules["".join([part for part, _ in tokens])] = [token(*part) for part in tokens]
        return with_curly_apostrophes(rules) if self.apostrophes else rules

    def _whole_words(self) -> Iterator[str]:
        """Yield the special cases that are one token, without a NORM."""
        words = [*self.words, *self.doubled]
        yield from words
        for name in self.case:
            yield from map(CASES[name], words)

    def _with_norms_or_parts(self) -> Iterator[_Tokens]:
        tokens: list[_Tokens] = [[(word, norm)] for word, norm in self.norms.items()]
        tokens += [list(map(_with_norm, parts)) for line in self.split for parts in product(*line)]
        yield from tokens
        for name in self.case:
            for each in tokens:
                yield _in_case(each, name)


def _doubled(written: str, place: Place) -> str:
    """Return a word repeated after a hyphen, between the affixes in brackets."""
    prefix, word, suffix = "", written, ""
    if word.startswith("("):
        prefix, _, word = word[1:].partition(")")
    if word.endswith(")"):
        word, _, suffix = word[:-1].partition("(")
    if not word:
        raise place.error(f"no word in {written!r} is repeated", near=written)
    return f"{prefix}{word}-{word}{suffix}"


def _with_norm(written: str) -> tuple[str, str | None]:
    """Return the text and the NORM of a token: `text=norm`, or `text=` with itself as NORM."""
    rest, equals, norm = written[1:].partition("=")
    text = written[:1] + rest
    return text, (norm or text) if equals else None


def _in_case(tokens: _Tokens, case: str) -> _Tokens:
    spell = CASES[case]
    # Only the first word of the special case is capitalized.
    last = 1 if case == "capitalize" else len(tokens)
    return [(spell(text), norm) for text, norm in tokens[:last]] + tokens[last:]
