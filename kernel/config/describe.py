"""Types and values in words, and the nearest right spelling."""

from __future__ import annotations

import collections.abc
import inspect
import json
import types
import typing
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs

_LONGEST: Final = 60

_NAMES: Final[dict[Any, tuple[str, str]]] = {
    bool: ("true or false", "true or false"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("a string", "strings"),
    Path: ("a path", "paths"),
    None: ("null", "nulls"),
    type(None): ("null", "nulls"),
    list: ("a list", "lists"),
    tuple: ("a list", "lists"),
    dict: ("a table", "tables"),
    Any: ("anything", "anything"),
}
_LISTS: Final = (
    list,
    set,
    frozenset,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Collection,
    collections.abc.Iterable,
    collections.abc.Set,
)
_TABLES: Final = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the one of `names` that `name` was probably meant to be, or None.

    `cutoff` is the least share of letters in common.
    """
    known = sorted({*names} - {name})
    folded = {other.casefold(): other for other in known}
    if name.casefold() in folded:
        return folded[name.casefold()]
    close = get_close_matches(name, known, n=5, cutoff=cutoff)
    # Of several that are equally close, the one with the same letters: most slips swap two.
    return max(close, key=lambda other: _closeness(name, other), default=None)


def _closeness(name: str, other: str) -> tuple[float, bool]:
    return SequenceMatcher(None, other, name).ratio(), sorted(name) == sorted(other)


def describe_value(value: Any) -> str:
    """Return `value` as a reader of the file knows it, cut to a line."""
    if isinstance(value, str):
        return f"the string {_cut(json.dumps(value, ensure_ascii=False))}"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, dict):
        registry = next((key for key in value if str(key).startswith("@")), None)
        if registry is not None:
            return f'the function block {registry} = "{value[registry]}"'
        return f"a table with {_count(len(value), 'key')}"
    if isinstance(value, list | tuple):
        return _describe_list(value)
    return f"an object of type `{type(value).__name__}`"


def describe_type(hint: Any, *, plural: bool = False) -> str:
    """Return the type `hint` in words: `a list of whole numbers`, `a string or null`."""
    if hint in _PLAIN:
        return _NAMES[hint][plural]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return describe_type(args[0], plural=plural)
    if origin in {typing.Union, types.UnionType}:
        return _join(dict.fromkeys(describe_type(arg, plural=plural) for arg in args))
    if origin is typing.Literal:
        return "one of " + ", ".join(json.dumps(arg) for arg in args)
    return _describe_container(hint, origin, args, plural)


def _describe_container(hint: Any, origin: Any, args: tuple[Any, ...], plural: bool) -> str:
    base = origin or hint
    if base in _LISTS:
        words = "lists" if plural else "a list"
        return f"{words} of {describe_type(args[0], plural=True)}" if args else words
    if base is tuple:
        return _describe_tuple(args)
    if base in _TABLES:
        words = "tables" if plural else "a table"
        return f"{words} of {describe_type(args[1], plural=True)}" if args[1:] else words
    if base is collections.abc.Callable or inspect.isfunction(hint):
        return "function blocks" if plural else "a function block"
    return _describe_class(base, plural)


def _describe_class(base: Any, plural: bool) -> str:
    name = getattr(base, "__name__", str(base))
    if inspect.isclass(base) and issubclass(base, Enum):
        return "one of " + ", ".join(json.dumps(member.value) for member in base)
    if inspect.isclass(base) and attrs.has(base):
        keys = ", ".join(field.name for field in attrs.fields(base))
        return f"{'tables' if plural else 'a table'} with the keys {keys}"
    if base in {collections.abc.Iterator, collections.abc.Generator}:
        return "schedules" if plural else "a schedule"
    return f"function blocks that make a `{name}`" if plural else f"a function block for a `{name}`"


def _describe_tuple(args: tuple[Any, ...]) -> str:
    if not args:
        return "a list"
    if args[-1] is Ellipsis:
        return f"a list of {describe_type(args[0], plural=True)}"
    return f"a list of {len(args)}: {', '.join(describe_type(arg) for arg in args)}"


def _describe_list(value: list[Any] | tuple[Any, ...]) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except TypeError:
        return f"a list of {_count(len(value), 'item')}"
    return (
        f"the list {text}" if len(text) <= _LONGEST else f"a list of {_count(len(value), 'item')}"
    )


class _Plain:
    """Which hints have a name of their own; some hints cannot be hashed."""

    def __contains__(self, hint: Any) -> bool:
        try:
            return hint in _NAMES
        except TypeError:
            return False


_PLAIN: Final = _Plain()


def _join(words: Iterable[str]) -> str:
    parts = sorted(words, key=lambda word: word == "null")  # "a string or null", whatever the order
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
