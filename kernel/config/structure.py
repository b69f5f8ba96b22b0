"""From JSON-like values to what type hints name: paths, tuples, enums, attrs objects.

cattrs does it, told to be strict: by default it would make `True` of "false" and 3 of 3.7.
What function blocks have made already (models, schedules) passes as it is.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import attrs

from kernel.config.describe import describe_type, describe_value
from kernel.config.problems import Origin, Path, Problem
from kernel.config.tree import origin_of
from kernel.config.types import SEQUENCES, SETS, TABLES, UNIONS, fits, strip

if TYPE_CHECKING:
    from cattrs import Converter

_NAMED: Final = re.compile(r"""^['"`]_?(\w+)['"`] """)


def structure(value: Any, hint: Any) -> Any:
    """Return `value` as the type `hint` names.

    Raises what cattrs raises: a group of errors, which `structure_problems` takes apart.
    """
    return _converter().structure(value, strip(hint))


def structure_problems(error: Exception, value: Any, path: Path, origin: Origin) -> list[Problem]:
    """Return what `error`, raised by `structure`, says is wrong with `value` at `path`."""
    return list(_problems(error, value, path, origin))


def _problems(error: Exception, value: Any, path: Path, origin: Origin) -> Iterator[Problem]:
    from cattrs.errors import BaseValidationError, ClassValidationError, IterableValidationError

    if not isinstance(error, BaseValidationError):
        # attrs' validators start with the name of the field.
        named = _NAMED.match(str(error))
        if named is not None and isinstance(value, dict) and named[1] in value:
            path, origin = (*path, named[1]), origin_of(value, named[1])
        yield Problem(path=path, origin=origin, message=str(error).split("\n")[0])
        return
    if isinstance(error, ClassValidationError):
        found, rest = error.group_exceptions()
        for each, note in found:
            inner, at = value.get(note.name), origin_of(value, note.name)
            yield from _problems(each, inner, (*path, note.name), at)
    elif isinstance(error, IterableValidationError):
        items, rest = error.group_exceptions()
        for each, item in items:
            yield from _problems(each, value[item.index], path, origin)
    else:
        rest = list(error.exceptions)
    for each in rest:
        yield from _problems(each, value, path, origin)


@functools.cache
def _converter() -> Converter:
    # Imported here: it costs a tenth of a second, which reading a config need not pay.
    from cattrs import Converter
    from cattrs.cols import list_structure_factory, mapping_structure_factory
    from cattrs.gen import make_dict_structure_fn

    made = Converter(structure_fallback_factory=lambda _: _as_it_is)

    def make_class(cls: Any, converter: Converter) -> Any:
        return make_dict_structure_fn(
            cls, converter, _cattrs_forbid_extra_keys=True, _cattrs_use_alias=True
        )

    factories: list[tuple[Callable[[Any], bool], Any, type]] = [
        (lambda hint: _base(hint) in SEQUENCES, list_structure_factory, list),
        (lambda hint: _base(hint) in TABLES, mapping_structure_factory, dict),
        (lambda hint: inspect.isclass(_base(hint)) and attrs.has(_base(hint)), make_class, dict),
    ]
    for predicate, factory, kind in factories:
        made.register_structure_hook_factory(predicate, _only(kind, factory))
    hooks: list[tuple[Callable[[Any], bool], Callable[[Any, Any], Any]]] = [
        (lambda hint: _base(hint) in UNIONS, _of_union),
        (lambda hint: _base(hint) is tuple, _tuple),
        (lambda hint: _base(hint) in SETS, _set),
        (lambda hint: inspect.isclass(hint) and issubclass(hint, PurePath), _path),
        (lambda hint: strip(hint) is not hint, structure),
    ]
    for known, hook in hooks:
        made.register_structure_hook_func(known, hook)
    for scalar in (bool, int, float, str):
        made.register_structure_hook(scalar, _exact)
    made.register_structure_hook(FilePath, _path)
    return made


def _only(kind: type, factory: Any) -> Any:
    """Return `factory` of hooks, for values of `kind`; what is none was made by a function."""

    def make(hint: Any, converter: Converter) -> Callable[[Any, Any], Any]:
        bare = not typing.get_args(hint) and kind in (list, dict) and not attrs.has(hint)
        hook = _as_it_is if bare else factory(hint, converter)
        return lambda value, hint: hook(value, hint) if isinstance(value, kind) else value

    return make


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _base(hint: Any) -> Any:
    try:
        hash(hint)
    except TypeError:
        return None
    return typing.get_origin(hint) or hint


def _of_union(value: Any, hint: Any) -> Any:
    # A string stays one where it may, and a whole number too.
    arms = sorted(typing.get_args(hint), key=lambda arm: strip(arm) is not type(value))
    found = next((arm for arm in arms if fits(value, arm)), Any)
    return structure(value, found)


def _tuple(value: Any, hint: Any) -> Any:
    if not isinstance(value, list):
        return value
    kinds = typing.get_args(hint) or (Any, ...)
    each = [kinds[0]] * len(value) if kinds[1:] == (Ellipsis,) else kinds
    return tuple(structure(item, kind) for item, kind in zip(value, each, strict=True))


def _set(value: Any, hint: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind = (*typing.get_args(hint), Any)[0]
    made = (structure(item, kind) for item in value)
    return frozenset(made) if _base(hint) is frozenset else set(made)


def _path(value: Any, _: Any) -> Any:
    return FilePath(value) if isinstance(value, str) else value


def _exact(value: Any, hint: Any) -> Any:
    if not fits(value, hint):
        raise TypeError(f"expected {describe_type(hint)}, got {describe_value(value)}")
    return value
