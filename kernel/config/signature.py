"""The arguments that a function takes, and blocks of a config checked against them."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any, Final

from attrs import evolve, frozen

from kernel.config.describe import describe_value, take_nearest
from kernel.config.kinds import describe_type, fits
from kernel.config.tree import function_of, is_block
from kernel.config.type_problems import type_problems

if typing.TYPE_CHECKING:
    from kernel.config.place import Place
    from kernel.problems import Problem

MISSING: Any = inspect.Parameter.empty

FACTORY_CONTEXT: Final = ("nlp", "name")
"""The arguments of a factory that come from the pipeline, not from the config."""


@frozen
class Parameter:
    """One argument: its type hint (`Any` if there is none) and its default, if it has one."""

    name: str
    hint: Any
    default: Any = MISSING
    is_keyword_only: bool = False
    is_positional_only: bool = False

    @property
    def is_required(self) -> bool:
        """Whether the parameter has no default."""
        return self.default is MISSING

    @property
    def is_plain(self) -> bool:
        """Whether the parameter has a default that can be written in a config."""
        try:
            plain(self.default)
        except TypeError:
            return False
        return True

    @property
    def is_written(self) -> bool:
        """Whether complete configs contain the default: it is plain, and not an empty table.

        An empty table says nothing, and spaCy's functions may not have the argument.
        """
        is_empty = isinstance(self.default, Mapping) and not self.default
        return self.is_plain and not is_empty


@frozen
class Signature:
    """The arguments of a function by name; whether it takes any others; its return type.

    `rest` describes further positional arguments, `others` is the type of other keyword arguments.
    """

    parameters: Mapping[str, Parameter]
    takes_any: bool
    rest: Parameter | None
    returns: Any
    text: str
    others: Any = Any


@functools.lru_cache(maxsize=4096)
def signature_of(func: Callable[..., Any]) -> Signature:
    """Return the arguments of `func`; for a class, those of its constructor."""
    try:
        signature = inspect.signature(func)
    except (TypeError, ValueError):  # some builtins have none
        return Signature({}, True, None, Any, "(...)")
    hints = _hints(func)
    for name, parameter in signature.parameters.items():
        # `path: Path = None`, which PEP 484 allowed, means that the path is optional.
        if parameter.default is None and not fits(None, hints.get(name, Any)):
            hints[name] = typing.Optional[hints[name]]  # noqa: UP045 — hints may be strings
    found: dict[str, Parameter] = {}
    rest, takes_any, others = None, False, Any
    for name, parameter in signature.parameters.items():
        hint = hints.get(name, Any)
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_any, others = True, hint
        elif parameter.kind is parameter.VAR_POSITIONAL:
            rest = Parameter(name, hint)
        else:
            found[name] = Parameter(
                name,
                hint,
                parameter.default,
                is_keyword_only=parameter.kind is parameter.KEYWORD_ONLY,
                is_positional_only=parameter.kind is parameter.POSITIONAL_ONLY,
            )
    returns = func if inspect.isclass(func) else hints.get("return", Any)
    return Signature(found, takes_any, rest, returns, _text(func, signature), others)


def without(signature: Signature, names: Iterable[str]) -> Signature:
    """Return `signature` without the parameters in `names`."""
    dropped = set(names)
    kept = {name: found for name, found in signature.parameters.items() if name not in dropped}
    return evolve(signature, parameters=kept)


def from_caller(signature: Signature) -> Signature:
    """Return `signature` without `nlp` and the arguments that callers pass by position."""
    passed = [
        name
        for name, found in signature.parameters.items()
        if found.is_required and not found.is_keyword_only
    ]
    return without(signature, [*passed, "nlp"])


def defaults_of(signature: Signature) -> Iterator[tuple[str, Any]]:
    """Yield the name and default of each parameter whose default complete configs contain."""
    for name, parameter in signature.parameters.items():
        if parameter.is_written:
            yield name, plain(parameter.default)


def summary_of(thing: Any) -> str | None:
    """Return the first paragraph of a docstring as one line, without `Section [name].`."""
    doc = inspect.getdoc(thing)
    return doc.split("\n\n")[0].split(" Section `[")[0].replace("\n", " ") if doc else None


def plain(value: Any) -> Any:
    """Return `value` as a JSON value; raises TypeError if that is not possible."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} cannot stand in a config")


