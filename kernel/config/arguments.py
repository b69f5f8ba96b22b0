"""A block held against the signature of the function that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.config.describe import describe_value, nearest
from kernel.config.kinds import describe_type
from kernel.config.problems import Origin, Path, Problem
from kernel.config.signature import Parameter, Signature, plain
from kernel.config.tree import function_of, is_block, origin_of
from kernel.config.type_problems import type_problems

POSITIONAL = "*"


def argument_problems(
    signature: Signature,
    block: Mapping[str, Any],
    path: Path,
    *,
    origin: Origin,
    complete: bool = False,
) -> Iterator[Problem]:
    """Yield what is wrong with the arguments in `block`: unknown, missing, of the wrong type.

    `origin` is that of the block as a whole; `complete` also asks for those that have defaults.
    """
    given = {key: value for key, value in block.items() if not key.startswith("@")}
    rest = positional(given.pop(POSITIONAL, None))
    known = signature.parameters
    by_position = {found.name for found in _positions(signature, len(rest)) if found is not None}
    missing = [name for name in known if name not in given and name not in by_position]
    for key, value in given.items():
        if key in known:
            yield from _value_problems(known[key], value, (*path, key), origin_of(block, key))
        elif not signature.takes_any:
            close = nearest(key, missing) or nearest(key, known)
            missing = [name for name in missing if name != close]  # one mistake, one problem
            yield _unknown(key, close, signature, path, origin_of(block, key))
    yield from _position_problems(
        signature, rest, (*path, POSITIONAL), origin_of(block, POSITIONAL)
    )
    for name in missing:
        if known[name].is_required or (complete and _can_be_written(known[name].default)):
            yield missing_problem(known[name], (*path, name), origin, signature.text)


def _value_problems(
    parameter: Parameter, value: Any, path: Path, origin: Origin
) -> Iterator[Problem]:
    if is_block(parameter.default) and isinstance(value, Mapping) and not is_block(value):
        kind, _ = function_of(parameter.default)
        yield no_function(path, origin, value, kind)
    else:
        yield from type_problems(value, parameter.hint, path, origin)


def no_function(path: Path, origin: Origin, value: Any, kind: str) -> Problem:
    """Return the problem of a value that should be a function block of the registry `kind`."""
    return Problem(
        path=path,
        origin=origin,
        message="no function is named",
        expected=f"a function block with `@{kind}`",
        received=describe_value(value),
    )


def _position_problems(
    signature: Signature, rest: list[Any], path: Path, origin: Origin
) -> Iterator[Problem]:
    for value, parameter in zip(rest, _positions(signature, len(rest)), strict=True):
        if parameter is not None:
            yield from type_problems(value, parameter.hint, path, origin)
            continue
        message = f"too many positional arguments for `{signature.text}`"
        yield Problem(path=path, origin=origin, message=message)
        return


def missing_problem(
    parameter: Parameter, path: Path, origin: Origin, signature: str | None = None
) -> Problem:
    """Return the problem of a key that is not there."""
    default = None if parameter.is_required else describe_value(parameter.default)
    needed = f"`{signature}` needs it" if signature else None
    return Problem(
        path=path,
        origin=origin,
        message=f"`{path[-1]}` is missing",
        expected=describe_type(parameter.hint),
        hint=needed
        if default is None
        else f"run `kernel init fill-config` to add it with its default, {default}",
        is_left_out=default is not None,
    )


def positional(value: Any) -> list[Any]:
    """Return the positional arguments in what a block has under `*`."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def _unknown(
    key: str, close: str | None, signature: Signature, path: Path, origin: Origin
) -> Problem:
    return Problem(
        path=(*path, key),
        origin=origin,
        message=f"`{key}` is not an argument of `{signature.text}`",
        suggestion=close,
        hint=None if close or signature.parameters else "it takes no settings",
    )


def _positions(signature: Signature, count: int) -> list[Parameter | None]:
    found: list[Parameter | None] = [
        parameter for parameter in signature.parameters.values() if not parameter.is_keyword_only
    ]
    return [*found[:count], *[signature.rest] * (count - len(found))][:count]


def _can_be_written(default: Any) -> bool:
    try:
        plain(default)
    except TypeError:
        return False
    return True
