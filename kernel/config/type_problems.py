"""What is wrong with a value that does not fit its type hint, down to the key that is at fault."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from kernel.config.describe import describe_value, nearest, take_nearest
from kernel.config.kinds import (
    TABLES,
    class_hints,
    describe_type,
    fits,
    options,
    read_number,
    strip,
    structure,
)
from kernel.config.tree import UNRESOLVED, is_block, origin_of
from kernel.errors import ConfigError
from kernel.problems import Origin, Path, Problem


def type_problems(value: Any, hint: Any, path: Path, origin: Origin) -> Iterator[Problem]:
    """Yield what is wrong with `value` if it does not fit `hint`; `origin` is where it was set."""
    if value is UNRESOLVED or _was_number(value, hint, origin):
        return
    if fits(value, hint):
        yield from _refused(value, hint, path, origin)
        return
    inner: list[Problem] = []
    if isinstance(value, dict) and not is_block(value):
        inner = list(_table_problems(value, hint, path, origin))
    elif isinstance(value, list):
        inner = list(_item_problems(value, hint, path, origin))
    yield from inner or [_wrong_type(value, hint, path, origin)]


def _refused(value: Any, hint: Any, path: Path, origin: Origin) -> Iterator[Problem]:
    """Yield what the validators of attrs classes in `hint` say of a table with no blocks in it."""
    is_made = [inspect.isclass(option) and attrs.has(option) for option in options(hint)]
    if not isinstance(value, dict) or not any(is_made) or _has_block(value):
        return
    try:
        structure(value, hint, path, origin)
    except ConfigError as error:
        yield from error.problems


def _has_block(value: Any) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return is_block(value) or any(map(_has_block, inner))
    return value is UNRESOLVED


def _was_number(value: Any, hint: Any, origin: Origin) -> bool:
    is_text = isinstance(value, str) and origin.layer == "variable"
    return is_text and read_number(value, hint) is not None


def _wrong_type(value: Any, hint: Any, path: Path, origin: Origin) -> Problem:
    choices = [
        arg
        for option in options(hint)
        if typing.get_origin(option) is typing.Literal
        for arg in typing.get_args(option)
        if isinstance(arg, str)
    ]
    return Problem(
        path=path,
        origin=origin,
        message="not one of the choices" if choices else "wrong type",
        expected=describe_type(hint),
        received=describe_value(value),
        suggestion=nearest(value, choices) if isinstance(value, str) else None,
    )


def _table_problems(
    value: Mapping[str, Any], hint: Any, path: Path, origin: Origin
) -> Iterator[Problem]:
    for option in options(hint):
        base, args = typing.get_origin(option) or option, typing.get_args(option)
        if base in TABLES and args:
            for key, item in value.items():
                yield from type_problems(item, args[1], (*path, key), origin_of(value, key))
            return
        if inspect.isclass(option) and attrs.has(option):
            yield from _class_problems(value, option, path, origin)
            return


def _class_problems(
    value: Mapping[str, Any], cls: type, path: Path, origin: Origin
) -> Iterator[Problem]:
    hints = class_hints(cls)
    fields = {field.alias or field.name: field for field in attrs.fields(cls)}
    missing = [key for key in hints if key not in value and fields[key].default is attrs.NOTHING]
    for key, item in value.items():
        if key in hints:
            yield from type_problems(item, hints[key], (*path, key), origin_of(value, key))
            continue
        yield Problem(
            path=(*path, key),
            origin=origin_of(value, key),
            message=f"`{key}` is not a setting of `{cls.__name__}`",
            suggestion=take_nearest(key, missing, hints),
        )
    for key in missing:
        yield Problem(
            path=(*path, key),
            origin=origin,
            message=f"`{key}` is missing",
            expected=describe_type(hints[key]),
        )


def _item_problems(value: list[Any], hint: Any, path: Path, origin: Origin) -> Iterator[Problem]:
    for option in options(hint):
        args = typing.get_args(option)
        base = typing.get_origin(option)
        if not args or base in TABLES or base is typing.Literal or not fits([], option):
            continue
        for number, item in enumerate(value, 1):
            if not fits(item, args[0]):
                yield Problem(
                    path=path,
                    origin=origin,
                    message=f"item {number} has the wrong type",
                    expected=describe_type(strip(args[0])),
                    received=describe_value(item),
                )
        return
