"""Kinds of type hints, and everything that a config does with each of them: one table.

The table says whether a value fits a hint (`fits`), how to describe the hint in words
(`describe_type`) and in a JSON Schema (`value_schema`), and how to turn the value of a file into
the type of the hint (`structure`). Objects that function blocks have made (models, schedules) are
passed on unchanged.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import numbers
import re
import types
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
from attrs import frozen

from kernel.config.place import NOWHERE, Place
from kernel.config.tree import UNRESOLVED, is_block
from kernel.errors import ConfigError

if TYPE_CHECKING:
    from cattrs import BaseConverter, BaseValidationError, Converter

    from kernel.problems import Problem

UNIONS: Final = {typing.Union, types.UnionType}


def strip(hint: Any) -> Any:
    """Return the type that an Annotated, NewType, TypeVar or alias stands for."""
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
    """Return the types of the union `hint` without None; for any other type, a list of it alone."""
    hint = strip(hint)
    if typing.get_origin(hint) not in UNIONS:
        return [hint]
    found = [option for arg in typing.get_args(hint) for option in options(arg)]
    return [option for option in found if option is not type(None)]


@functools.lru_cache(maxsize=1024)
def class_hints(cls: type) -> dict[str, Any]:
    """Return the type of each argument of the attrs class `cls`."""
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except NameError:
        hints = {}
    return {
        field.alias or field.name: hints.get(field.name, Any)
        for field in attrs.fields(cls)
        if field.init
    }


_NAMED: Final = re.compile(r"""^['"`]_?(\w+)['"`] """)
_VARIABLE: Final = {"type": "string", "pattern": r"\$\{[^{}]+\}"}
# At least one key starts with `@`.
_BLOCK: Final = {
    "type": "object",
    "minProperties": 1,
    "not": {"propertyNames": {"pattern": "^[^@]"}},
}


Hook: TypeAlias = Callable[[Any, Any], Any]


@frozen(kw_only=True)
class Kind:
    """One kind of type hint.

    matches    whether a hint is of this kind, by its base (`list` of `list[int]`)
    fits       whether a value fits a hint
    describe   a hint in words, singular or plural
    read       the type that values of the kind have in a file
    hook       returns the function that converts such a value to the type of a hint; None if values
               are not converted
    schema     the JSON Schema of a hint; None if only a function block can give the value
    """

    matches: Callable[[Any], bool]
    fits: Callable[[Any, Any], bool]
    describe: Callable[[Any, bool], str]
    read: type = object
    hook: Callable[[Any, Any], Hook] | None = None
    schema: Callable[[Any], dict[str, Any] | None] = lambda hint: None


def fits(value: Any, hint: Any) -> bool:
    """Return whether `value` fits `hint`.

    A function block fits every hint: what it returns is known only once it is called. So does an
    iterator (a schedule), because reading its items would use them up.
    """
    if value is UNRESOLVED or is_block(value) or isinstance(value, abc.Iterator):
        return True
    hint = strip(hint)
    return kind_of(hint).fits(value, hint)


def describe_type(hint: Any, *, plural: bool = False) -> str:
    """Return the type `hint` in words: `a list of whole numbers`, `a string or null`."""
    hint = strip(hint)
    return kind_of(hint).describe(hint, plural)


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


@functools.cache
def _converter() -> Converter:
    """Return the converter that structures every hint by its kind."""
    from cattrs import Converter  # takes 10 ms

    converter = Converter(forbid_extra_keys=True, use_alias=True)
    converter.register_structure_hook_factory(lambda _: True, _hook)
    for cls in (bool, int, float, str, bytes, FilePath):
        # cattrs has hooks for these classes, which would convert `3.7` to `3`.
        converter.register_structure_hook(cls, _hook(cls, converter))
    return converter


def _hook(hint: Any, converter: BaseConverter) -> Hook:
    """Return the function that structures values of the type `hint`.

    Objects that function blocks have created are returned unchanged.
    """
    hint = strip(hint)
    kind = kind_of(hint)
    if kind.hook is None:
        return lambda value, _: value
    convert, read = kind.hook(hint, converter), kind.read
    return lambda value, _: convert(value, hint) if isinstance(value, read) else value


