"""Checks of values against type hints, which find the wrong keys in nested values."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kernel.config import pydantic_types
from kernel.config.describe import describe_value, nearest, take_nearest
from kernel.config.kinds import (
    TABLES,
    class_hints,
    describe_type,
    fits,
    is_table_class,
    needed_keys,
    options,
    read_number,
    strip,
)
from kernel.config.literals import UnreadableError, parse_json
from kernel.config.structure import structure
from kernel.config.tree import UNRESOLVED, is_block, walk
from kernel.errors import ConfigError

if typing.TYPE_CHECKING:
    from kernel.config.place import Place
    from kernel.problems import Problem


_COMMENT: Final = re.compile(r"([^#;]*[^#;\s])\s+[#;]", re.DOTALL)
# Hints can refer to themselves.
MAX_DEPTH: Final = 8


def type_problems(value: Any, hint: Any, place: Place) -> Iterator[Problem]:
    """Yield the problems of the `value` at `place` if it does not fit the type `hint`."""
    if value is UNRESOLVED or _was_number(value, hint, place):
        return
    if fits(value, hint):
        yield from _refused(value, hint, place)
        return
    inner: list[Problem] = []
    if isinstance(value, dict) and not is_block(value):
        inner = list(_table_problems(value, hint, place))
    elif isinstance(value, list):
        inner = list(_item_problems(value, hint, place))
    yield from inner or [_wrong_type(value, hint, place)]


def _refused(value: Any, hint: Any, place: Place) -> Iterator[Problem]:
    """Yield the errors of classes and constraints in `hint` for a value without function blocks."""
    if not _is_validated(hint):
        return
    if any(is_block(inner) or inner is UNRESOLVED for _, inner in walk(value)):
        return
    try:
        structure(value, hint, place)
    except ConfigError as error:
        yield from error.problems


def _is_validated(hint: Any, depth: int = MAX_DEPTH) -> bool:
    """Return whether `hint` contains a class for tables, or a type that pydantic checks."""
    if pydantic_types.is_constrained(hint):
        return True
    bare = strip(hint)
    return (
        is_table_class(bare)
        or pydantic_types.is_table(bare)
        or pydantic_types.is_old_type(bare)
        or (depth > 0 and any(_is_validated(each, depth - 1) for each in typing.get_args(bare)))
    )


def _was_number(value: Any, hint: Any, place: Place) -> bool:
    is_text = isinstance(value, str) and place.origin.layer == "variable"
    return is_text and read_number(value, hint) is not None


def _wrong_type(value: Any, hint: Any, place: Place) -> Problem:
    choices = [
        choice
        for option in options(hint)
        if typing.get_origin(option) is typing.Literal
        for choice in typing.get_args(option)
        if isinstance(choice, str)
    ]
    return place.problem(
        "not one of the choices" if choices else "wrong type",
        expected=describe_type(hint),
        received=describe_value(value),
        suggestion=nearest(value, choices) if isinstance(value, str) else None,
        hint="a comment must be on a line of its own" if _has_comment(value, hint) else None,
    )


def _has_comment(value: Any, hint: Any) -> bool:
    """Return whether `value` is a text of a `.cfg` file, such as `3  # steps`, whose start fits."""
    match = _COMMENT.match(value) if isinstance(value, str) else None
    if match is None:
        return False
    try:
        return fits(parse_json(match[1]), hint)
    except (ValueError, UnreadableError):
        return False


def _table_problems(value: Mapping[str, Any], hint: Any, place: Place) -> Iterator[Problem]:
    for option in options(hint):
        base, args = typing.get_origin(option) or option, typing.get_args(option)
        if base in TABLES and args:
            for key, item in value.items():
                yield from type_problems(item, args[1], place.inside(value, key))
            return
        if is_table_class(option):
            yield from _class_problems(value, option, place)
            return
        if pydantic_types.is_table(option):
            for key in pydantic_types.unknown_keys(value, option):
                yield place.inside(value, key).problem(
                    f"`{key}` is not a setting of `{option.__name__}`",
                    suggestion=nearest(key, pydantic_types.keys_of(option) or ()),
                )
            return


def _class_problems(value: Mapping[str, Any], cls: type, place: Place) -> Iterator[Problem]:
    hints, needed = class_hints(cls), needed_keys(cls)
    missing = [key for key in hints if key not in value and key in needed]
    for key, item in value.items():
        if key in hints:
            yield from type_problems(item, hints[key], place.inside(value, key))
            continue
        yield place.inside(value, key).problem(
            f"`{key}` is not a setting of `{cls.__name__}`",
            suggestion=take_nearest(key, missing, hints),
        )
    for key in missing:
        expected = describe_type(hints[key])
        yield place.lacking(key).problem(f"`{key}` is missing", expected=expected)


def _item_problems(value: list[Any], hint: Any, place: Place) -> Iterator[Problem]:
    for option in options(hint):
        args = typing.get_args(option)
        base = typing.get_origin(option)
        if not args or base in TABLES or base is typing.Literal or not fits([], option):
            continue
        for number, item in enumerate(value, 1):
            if not fits(item, args[0]):
                yield place.problem(
                    f"item {number} has the wrong type",
                    expected=describe_type(strip(args[0])),
                    received=describe_value(item),
                )
        return