def _hints(func: Any) -> dict[str, Any]:
    target = func.func if isinstance(func, functools.partial) else func
    target = inspect.unwrap(target)
    if inspect.isclass(target):
        target = target.__init__
    elif not (inspect.isroutine(target)):
        target = type(target).__call__
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 — hints of plugins may name types that only type checkers import
        return _readable_hints(target)


def _readable_hints(target: Any) -> dict[str, Any]:
    """Return the hints that can be resolved, each on its own."""
    found = {}
    for name, hint in getattr(target, "__annotations__", {}).items():
        holder = type("holder", (), {"__annotations__": {name: hint}})
        namespace = getattr(target, "__globals__", {})
        try:
            found.update(typing.get_type_hints(holder, namespace, include_extras=True))
        except Exception:  # noqa: BLE001, S112 — as above
            continue
    return found


def _text(func: Any, signature: inspect.Signature) -> str:
    name = getattr(func, "__name__", type(func).__name__)
    parts = []
    for parameter in signature.parameters.values():
        stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(parameter.kind.name, "")
        parts.append(f"{stars}{parameter.name}")
    return f"{name}({', '.join(parts)})"


POSITIONAL = "*"


def argument_problems(
    signature: Signature, block: Mapping[str, Any], place: Place, *, complete: bool = False
) -> Iterator[Problem]:
    """Yield the arguments in `block` that are unknown, missing or of the wrong type.

    With `complete`, arguments that have defaults must be there too.
    """
    given = {key: value for key, value in block.items() if not key.startswith("@")}
    positions = given.pop(POSITIONAL, None)
    rest = positional(positions)
    known = signature.parameters
    by_position = {found.name for found in _positions(signature, len(rest)) if found is not None}
    missing = [name for name in known if name not in given and name not in by_position]
    for key, value in given.items():
        if key in known:
            yield from _value_problems(known[key], value, place.inside(block, key))
        elif signature.takes_any:
            yield from type_problems(value, signature.others, place.inside(block, key))
        else:
            close = take_nearest(key, missing, known)
            yield place.inside(block, key).problem(
                f"`{key}` is not an argument of `{signature.text}`",
                suggestion=close,
                hint=None if close or known else "it takes no settings",
            )
    at = place.inside(block, POSITIONAL)
    keys = list(positions) if isinstance(positions, Mapping) else None
    places = [at] * len(rest) if keys is None else [at.inside(positions, key) for key in keys]
    yield from _position_problems(signature, rest, places)
    for name in missing:
        expected = describe_type(known[name].hint)
        if known[name].is_required:
            yield place.lacking(name).problem(
                f"`{name}` is missing", expected=expected, hint=f"`{signature.text}` needs it"
            )
        elif complete and known[name].is_written:
            default = f"its default, {describe_value(known[name].default)}"
            yield place.lacking(name).left_out(default, expected=expected)


def _value_problems(parameter: Parameter, value: Any, place: Place) -> Iterator[Problem]:
    if is_block(parameter.default) and isinstance(value, Mapping) and not is_block(value):
        yield place.no_function(value, function_of(parameter.default)[0])
    elif not is_default(value, parameter):
        yield from type_problems(value, parameter.hint, place)


def is_default(value: Any, parameter: Parameter) -> bool:
    """Return whether `value` is the default: a function takes it, whatever its type hint says."""
    if not parameter.is_plain:
        return False
    default = plain(parameter.default)
    return type(value) is type(default) and bool(value == default)


def _position_problems(
    signature: Signature, rest: list[Any], places: list[Place]
) -> Iterator[Problem]:
    parameters = _positions(signature, len(rest))
    for value, parameter, place in zip(rest, parameters, places, strict=True):
        if parameter is None:
            yield place.problem(f"too many positional arguments for `{signature.text}`")
            return
        yield from type_problems(value, parameter.hint, place)


def positional(value: Any) -> list[Any]:
    """Return the positional arguments in the value of the key `*`."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def _positions(signature: Signature, count: int) -> list[Parameter | None]:
    found: list[Parameter | None] = [
        parameter for parameter in signature.parameters.values() if not parameter.is_keyword_only
    ]
    return [*found[:count], *[signature.rest] * (count - len(found))][:count]
