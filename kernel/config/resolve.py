"""From blocks to objects: each function block called once, inner ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from kernel.config.arguments import POSITIONAL, argument_problems, positional
from kernel.config.kinds import Spot, describe_type, fits, read_number, structure
from kernel.config.lookup import LookupProblemError, find_function
from kernel.config.problems import UNKNOWN, Origin, Path, Problem, raise_problems
from kernel.config.signature import Parameter, Signature, from_caller, signature_of, without
from kernel.config.tree import Block, function_of, is_block, origin_of
from kernel.errors import ConfigError, KernelError

ResultT = TypeVar("ResultT")


def resolve(block: Any, *, where: str = "", validate: bool = True) -> Any:
    """Return `block`, an interpolated tree, with the results of its function blocks.

    `where` is its dotted name, for messages; `validate` also checks types. Raises
    `ConfigError` for arguments that do not fit, and for what a called function raises.
    """
    return _resolve(block, split(where), validate)


def call(
    func: Callable[..., ResultT],
    block: Mapping[str, Any],
    *,
    where: str = "",
    given: Mapping[str, Any] | None = None,
    validate: bool = True,
) -> ResultT:
    """Return what `func` makes of the settings in `block`, whose function blocks go first.

    `given` are arguments that do not come from the config, such as `nlp` and `name`.
    """
    path = split(where)
    signature = without(signature_of(func), given or ())
    origin = _place_of_block(block)
    return _call(func, signature, block, path, origin, given or {}, validate)


def check_arguments(
    func: Callable[..., Any], block: Mapping[str, Any], *, where: str, given: Iterable[str] = ()
) -> None:
    """Raise `ConfigError` if `func` does not take the settings in `block`.

    Not asked for are the arguments in `given`; if there are none, `nlp` and those that the
    caller passes by position, such as `get_examples`.
    """
    signature = signature_of(func)
    signature = without(signature, given) if given else from_caller(signature)
    raise_problems(argument_problems(signature, block, split(where), origin=_place_of_block(block)))


def split(where: str) -> Path:
    """Return the keys of a dotted name."""
    return tuple(where.split(".")) if where else ()


def _resolve(value: Any, path: Path, validate: bool) -> Any:
    if is_block(value):
        try:
            func = find_function(value, path)
        except LookupProblemError as error:
            raise ConfigError([error.problem]) from error.__cause__
        origin = origin_of(value, f"@{function_of(value)[0]}")
        return _call(func, signature_of(func), value, path, origin, {}, validate)
    if isinstance(value, Mapping):
        return {key: _resolve(inner, (*path, key), validate) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(item, path, validate) for item in value]
    return value


def _call(
    func: Callable[..., ResultT],
    signature: Signature,
    block: Mapping[str, Any],
    path: Path,
    origin: Origin,
    given: Mapping[str, Any],
    validate: bool,
) -> ResultT:
    settings = {key: value for key, value in block.items() if not key.startswith("@")}
    raise_problems(argument_problems(signature, block, path, origin=origin) if validate else ())
    made = {key: _resolve(value, (*path, key), validate) for key, value in settings.items()}
    rest = positional(made.pop(POSITIONAL, None))
    if validate:
        raise_problems(_result_problems(signature, block, made, path))
    made = {key: _fitted(value, signature, block, (*path, key)) for key, value in made.items()}
    try:
        return func(*rest, **given, **made)
    except ConfigError as error:
        if error.problems:
            raise
        raise _failure(func, block, path, origin, error) from error
    except Exception as error:
        raise _failure(func, block, path, origin, error) from error


def _result_problems(
    signature: Signature, block: Mapping[str, Any], made: Mapping[str, Any], path: Path
) -> list[Problem]:
    """Return what is wrong with the results of function blocks as arguments."""
    problems = []
    for key, value in made.items():
        inner, parameter = block[key], signature.parameters.get(key)
        if parameter is None or not is_block(inner):
            continue
        kind, name = function_of(inner)
        # A schedule stands for the number that it gives at each step.
        if kind != "schedules" and not fits(value, parameter.hint):
            problems.append(
                Problem(
                    path=(*path, key),
                    origin=origin_of(inner, f"@{kind}"),
                    message=f"`{name}` makes something else",
                    expected=describe_type(parameter.hint),
                    received=f"an object of type `{type(value).__name__}`",
                )
            )
    return problems


def _fitted(value: Any, signature: Signature, block: Mapping[str, Any], path: Path) -> Any:
    key = path[-1]
    parameter = signature.parameters.get(key, Parameter(key, Any))
    if isinstance(value, str) and origin_of(block, key).layer == "variable":
        number = read_number(value, parameter.hint)
        value = value if number is None else number
    if not fits(value, parameter.hint):
        return value
    spot = Spot(path, origin_of(block, key))
    made = structure(value, parameter.hint, spot)
    raise_problems(spot.problems)
    return made


def _failure(
    func: Any, block: Mapping[str, Any], path: Path, origin: Origin, error: Exception
) -> ConfigError:
    name = function_of(block)[1] if is_block(block) else getattr(func, "__name__", str(func))
    message = error.message if isinstance(error, KernelError) else str(error)
    if not isinstance(error, KernelError):
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return ConfigError(
        [
            Problem(
                path=path,
                origin=origin,
                message=f"`{name}` failed: {message}",
                hint=error.hint if isinstance(error, KernelError) else None,
            )
        ]
    )


def _place_of_block(block: Mapping[str, Any]) -> Origin:
    """Return the first known origin in a block, which is that of the block itself or near it."""
    origins = block.origins.values() if isinstance(block, Block) else ()
    known = [origin for origin in origins if origin.line is not None]
    return min(known, key=lambda origin: origin.line or 0, default=UNKNOWN)
