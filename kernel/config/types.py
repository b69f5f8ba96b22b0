"""Whether a value fits a type hint."""

from __future__ import annotations

import collections.abc
import functools
import inspect
import numbers
import types
import typing
from collections.abc import Callable
from enum import Enum
from pathlib import PurePath
from typing import Any, Final

import attrs

from kernel.config.tree import UNRESOLVED, is_block

SEQUENCES: Final = {
    list,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Collection,
    collections.abc.Iterable,
    collections.abc.Iterator,
    collections.abc.Generator,
    collections.abc.Container,
    collections.abc.Reversible,
}
SETS: Final = {set, frozenset, collections.abc.Set, collections.abc.MutableSet}
TABLES: Final = {dict, collections.abc.Mapping, collections.abc.MutableMapping}
UNIONS: Final = {typing.Union, types.UnionType}


def fits(value: Any, hint: Any) -> bool:
    """Say whether `value` fits `hint`.

    A function block fits everything, since what it makes is known only when it is called;
    so does an iterator (a schedule), as its items cannot be looked at.
    """
    if value is UNRESOLVED or is_block(value) or isinstance(value, collections.abc.Iterator):
        return True
    hint = strip(hint)
    if hint is Any or isinstance(hint, str | typing.ForwardRef):
        return True
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in UNIONS:
        return any(fits(value, arg) for arg in args)
    if origin is typing.Literal:
        return any(type(value) is type(arg) and value == arg for arg in args)
    return _fits_scalar(value, hint, origin, args)


def strip(hint: Any) -> Any:
    """Return `hint` without what says nothing of the value: Annotated, NewType, TypeVar."""
    while True:
        if typing.get_origin(hint) in {typing.Annotated, typing.Required, typing.NotRequired}:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif isinstance(hint, typing.TypeVar):
            if not (hint.__bound__ or hint.__constraints__):
                return Any
            hint = hint.__bound__ or typing.Union[hint.__constraints__]  # noqa: UP007
        elif type(hint).__name__ == "TypeAliasType":  # `type X = …`, from 3.12 on
            hint = hint.__value__
        else:
            return hint


def options(hint: Any) -> list[Any]:
    """Return the types that a value of the type `hint` may have, without null."""
    hint = strip(hint)
    if typing.get_origin(hint) not in UNIONS:
        return [hint]
    found = [option for arg in typing.get_args(hint) for option in options(arg)]
    return [option for option in found if option is not type(None)]


def _fits_scalar(value: Any, hint: Any, origin: Any, args: tuple[Any, ...]) -> bool:
    if hint is None or hint is type(None):
        return value is None
    if hint is bool:
        return isinstance(value, bool)
    if hint is int:
        return isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, numbers.Real) and not isinstance(value, bool)
    if inspect.isclass(hint) and issubclass(hint, PurePath):
        return isinstance(value, str | PurePath)
    return _fits_container(value, hint, origin or hint, args)


def _fits_container(value: Any, hint: Any, base: Any, args: tuple[Any, ...]) -> bool:
    if base in SEQUENCES or base in SETS:
        return _is_listed(value, base) and all(fits(item, args[0]) for item in value if args)
    if base is tuple:
        return _fits_tuple(value, args)
    if base in TABLES:
        return isinstance(value, collections.abc.Mapping) and (
            not args
            or all(fits(key, args[0]) and fits(item, args[1]) for key, item in value.items())
        )
    if base is collections.abc.Callable:
        return callable(value)
    return _fits_class(value, hint, base)


def _is_listed(value: Any, base: Any) -> bool:
    if isinstance(value, list | tuple | set | frozenset):
        return True
    # An array or a reader may be iterated; a string or a table is never meant as a list.
    return not isinstance(value, str | bytes | dict) and _is_instance(value, base)


def _fits_tuple(value: Any, args: tuple[Any, ...]) -> bool:
    if not isinstance(value, list | tuple):
        return False
    if not args:
        return True
    if args[-1] is Ellipsis:
        return all(fits(item, args[0]) for item in value)
    return len(value) == len(args) and all(map(fits, value, args))


def _fits_class(value: Any, hint: Any, base: Any) -> bool:
    if base is type:
        return isinstance(value, type)
    if not inspect.isclass(base):
        return True  # a ParamSpec and the like: nothing to hold the value against
    if issubclass(base, Enum):
        return isinstance(value, base) or value in [member.value for member in base]
    if attrs.has(base) and isinstance(value, dict):
        return not misfits(value, base)
    return _is_instance(value, base) or (_is_protocol(base) and not _is_json(value))


def misfits(value: dict[str, Any], cls: type) -> list[tuple[str, Any]]:
    """Return the keys of `value` that the attrs class `cls` has not, lacks or has otherwise.

    Each comes with its type, MISSING for one that is not a key at all.
    """
    hints = class_hints(cls)
    wrong = [(key, attrs.NOTHING) for key in value if key not in hints]
    wrong += [
        (key, hint) for key, hint in hints.items() if key in value and not fits(value[key], hint)
    ]
    fields = {field.alias or field.name: field for field in attrs.fields(cls)}
    wrong += [
        (key, hints[key])
        for key, field in fields.items()
        if key in hints and key not in value and field.default is attrs.NOTHING
    ]
    return wrong


@functools.lru_cache(maxsize=1024)
def class_hints(cls: type) -> dict[str, Any]:
    """Return the type of each key that makes an object of the attrs class `cls`."""
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except NameError:
        hints = {}
    return {
        field.alias or field.name: hints.get(field.name, Any)
        for field in attrs.fields(cls)
        if field.init
    }


def read_number(text: str, hint: Any) -> int | float | None:
    """Return the number that `text` says if `hint` wants one and takes no string, else None.

    A variable in quotes brings its number as text; spaCy takes it for the number it was.
    """
    kinds: dict[type, Callable[[str], int | float]] = {int: int, float: float}
    for kind, read in kinds.items():
        if fits(kind(1), hint) and not fits(text, hint):
            try:
                return read(text)
            except ValueError:
                continue
    return None


def _is_instance(value: Any, cls: Any) -> bool:
    try:
        return isinstance(value, cls)
    except TypeError:  # a protocol that is not for use at run time
        return False


def _is_protocol(cls: type) -> bool:
    return bool(getattr(cls, "_is_protocol", False))


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | list | dict)
