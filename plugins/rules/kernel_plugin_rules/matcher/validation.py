"""All problems of a pattern, before it is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kernel.errors import did_you_mean
from kernel.text import COLUMNS, attributes, ent_iob
from kernel_plugin_rules.matcher.token_patterns import (
    KEYS,
    SET_PREDICATES,
    TEXT_PREDICATES,
    PatternProblem,
    expand,
    has_strings,
    is_boolean,
    token_attr,
)
from kernel_plugin_rules.matcher.values import COMPARISONS

_OF_STRINGS: Final = (*TEXT_PREDICATES, *SET_PREDICATES)
_OF_NUMBERS: Final = (*SET_PREDICATES, *COMPARISONS)
_OF_EXTENSIONS: Final = (*TEXT_PREDICATES, *SET_PREDICATES, *COMPARISONS)


def validate_token_pattern(pattern: Any) -> list[str]:
    """Return what is wrong with a pattern of the `Matcher`, each with the token and the key."""
    if not isinstance(pattern, list):
        return [f"expected a list of dicts, got {pattern!r:.80}"]
    found = []
    for index, spec in enumerate(pattern):
        for problem in _of_token(spec):
            problem.token = index
            found.append(str(problem))
    return found


def _of_token(spec: Any) -> Iterator[PatternProblem]:
    if not isinstance(spec, Mapping):
        yield PatternProblem(None, f"expected a dict, got {spec!r}")
        return
    seen: set[Any] = set()
    for key, value in spec.items():
        name = key.upper() if isinstance(key, str) else key
        if name in seen:
            yield PatternProblem(key, "given twice, in different case")
        seen.add(name)
        try:
            yield from _of_key(key, name, value)
        except PatternProblem as problem:
            yield problem


def _of_key(key: Any, name: Any, value: Any) -> Iterator[PatternProblem]:
    if value is None:
        yield PatternProblem(key, "expected a value, got None")
    elif name == "OP":
        if value == "1":
            raise PatternProblem(key, "leave it out for exactly one token")
        expand(value)
    elif name == "_":
        yield from _of_extensions(key, value)
    else:
        if isinstance(name, str) and name not in KEYS and not _is_added(name):
            hint = did_you_mean(name, KEYS, "see the list of keys in docs/matchers.md")
            raise PatternProblem(key, f"no such key; {hint}")
        yield from _of_attribute(key, token_attr(key), value)


def _is_added(name: str) -> bool:
    """Return whether a plugin has added a column with this name."""
    column = COLUMNS.get(name.lower())
    return column is not None and not column.is_built_in


def _of_attribute(key: Any, attr: int, value: Any) -> Iterator[PatternProblem]:
    if is_boolean(attr):
        if not isinstance(value, bool):
            yield PatternProblem(key, f"expected True or False, got {value!r}")
    elif attr == attributes.ENT_IOB:
        if isinstance(value, bool) or value not in (*ent_iob.LETTERS, 0, 1, 2, 3):
            yield PatternProblem(key, f"expected '', I, O, B or 0 to 3, got {value!r}")
    elif isinstance(value, Mapping):
        kind, predicates = (str, _OF_STRINGS) if has_strings(attr) else (int, _OF_NUMBERS)
        yield from _of_predicates(key, value, predicates, kind)
    elif not _is_a(value, str if has_strings(attr) else int):
        kind_name = "a string" if has_strings(attr) else "a whole number"
        yield PatternProblem(key, f"expected {kind_name} or a dict of predicates, got {value!r}")


def _of_extensions(key: Any, value: Any) -> Iterator[PatternProblem]:
    if not isinstance(value, Mapping):
        raise PatternProblem(key, f"expected a dict of extension attributes, got {value!r}")
    for name, wanted in value.items():
        if not isinstance(name, str):
            yield PatternProblem(key, f"expected the name of an extension attribute, got {name!r}")
        elif isinstance(wanted, Mapping):
            yield from _of_predicates(name, wanted, _OF_EXTENSIONS, str | int)
        elif not isinstance(wanted, str | int | float):
            kinds = "a string, a number, a bool or a dict of predicates"
            yield PatternProblem(name, f"expected {kinds}, got {wanted!r}")


def _of_predicates(
    key: Any, predicates: Mapping[Any, Any], known: Iterable[str], kind: Any
) -> Iterator[PatternProblem]:
    for given, argument in predicates.items():
        name = str(given).upper()
        if name not in known:
            yield PatternProblem(key, f"no predicate `{given}` here; {did_you_mean(name, known)}")
        elif name in SET_PREDICATES:
            yield from _of_list(key, name, argument, kind)
        elif name in COMPARISONS:
            if kind is int and not _is_a(argument, int | float):
                yield PatternProblem(key, f"`{name}` needs a number, got {argument!r}")
        elif isinstance(argument, Mapping):
            yield from _of_predicates(key, argument, ("IN", "NOT_IN"), str)
        elif not isinstance(argument, str):
            yield PatternProblem(key, f"{name} needs a string, IN or NOT_IN, got {argument!r}")


def _of_list(key: Any, name: str, argument: Any, kind: Any) -> Iterator[PatternProblem]:
    if not isinstance(argument, list | tuple | set | frozenset):
        yield PatternProblem(key, f"{name} needs a list, got {argument!r}")
        return
    for item in argument:
        if not _is_a(item, kind):
            yield PatternProblem(key, f"{name} has {item!r}, a {type(item).__name__}")


def _is_a(value: Any, kind: Any) -> bool:
    """Return whether a value has a type; True and False are not numbers."""
    return isinstance(value, kind) and not (kind in {int, int | float} and isinstance(value, bool))