def _refusals(error: BaseValidationError, value: Any, place: Place) -> Iterator[Problem]:
    """Yield a problem for each error of a class, with the key that caused it if it is known."""
    from cattrs import AttributeValidationNote, BaseValidationError, IterableValidationNote

    for refused in error.exceptions:
        # Messages of attrs validators start with the name of the field.
        named = _NAMED.match(str(refused))
        key: Any = named[1] if named else None
        for note in getattr(refused, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                key = note.name.lstrip("_")
            elif isinstance(note, IterableValidationNote):
                key = note.index
        at, inner = place, value
        if isinstance(value, dict) and key in value:
            at, inner = place.inside(value, key), value[key]
        elif isinstance(value, list) and isinstance(key, int):
            inner = value[key]
        if isinstance(refused, BaseValidationError):
            yield from _refusals(refused, inner, at)
        else:
            yield at.problem(str(refused).split("\n")[0])


def value_schema(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema of a value of the type `hint`."""
    arms = options(hint)
    wanted = [found for arm in arms if (found := kind_of(arm).schema(arm)) is not None]
    nulls = [{"type": "null"}] if type(None) in typing.get_args(strip(hint)) else []
    return either(*wanted, *nulls) if wanted else {}


def either(*schemas: dict[str, Any]) -> dict[str, Any]:
    """Return a schema for values that fit one of `schemas`, variables and function blocks."""
    return {"anyOf": [*schemas, _VARIABLE, _BLOCK]}


def kind_of(hint: Any) -> Kind:
    """Return the kind of a hint without wrappers (see `strip`)."""
    base = base_of(hint)
    return next(kind for kind in KINDS if kind.matches(base))


def base_of(hint: Any) -> Any:
    """Return the class or special form of a hint, such as `list` of `list[int]`."""
    try:
        hash(hint)
    except TypeError:
        return Any
    return typing.get_origin(hint) or hint


def read_number(text: str, hint: Any) -> int | float | None:
    """Return the number in `text` if `hint` allows numbers but not strings, else None.

    A variable in quotes is replaced by text; like spaCy, take it as a number where one is needed.
    """
    for kind in (int, float):
        if fits(kind(1), hint) and not fits(text, hint):
            with contextlib.suppress(ValueError):
                return kind(text)
    return None


# ---- unions and choices


def _join(words: Iterable[str]) -> str:
    parts = sorted(words, key=lambda word: word == "null")  # "a string or null", whatever the order
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _union_hook(hint: Any, converter: BaseConverter) -> Hook:
    def convert(value: Any, _: Any) -> Any:
        # A string stays a string if the union has strings, and a whole number stays whole.
        arms = sorted(typing.get_args(hint), key=lambda arm: strip(arm) is not type(value))
        arm = next((arm for arm in arms if fits(value, arm)), Any)
        return converter.structure(value, arm)

    return convert


_UNION: Final = Kind(
    matches=lambda base: base in {typing.Union, types.UnionType},
    fits=lambda value, hint: any(fits(value, arm) for arm in typing.get_args(hint)),
    describe=lambda hint, plural: _join(
        dict.fromkeys(describe_type(arm, plural=plural) for arm in typing.get_args(hint))
    ),
    hook=_union_hook,
)


def _choice(choices: Callable[[Any], list[Any]], **more: Any) -> Kind:
    """Return a kind of hints that allow only the values `choices(hint)`."""
    return Kind(
        describe=lambda hint, _: "one of " + ", ".join(map(json.dumps, choices(hint))),
        schema=lambda hint: {"enum": choices(hint)},
        **more,
    )


def _members(hint: Any) -> list[Any]:
    return [member.value for member in hint]


_LITERAL: Final = _choice(
    lambda hint: list(typing.get_args(hint)),
    matches=lambda base: base is typing.Literal,
    fits=lambda value, hint: any(
        type(value) is type(arg) and value == arg for arg in typing.get_args(hint)
    ),
)
_ENUM: Final = _choice(
    _members,
    matches=lambda base: inspect.isclass(base) and issubclass(base, Enum),
    fits=lambda value, hint: isinstance(value, hint) or value in _members(hint),
    hook=lambda hint, _: lambda value, _: value if isinstance(value, hint) else hint(value),
)


# ---- single values


def _scalar(hint: Any, words: tuple[str, str], name: str, fits: Callable[[Any], bool]) -> Kind:
    return Kind(
        matches=lambda base: base is hint,
        fits=lambda value, _: fits(value),
        describe=lambda _, plural: words[plural],
        schema=lambda _: {"type": name},
    )


def _is_number(value: Any, cls: Any) -> bool:
    return isinstance(value, cls) and not isinstance(value, bool)


_SCALARS: Final = (
    _scalar(bool, ("true or false",) * 2, "boolean", lambda value: isinstance(value, bool)),
    _scalar(
        int,
        ("a whole number", "whole numbers"),
        "integer",
        lambda value: _is_number(value, numbers.Integral),
    ),
    _scalar(
        float, ("a number", "numbers"), "number", lambda value: _is_number(value, numbers.Real)
    ),
    _scalar(str, ("a string", "strings"), "string", lambda value: isinstance(value, str)),
    _scalar(type(None), ("null", "nulls"), "null", lambda value: value is None),
    _scalar(None, ("null", "nulls"), "null", lambda value: value is None),
)
_PATH: Final = Kind(
    matches=lambda base: inspect.isclass(base) and issubclass(base, PurePath),
    fits=lambda value, _: isinstance(value, str | PurePath),
    describe=lambda _, plural: "paths" if plural else "a path",
    read=str,
    hook=lambda *_: lambda value, _: FilePath(value),
    schema=lambda _: {"type": "string"},
)
_ANYTHING: Final = Kind(
    matches=lambda base: base is Any or isinstance(base, str | typing.ForwardRef),
    fits=lambda *_: True,
    describe=lambda *_: "anything",
)


# ---- lists and tables


def _item_of(hint: Any) -> Any:
    return (*typing.get_args(hint), Any)[0]


def _fits_list(value: Any, hint: Any) -> bool:
    is_listed = isinstance(value, list | tuple | set | frozenset)
    if not is_listed:
        # Arrays and readers can be iterated; strings and tables can too, but are not lists.
        is_listed = not isinstance(value, str | bytes | dict) and _is_instance(value, base_of(hint))
    args = typing.get_args(hint)
    return is_listed and (not args or all(fits(item, args[0]) for item in value))


def _describe_list(hint: Any, plural: bool) -> str:
    if base_of(hint) in {abc.Iterator, abc.Generator}:
        return "schedules" if plural else "a schedule"
    return _of("lists" if plural else "a list", typing.get_args(hint)[:1])


def _of(words: str, items: Collection[Any]) -> str:
    return f"{words} of {describe_type(*items, plural=True)}" if items else words


def _list_hook(hint: Any, converter: BaseConverter) -> Hook:
    from cattrs.cols import list_structure_factory

    convert = list_structure_factory(hint, converter)
    makers = {set: set, frozenset: frozenset, abc.Set: set, abc.MutableSet: set}
    make = makers.get(base_of(hint))
    return convert if make is None else lambda value, _: make(convert(value, hint))


_LISTS: Final = {
    list,
    set,
    frozenset,
    abc.Sequence,
    abc.MutableSequence,
    abc.Collection,
    abc.Iterable,
    abc.Iterator,
    abc.Generator,
    abc.Container,
    abc.Reversible,
    abc.Set,
    abc.MutableSet,
}
_LIST: Final = Kind(
    matches=lambda base: inspect.isclass(base) and base in _LISTS,
    fits=_fits_list,
    describe=_describe_list,
    read=list,
    hook=_list_hook,
    schema=lambda hint: {"type": "array", "items": value_schema(_item_of(hint))},
)


def _slots(hint: Any, n_items: int) -> tuple[Any, ...]:
    """Return the type of each item of a tuple with `n_items`."""
    args = typing.get_args(hint) or (Any, ...)
    return (args[0],) * n_items if args[1:] == (Ellipsis,) else args


def _fits_tuple(value: Any, hint: Any) -> bool:
    if not isinstance(value, list | tuple):
        return False
    slots = _slots(hint, len(value))
    return len(value) == len(slots) and all(map(fits, value, slots))


def _describe_tuple(hint: Any, _: bool) -> str:
    args = typing.get_args(hint)
    if not args or args[-1] is Ellipsis:
        return _of("a list", args[:1])
    return f"a list of {len(args)}: {', '.join(map(describe_type, args))}"


def _tuple_hook(hint: Any, converter: BaseConverter) -> Hook:
    return lambda value, _: tuple(map(converter.structure, value, _slots(hint, len(value))))


_TUPLE: Final = Kind(
    matches=lambda base: base is tuple,
    fits=_fits_tuple,
    describe=_describe_tuple,
    read=list,
    hook=_tuple_hook,
    schema=lambda _: {"type": "array", "items": {}},
)
TABLES: Final = {dict, abc.Mapping, abc.MutableMapping}


def _fits_table(value: Any, hint: Any) -> bool:
    if not isinstance(value, abc.Mapping):
        return False
    args = typing.get_args(hint) or (Any, Any)
    return all(fits(key, args[0]) and fits(item, args[1]) for key, item in value.items())


def _table_hook(hint: Any, converter: BaseConverter) -> Hook:
    from cattrs.gen import mapping_structure_factory

    return mapping_structure_factory(hint, converter)


_TABLE: Final = Kind(
    matches=lambda base: inspect.isclass(base) and base in TABLES,
    fits=_fits_table,
    describe=lambda hint, plural: _of("tables" if plural else "a table", typing.get_args(hint)[1:]),
    read=dict,
    hook=_table_hook,
    schema=lambda hint: {
        "type": "object",
        "additionalProperties": value_schema((*typing.get_args(hint), Any, Any)[1]),
    },
)


# ---- classes


def _has_keys_of(value: dict[str, Any], cls: type) -> bool:
    """Return whether `value` has the keys that the attrs class `cls` needs, and no unknown ones."""
    hints = class_hints(cls)
    fields = {field.alias or field.name: field for field in attrs.fields(cls)}
    needed = {key for key in hints if fields[key].default is attrs.NOTHING}
    keys = value.keys()
    return needed <= keys <= hints.keys() and all(fits(value[key], hints[key]) for key in keys)


def _class_hook(hint: Any, converter: BaseConverter) -> Hook:
    from cattrs.gen import make_dict_structure_fn

    cls = base_of(hint)
    try:
        return make_dict_structure_fn(cls, converter)
    except NameError:  # a hint that only type checkers can resolve
        return lambda value, _: cls(**value)


def _describe_table_class(hint: Any, plural: bool) -> str:
    keys = ", ".join(field.name for field in attrs.fields(base_of(hint)))
    return f"{'tables' if plural else 'a table'} with the keys {keys}"


def _table_class_schema(hint: Any) -> dict[str, Any]:
    properties = {key: value_schema(inner) for key, inner in class_hints(base_of(hint)).items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _fits_class(value: Any, hint: Any) -> bool:
    base = base_of(hint)
    if not inspect.isclass(base):
        return True  # a ParamSpec or similar: nothing to check
    if base is type:
        return isinstance(value, type)
    is_protocol = bool(getattr(base, "_is_protocol", False))
    return _is_instance(value, base) or (is_protocol and not _is_json(value))


def _describe_class(hint: Any, plural: bool) -> str:
    base = base_of(hint)
    name = getattr(base, "__name__", str(base))
    return f"function blocks that make a `{name}`" if plural else f"a function block for a `{name}`"


def _is_instance(value: Any, cls: Any) -> bool:
    try:
        return isinstance(value, cls)
    except TypeError:  # a protocol that cannot be checked at run time
        return False


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | list | dict)


_TABLE_CLASS: Final = Kind(
    matches=lambda base: inspect.isclass(base) and attrs.has(base),
    fits=lambda value, hint: (
        _has_keys_of(value, base_of(hint)) if isinstance(value, dict) else _fits_class(value, hint)
    ),
    describe=_describe_table_class,
    read=dict,
    hook=_class_hook,
    schema=_table_class_schema,
)
_FUNCTION: Final = Kind(
    matches=lambda base: base is abc.Callable or inspect.isfunction(base),
    fits=lambda value, hint: callable(value) or inspect.isfunction(hint),
    describe=lambda _, plural: "function blocks" if plural else "a function block",
)
_CLASS: Final = Kind(matches=lambda _: True, fits=_fits_class, describe=_describe_class)

KINDS: Final = (
    *_SCALARS,
    _ANYTHING,
    _UNION,
    _LITERAL,
    _LIST,
    _TUPLE,
    _TABLE,
    _PATH,
    _ENUM,
    _FUNCTION,
    _TABLE_CLASS,
    _CLASS,
)
