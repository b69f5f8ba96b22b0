"""Regular expressions in a language file: names in braces stand for characters and rules."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kernel.errors import did_you_mean
from kernel_plugin_lang import char_classes
from kernel_plugin_lang.languages.reading import Place, read_table, read_texts
from kernel_plugin_lang.languages.word_lists import WordList

_NAME: Final = re.compile(r"\{([A-Z_]+)\}")
# The reference to a group: `\1`, but not the backslash of `\\1`.
_REFERENCE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")

# An item that is only the name stands for these rules.
_LISTS: Final[Mapping[str, Callable[[], Sequence[str]]]] = {
    "PUNCT": lambda: char_classes.PUNCT,
    "QUOTES": lambda: char_classes.QUOTES,
    "ELLIPSES": lambda: char_classes.ELLIPSES,
    "CURRENCY": lambda: char_classes.CURRENCY,
    "UNITS": lambda: char_classes.UNITS,
    "HYPHENS": lambda: char_classes.HYPHENS.split("|"),
    "ICONS": lambda: [char_classes.icons()],
}
# Inside a rule, the name stands for this text.
_TEXTS: Final[Mapping[str, Callable[[], str]]] = {
    "ALPHA": char_classes.alpha,
    "ALPHA_LOWER": char_classes.alpha_lower,
    "ALPHA_UPPER": char_classes.alpha_upper,
    "CONCAT_ICONS": lambda: char_classes.icons()[1:-1],
    "CONCAT_QUOTES": lambda: char_classes.QUOTE_CHARS,
    "CURRENCY": lambda: "|".join(char_classes.CURRENCY),
    "HYPHENS": lambda: char_classes.HYPHENS,
    "PUNCT": lambda: char_classes.PUNCT_CHARS,
    "UNITS": lambda: "|".join(char_classes.UNITS),
}
_BASE: Final = "{BASE}"
_WHOLE_RULES: Final = ("BASE", *_LISTS)


@functools.cache
def text_of(name: str) -> str:
    """Return the text that a name in braces stands for inside a rule."""
    return _TEXTS[name]()


def patterns(value: object, place: Place) -> list[str]:
    """Read a list of regular expressions; see `check_names` for the names in braces."""
    rules = read_texts(value, place)
    for number, rule in enumerate(rules):
        try:
            _check(rule)
        except (re.error, OverflowError, RecursionError) as error:
            raise place.at(number).error(f"not a regular expression: {error}", near=rule) from error
        except ValueError as error:
            raise place.at(number).error(str(error), near=rule) from error
    return rules


def _check(rule: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        try:
            pattern = re.compile(_NAME.sub("x", rule))
        except FutureWarning as error:
            raise ValueError(f"ambiguous: {error}") from error
    if pattern.flags != re.UNICODE or pattern.groupindex or _REFERENCE.search(rule):
        raise ValueError(
            "rules are joined to one regular expression, so they cannot have flags, names of "
            "groups or references to them"
        )


def alternatives(value: object, place: Place) -> list[str]:
    """Read a regular expression, or the list of its alternatives."""
    return patterns([value] if isinstance(value, str) else value, place)


def compile_alternatives(rules: Sequence[str], lists: Mapping[str, WordList]) -> re.Pattern[str]:
    """Return the regular expression with these alternatives, which `alternatives` read."""
    return re.compile("|".join(expand_names(rule, lists) for rule in rules))


def expand_rules(
    rules: Sequence[str], base: Callable[[], list[str]], lists: Mapping[str, WordList]
) -> list[str]:
    """Return rules without names in braces; `{BASE}` stands for the rules `base()`."""
    expanded: list[str] = []
    for rule in rules:
        if rule == _BASE:
            expanded += base()
        elif rule[1:-1] in _LISTS and rule == f"{{{rule[1:-1]}}}":
            expanded += _LISTS[rule[1:-1]]()
        else:
            text = expand_names(rule, lists)
            # An anchor before or after the rule must hold for each alternative.
            expanded.append(f"(?:{text})" if "|" in rule else text)
    return expanded


def expand_names(rule: str, lists: Mapping[str, WordList]) -> str:
    """Return a regular expression in which the names in braces are replaced by their texts."""

    def text(match: re.Match[str]) -> str:
        name = match[1]
        return lists[name].pattern() if name in lists else text_of(name)

    return _NAME.sub(text, rule)


def check_names(rules: Sequence[str], lists: Mapping[str, WordList], place: Place) -> None:
    """Raise DataError if the rules at `place` have a name in braces that stands for nothing."""
    inside = {*_TEXTS, *lists}
    for number, rule in enumerate(rules):
        if rule == _BASE or rule[1:-1] in _LISTS:
            continue
        for name in _NAME.findall(rule):
            if name not in inside:
                is_whole = rule == f"{{{name}}}"
                known = inside.union(_WHOLE_RULES) if is_whole else inside
                raise place.at(number).error(
                    f"no `{{{name}}}` {'as a rule' if is_whole else 'inside a rule'}",
                    near=rule,
                    hint=did_you_mean(f"{{{name}}}", [f"{{{each}}}" for each in sorted(known)]),
                )


def check_width(rules: Sequence[str], place: Place) -> None:
    """Raise DataError if one of the rules at `place` matches anywhere, without any character."""
    for number, rule in enumerate(rules):
        # No rule is for this character.
        match = re.match(_NAME.sub("x", rule), "\0")
        if match and not match[0]:
            raise place.at(number).error("the rule matches where nothing is", near=rule)


def word_lists(value: object, place: Place) -> dict[str, WordList]:
    """Read lists of words, by name."""
    if not isinstance(value, dict):
        raise place.error("expected a table")
    for name in value:
        if not _NAME.fullmatch(f"{{{name}}}"):
            raise place.at(name).error("the name of a list must be in capital letters")
        if name in {*_TEXTS, *_LISTS, "BASE"}:
            raise place.at(name).error("the name stands for rules of all languages")
    return {name: read_table(WordList, each, place.at(name)) for name, each in value.items()}
