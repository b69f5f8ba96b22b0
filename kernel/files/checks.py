"""Checking the types of values that were read from a file."""

from __future__ import annotations

import math
import reprlib
import types
from collections.abc import Iterable, Iterator
from typing import Any, Final, Union, get_args, get_origin

from kernel.errors import LoadError

MAX_SHOWN_BITS: Final = 64
_UNIONS: Final = (types.UnionType, Union)


def check_type(value: Any, expected: Any, *, what: str = "the data") -> Any:
    """Return `value` if it has the type `expected`.

    expected  a class, `Any`, `X | None`, `list[X]`, `dict[str, X]`, or a dict of the keys of a map
              and their types, such as `{"name": str, "labels?": list[str]}`, in which `labels` may
              be missing

    A float has to be finite, and may be an int; a bool is not accepted for an int.

    Raises `LoadError` that starts with `what` and the place, such as "`moves`: `labels[2]` is an
    int, expected str".
    """
    for place, fault in _faults(value, expected, ""):
        raise LoadError(f"{what}: `{place}` {fault}" if place else f"{what} {fault}")
    return value


def _faults(value: Any, expected: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield the place of each value of another type, and what is wrong with it."""
    origin, args = get_origin(expected) or expected, get_args(expected)
    if isinstance(expected, dict):
        yield from _faults_of_fields(value, expected, place)
    elif origin in _UNIONS:
        if all(any(_faults(value, each, place)) for each in args):
            yield place, _wrong(value, expected)
    elif not _is_a(value, origin):
        yield place, _wrong(value, origin)
    elif args:
        yield from _faults_of_items(value, args, place)


def _faults_of_items(
    value: list[Any] | dict[Any, Any], types_: tuple[Any, ...], place: str
) -> Iterator[tuple[str, str]]:
    """Check a list, whose items have one type, or a map, whose keys and values have two."""
    if isinstance(value, list):
        if not _are_all(value, types_[0]):
            for i, inner in enumerate(value):
                yield from _faults(inner, types_[0], f"{place}[{i}]")
        return
    if _are_all(value, types_[0]) and _are_all(value.values(), types_[1]):
        return
    for key, inner in value.items():
        for _, fault in _faults(key, types_[0], place):
            yield place, f"has a key that {fault}"
        yield from _faults(inner, types_[1], f"{place}.{key}" if place else str(key))


def _are_all(values: Iterable[Any], type_: Any) -> bool:
    """Return whether all values are of exactly this class, or of one of a union's classes.

    It is quick, for the many words of a file; if it returns False, the values may still be right.
    """
    if type_ is Any:
        return True
    classes = get_args(type_) if get_origin(type_) in _UNIONS else (type_,)
    return float not in classes and all(found in classes for found in {*map(type, values)})


def _faults_of_fields(value: Any, fields: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield place, _wrong(value, dict)
        return
    for field, expected in fields.items():
        key = field.removesuffix("?")
        if key in value:
            yield from _faults(value[key], expected, f"{place}.{key}" if place else key)
        elif key == field:
            yield place, f"has no `{key}`"


def _is_a(value: Any, type_: Any) -> bool:
    if type_ is Any:
        return True
    if type_ is None or type_ is types.NoneType:
        return value is None
    if isinstance(value, bool):
        return type_ is bool
    return _is_finite(value) if type_ is float else isinstance(value, type_)


def _is_finite(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and math.isfinite(value)
    except OverflowError:  # an int that is larger than the largest float
        return False


def _wrong(value: Any, expected: Any) -> str:
    return f"is {_short(value)}, expected {_name(expected)}"


def _name(expected: Any) -> str:
    if expected is float:
        return "a finite number"
    return expected.__name__ if isinstance(expected, type) else str(expected)


def _short(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > MAX_SHOWN_BITS:
        return "a very large integer"
    if isinstance(value, str | int | float) or value is None:
        return reprlib.repr(value)
    return f"a {type(value).__name__}"
