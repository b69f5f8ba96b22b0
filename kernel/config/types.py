"""Type hints taken apart."""

from __future__ import annotations

import functools
import types
import typing
from typing import Any, Final

import attrs

UNIONS: Final = {typing.Union, types.UnionType}


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
