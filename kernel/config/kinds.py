"""Kinds of type hints, and everything that a config does with each of them: one table.

The table says whether a value fits a hint (`fits`), how to describe the hint in words
(`describe_type`) and in a JSON Schema (`value_schema`), and how to turn the value of a file into
the type of the hint (`hook`, for the module `structure`). Objects that function blocks have made
(models, schedules) are passed on unchanged.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import json
import numbers
import types
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from pathlib import Path as FilePath
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
from attrs import frozen

from kernel.config import pydantic_types
from kernel.config.tree import UNRESOLVED, is_block

if TYPE_CHECKING:
    from cattrs import BaseConverter

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


def is_table_class(cls: Any) -> bool:
    """Return whether `cls` is an attrs class, a dataclass or a typed dict."""
    if not inspect.isclass(cls) or pydantic_types.is_table(cls):
        return False
    return attrs.has(cls) or dataclasses.is_dataclass(cls) or typing.is_typeddict(cls)


@functools.lru_cache(maxsize=1024)
def class_hints(cls: type) -> dict[str, Any]:
    """Return the type of each key of a table for `cls`, for which `is_table_class` is true."""
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except NameError:
        hints = {}
    return {key: hints.get(name, Any) for key, (name, _) in _fields(cls).items()}


def needed_keys(cls: type) -> set[str]:
    """Return the keys that a table for `cls` must have."""
    return {key for key, (_, is_needed) in _fields(cls).items() if is_needed}


def _fields(cls: Any) -> dict[str, tuple[str, bool]]:
    """Return the name of the field for each key of a table for `cls`, and whether it is needed."""
    if attrs.has(cls):
        return {
            field.alias or field.name: (field.name, field.default is attrs.NOTHING)
            for field in attrs.fields(cls)
            if field.init
        }
    if typing.is_typeddict(cls):
        return {key: (key, key in cls.__required_keys__) for key in cls.__annotations__}
    return {
        field.name: (
            field.name,
            field.default is field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
        if field.init
    }


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
    iterator (a schedule), unless the hint is a function, because reading its items would use them
    up.
    """
    if value is UNRESOLVED or is_block(value):
        return True
    if isinstance(value, abc.Iterator) and not _is_function(hint):
        return True
    hint = strip(hint)
    return kind_of(hint).fits(value, hint)


def _is_function(hint: Any) -> bool:
    """Return whether only functions, or null, fit `hint`."""
    return all(base_of(option) in {abc.Callable, type(None)} for option in options(hint))


def describe_type(hint: Any, *, plural: bool = False) -> str:
    """Return the type `hint` in words: `a list of whole numbers`, `a string or null`."""
    hint = strip(hint)
    return kind_of(hint).describe(hint, plural)


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
    fits=lambda value, _: isinstance(value, str | PurePath) and "\0" not in str(value),
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
    """Return whether `value` has the keys that `cls` needs, and no unknown ones."""
    hints, keys = class_hints(cls), value.keys()
    is_complete = needed_keys(cls) <= keys <= hints.keys()
    return is_complete and all(fits(value[key], hints[key]) for key in keys)


def _class_hook(hint: Any, converter: BaseConverter) -> Hook:
    from cattrs.gen import make_dict_structure_fn

    cls = base_of(hint)
    if typing.is_typeddict(cls):
        hooks = {key: converter.get_structure_hook(each) for key, each in class_hints(cls).items()}
        return lambda value, _: {
            key: hooks[key](inner, class_hints(cls)[key]) for key, inner in value.items()
        }
    try:
        return make_dict_structure_fn(cls, converter)
    except NameError:  # a hint that only type checkers can resolve
        return lambda value, _: cls(**value)


def _describe_table_class(hint: Any, plural: bool) -> str:
    keys = ", ".join(class_hints(base_of(hint)))
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
    matches=is_table_class,
    fits=lambda value, hint: (
        _has_keys_of(value, base_of(hint)) if isinstance(value, dict) else _fits_class(value, hint)
    ),
    describe=_describe_table_class,
    read=dict,
    hook=_class_hook,
    schema=_table_class_schema,
)
_VALIDATED_TABLE: Final = Kind(
    matches=pydantic_types.is_table,
    fits=lambda value, hint: (
        not pydantic_types.unknown_keys(value, hint)
        if isinstance(value, dict)
        else _fits_class(value, hint)
    ),
    describe=lambda hint, plural: (
        f"{'tables' if plural else 'a table'} with the keys "
        f"{', '.join(pydantic_types.keys_of(hint) or ['of the class'])}"
    ),
    read=dict,
    hook=lambda hint, _: lambda value, _: pydantic_types.validate(value, hint),
    schema=lambda _: {"type": "object"},
)
_OLD_TYPE: Final = Kind(
    matches=pydantic_types.is_old_type,
    fits=lambda value, hint: _is_json(value),
    describe=lambda hint, _: f"a value of the type `{hint.__name__}`",
    hook=lambda hint, _: lambda value, _: pydantic_types.validate(value, hint),
    schema=lambda _: {},
)
_FUNCTION: Final = Kind(
    matches=lambda base: base is abc.Callable or inspect.isfunction(base),
    fits=lambda value, hint: callable(value) or inspect.isfunction(hint),
    describe=lambda _, plural: "function blocks" if plural else "a function block",
)
_CLASS: Final = Kind(matches=lambda _: True, fits=_fits_class, describe=_describe_class)

KINDS: Final = (
    *_SCALARS,
    _OLD_TYPE,
    _VALIDATED_TABLE,
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
