"""Function blocks and components held against what they name, without calling anything."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from kernel.config.describe import nearest, wrong_type
from kernel.config.kinds import describe_type, options, strip
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.merge import merge_trees
from kernel.config.signature import (
    FACTORY_CONTEXT,
    POSITIONAL,
    Parameter,
    Signature,
    argument_problems,
    signature_of,
    without,
)
from kernel.config.tree import UNRESOLVED, Block, function_of, is_block, origin_of
from kernel.problems import Origin, Path, Problem

_SOURCE_KEYS = ("source", "component", "replace_listeners")


def block_problems(
    value: Any, path: Path, origin: Origin, *, complete: bool, hint: Any = Any
) -> Iterator[Problem]:
    """Yield what is wrong with the function blocks in `value`, at any depth.

    `hint` is the type that is wanted of what `value` makes.
    """
    if is_block(value):
        yield from _function_problems(value, path, origin, complete, hint)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from block_problems(inner, (*path, key), origin_of(value, key), complete=complete)
    elif isinstance(value, list):
        for inner in value:
            yield from block_problems(inner, path, origin, complete=complete)


def _function_problems(
    block: Mapping[str, Any], path: Path, origin: Origin, complete: bool, hint: Any
) -> Iterator[Problem]:
    try:
        signature = signature_of(find_function(block, path))
    except LookupProblemError as error:
        if function_of(block)[1] is not UNRESOLVED:
            yield error.problem
        yield from _inner_problems(block, path, None, complete)
        return
    yield from argument_problems(signature, block, path, origin=origin, complete=complete)
    yield from _clash_problems(block, signature, path, hint)
    yield from _inner_problems(block, path, signature, complete)


def _inner_problems(
    block: Mapping[str, Any], path: Path, signature: Signature | None, complete: bool
) -> Iterator[Problem]:
    parameters = signature.parameters if signature is not None else {}
    for key, value in block.items():
        hint = parameters[key].hint if key in parameters else Any
        if key == POSITIONAL or isinstance(value, Mapping | list):
            at = origin_of(block, key)
            yield from block_problems(value, (*path, key), at, complete=complete, hint=hint)


def _clash_problems(
    block: Mapping[str, Any], signature: Signature, path: Path, hint: Any
) -> Iterator[Problem]:
    kind, name = function_of(block)
    # A schedule stands for the number that it gives at each step.
    if kind != "schedules" and _clashes(signature.returns, hint):
        yield Problem(
            path=(*path, f"@{kind}"),
            origin=origin_of(block, f"@{kind}"),
            message=f"`{name}` makes something else than `{path[-1]}` wants",
            expected=describe_type(hint),
            received=f"a `{_base(signature.returns).__name__}`",
        )


def _clashes(made: Any, wanted: Any) -> bool:
    """Say whether something of the type `made` cannot be of the type `wanted`, for certain."""
    one = _base(made)
    if one is None:
        return False
    for option in options(wanted):
        other = _base(option)
        if other is None or issubclass(one, other) or issubclass(other, one):
            return False
    return True


def _base(hint: Any) -> Any:
    """Return the class that `hint` names, None if it names none to judge by."""
    hint = strip(hint)
    base = typing.get_origin(hint) or hint
    unsure = (object, type(None), collections.abc.Iterable, Any)
    if not inspect.isclass(base) or base in unsure or getattr(base, "_is_protocol", False):
        return None
    return base


def component_problems(
    name: str, block: Any, origin: Origin, *, lang: str | None, complete: bool
) -> Iterator[Problem]:
    """Yield what is wrong with the block `[components.<name>]`."""
    path = ("components", name)
    if block is UNRESOLVED:
        return
    if not isinstance(block, Block):
        yield wrong_type(path, origin, block, "a section with `factory` or `source`")
    elif "factory" in block:
        yield from _factory_problems(block, path, origin, lang, complete)
    elif "source" in block:
        yield from _source_problems(block, path)
    else:
        yield _neither(block, path, origin)


def _factory_problems(
    block: Block, path: Path, origin: Origin, lang: str | None, complete: bool
) -> Iterator[Problem]:
    settings = Block(
        {key: value for key, value in block.items() if key != "factory"}, block.origins
    )
    try:
        factory = find_factory(block, path, lang)
    except LookupProblemError as error:
        if block["factory"] is not UNRESOLVED:
            yield error.problem
        yield from _inner_problems(settings, path, None, complete)
        return
    signature = without(signature_of(getattr(factory, "func", factory)), FACTORY_CONTEXT)
    if complete:
        signature = _with_defaults(signature, getattr(factory, "default_config", {}))
    else:
        # What is left out is filled in, the function of a nested block among it.
        settings = merge_trees(getattr(factory, "default_config", {}), settings)
    yield from argument_problems(signature, settings, path, origin=origin, complete=complete)
    yield from _inner_problems(settings, path, signature, complete)


def _with_defaults(signature: Signature, defaults: Mapping[str, Any]) -> Signature:
    parameters = {
        name: attrs.evolve(found, default=defaults[name]) if name in defaults else found
        for name, found in signature.parameters.items()
    }
    return attrs.evolve(signature, parameters=parameters)


def _source_problems(block: Block, path: Path) -> Iterator[Problem]:
    for key in block:
        if key not in _SOURCE_KEYS:
            yield Problem(
                path=(*path, key),
                origin=origin_of(block, key),
                message=f"`{key}` is not a setting of a component with `source`",
                suggestion=nearest(key, _SOURCE_KEYS),
                hint="it is copied with the settings that it has",
            )
    hints = {"source": str, "component": str, "replace_listeners": list[str]}
    signature = Signature(
        {key: Parameter(key, hint, None) for key, hint in hints.items()}, True, None, Any, "source"
    )
    yield from argument_problems(signature, block, path, origin=origin_of(block, "source"))


def _neither(block: Block, path: Path, origin: Origin) -> Problem:
    for key in block:
        close = nearest(key, ("factory", "source"), cutoff=0.75)  # `scorer` is not `source`
        if close is not None:
            return Problem(
                path=(*path, key),
                origin=origin_of(block, key),
                message=f"`{key}` is not a setting of a component",
                suggestion=close,
            )
    return Problem(
        path=path,
        origin=origin,
        message="a component with neither `factory` nor `source`",
        hint="`factory` names the kind of component; `source` a pipeline to copy it from",
    )
