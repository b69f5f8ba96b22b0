"""Conversion of values of a config to the types of hints, and the errors that the types raise."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from kernel.config import pydantic_types
from kernel.config.kinds import Hook, base_of, kind_of, strip
from kernel.config.place import NOWHERE, Place
from kernel.errors import ConfigError

if TYPE_CHECKING:
    from cattrs import BaseConverter, BaseValidationError, Converter

    from kernel.problems import Problem

_NAMED: Final = re.compile(r"""^['"`]_?(\w+)['"`] """)


def structure(value: Any, hint: Any, place: Place = NOWHERE) -> Any:
    """Return `value`, which fits `hint`, converted to the type of the hint.

    Raises `ConfigError` with the errors of attrs classes; `place` is the place of the value.
    """
    from cattrs import BaseValidationError

    if base_of(hint) is Any:
        return value
    try:
        return _converter().structure(value, hint)
    except BaseValidationError as error:
        raise ConfigError(_refusals(error, value, place)) from error
    except Exception as error:
        if not pydantic_types.is_validation_error(error):
            raise
        raise ConfigError(_pydantic_refusals(error, value, place)) from error


@functools.cache
def _converter() -> Converter:
    """Return the converter that structures every hint by its kind."""
    from cattrs import Converter  # takes 10 ms

    converter = Converter(forbid_extra_keys=True, use_alias=True)
    converter.register_structure_hook_factory(lambda _: True, _hook)
    for cls in (bool, int, float, str, bytes, FilePath):
        # cattrs has hooks for these and their subclasses, which would convert `3.7` to `3`.
        converter.register_structure_hook(
            cls, lambda value, hint: _hook(hint, converter)(value, hint)
        )
    return converter


def _hook(hint: Any, converter: BaseConverter) -> Hook:
    """Return the function that structures values of the type `hint`.

    Objects that function blocks have created are returned unchanged.
    """
    if pydantic_types.is_constrained(hint):
        convert_base = _hook(strip(hint), converter)
        return lambda value, _: convert_base(_checked(value, hint), strip(hint))
    hint = strip(hint)
    kind = kind_of(hint)
    if kind.hook is None:
        return lambda value, _: value
    convert, read = kind.hook(hint, converter), kind.read
    return lambda value, _: convert(value, hint) if isinstance(value, read) else value


def _refusals(error: BaseValidationError, value: Any, place: Place) -> Iterator[Problem]:
    """Yield a problem for each error of a class, with the key that caused it if it is known."""
    from cattrs import BaseValidationError

    for refused in error.exceptions:
        key = _key_of(refused)
        at, inner = place, value
        if isinstance(value, dict) and key in value:
            at, inner = place.inside(value, key), value[key]
        elif isinstance(value, list) and isinstance(key, int):
            inner = value[key]
        if isinstance(refused, BaseValidationError):
            yield from _refusals(refused, inner, at)
        elif pydantic_types.is_validation_error(refused):
            yield from _pydantic_refusals(refused, inner, at)
        else:
            yield at.problem(str(refused).split("\n")[0])


def _key_of(refused: BaseException) -> Any:
    """Return the key or the index of the value that an error of cattrs is about, if known."""
    from cattrs import AttributeValidationNote, IterableValidationNote

    # Messages of attrs validators start with the name of the field.
    named = _NAMED.match(str(refused))
    key: Any = named[1] if named else None
    for note in getattr(refused, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            key = note.name.lstrip("_")
        elif isinstance(note, IterableValidationNote):
            key = note.index
    return key


def _checked(value: Any, hint: Any) -> Any:
    pydantic_types.validate(value, hint)
    return value


def _pydantic_refusals(error: Exception, value: Any, place: Place) -> Iterator[Problem]:
    for refusal in pydantic_types.refusals(error):
        at, inner = place, value
        for key in refusal.keys:
            if isinstance(inner, dict) and isinstance(key, str):
                at, inner = at.inside(inner, key), inner.get(key)
        yield at.problem(refusal.message)
