"""Regular expressions in a language file: names in braces stand for characters and rules."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kernel_plugin_lang import char_classes
from kernel_plugin_lang.languages.reading import Place, read_texts

_NAME: Final = re.compile(r"\{([A-Z_]+)\}")

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


@functools.cache
def text_of(name: str) -> str:
    """Return the text that a name in braces stands for inside a rule."""
    return _TEXTS[name]()


def patterns(value: object, place: Place) -> list[str]:
    """Read a list of regular expressions, and check the names in braces."""
    rules = read_texts(value, place)
    for number, rule in enumerate(rules):
        _check(rule, place.at(number))
    return rules


def alternatives(value: object, place: Place) -> list[str]:
    """Read a regular expression, or the list of its alternatives."""
    return patterns([value] if isinstance(value, str) else value, place)


def expand_rules(rules: Sequence[str], base: Callable[[], list[str]]) -> list[str]:
    """Return rules without names in braces; `{BASE}` stands for the rules `base()`."""
    expanded: list[str] = []
    for rule in rules:
        if rule == _BASE:
            expanded += base()
        elif rule[1:-1] in _LISTS and rule == f"{{{rule[1:-1]}}}":
            expanded += _LISTS[rule[1:-1]]()
        else:
            expanded.append(expand_names(rule))
    return expanded


def expand_names(rule: str) -> str:
    """Return a regular expression in which the names in braces are replaced by their texts."""
    return _NAME.sub(lambda match: text_of(match[1]), rule)


def _check(rule: str, place: Place) -> None:
    if rule == _BASE or rule[1:-1] in _LISTS:
        return
    for name in _NAME.findall(rule):
        if name not in _TEXTS:
            known = " ".join(f"{{{each}}}" for each in sorted(_TEXTS))
            raise place.error(
                f"no `{{{name}}}` inside a rule", near=rule, hint=f"there are: {known}"
            )
    try:
        re.compile(_NAME.sub("x", rule))
    except re.error as error:
        raise place.error(f"not a regular expression: {error}", near=rule) from error
