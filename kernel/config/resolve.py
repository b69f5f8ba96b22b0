"""Creating objects from a config: each function block is called once, inner blocks first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from kernel.config.describe import nearest
from kernel.config.kinds import describe_type, fits, read_number
from kernel.config.literals import has_variable, whole_variable
from kernel.config.lookup import find_function
from kernel.config.place import Place
from kernel.config.sections import (
    section_problems,
    sections,
    unset_elsewhere,
    without_absent_vectors,
)
from kernel.config.settings import settings_of
from kernel.config.signature import (
    POSITIONAL,
    Parameter,
    Signature,
    argument_problems,
    from_caller,
    is_default,
    positional,
    signature_of,
    without,
)
from kernel.config.structure import structure
from kernel.config.tree import (
    UNRESOLVED,
    Block,
    copy_tree,
    discard,
    function_of,
    get_at,
    is_block,
    origin_of,
)
from kernel.errors import ConfigError, KernelError, caught_as, raise_problems
from kernel.problems import DEFAULT, UNKNOWN, Path, Problem

if TYPE_CHECKING:
    from kernel.config.config import Values

ResultT = TypeVar("ResultT")


def resolve(block: Any, *, where: str = "", validate: bool = True) -> Any:
    """Return `block`, part of `Values`, with function blocks replaced by what the functions return.

    where     the dotted name of the block, for messages
    validate  whether to check arguments and their types

    Raises `ConfigError` for wrong arguments, and if a function raises an error.
    """
    return _resolve(block, Place(_split(where)), validate)


def call(
    func: Callable[..., ResultT],
    block: Mapping[str, Any],
    *,
    where: str = "",
    given: Mapping[str, Any] | None = None,
    validate: bool = True,
) -> ResultT:
    """Return what `func` returns for the settings in `block`, after resolving these.

    `given` are arguments that are not in the config, such as `nlp` and `name`.
    """
    signature = without(signature_of(func), given or ())
    return _call(func, signature, block, _place_of_block(block, where), given or {}, validate)


def check_arguments(
    func: Callable[..., Any], block: Mapping[str, Any], *, where: str, given: Iterable[str] = ()
) -> None:
    """Raise `ConfigError` if the settings in `block` are not valid arguments of `func`.

    `given` are arguments that the block does not need to have. The default is `nlp` and those
    that callers pass by position, such as `get_examples`.
    """
    signature = signature_of(func)
    signature = without(signature, given) if given else from_caller(signature)
    raise_problems(argument_problems(signature, block, _place_of_block(block, where)))


def _resolve(value: Any, place: Place, validate: bool) -> Any:
    if is_block(value):
        func = find_function(value, place)
        at = Place(place.path, origin_of(value, f"@{function_of(value)[0]}"))
        return _call(func, signature_of(func), value, at, {}, validate)
    if isinstance(value, Mapping):
        return {
            key: _resolve(inner, place.inside(value, key), validate) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_resolve(item, place, validate) for item in value]
    return value


def _call(
    func: Callable[..., ResultT],
    signature: Signature,
    block: Mapping[str, Any],
    place: Place,
    given: Mapping[str, Any],
    validate: bool,
) -> ResultT:
    settings = {key: value for key, value in block.items() if not key.startswith("@")}
    raise_problems(argument_problems(signature, block, place) if validate else ())
    made = {
        key: _resolve(value, place.inside(block, key), validate) for key, value in settings.items()
    }
    rest = positional(made.pop(POSITIONAL, None))
    if validate:
        raise_problems(_result_problems(signature, block, made, place))
    made = {
        key: _fitted(value, signature.parameters.get(key), place.inside(block, key))
        for key, value in made.items()
    }
    names = [name for name, found in signature.parameters.items() if found.is_positional_only]
    first = [made.pop(name) for name in names if name in made]
    try:
        return func(*first, *rest, **given, **made)
    except ConfigError as error:
        if error.problems:
            raise
        raise _failure(func, block, place, error) from error
    except (Exception, SystemExit) as error:  # code of plugins may call sys.exit
        raise _failure(func, block, place, error) from error


def _result_problems(
    signature: Signature, block: Mapping[str, Any], made: Mapping[str, Any], place: Place
) -> Iterator[Problem]:
    """Yield the arguments whose function block returned an object of the wrong type."""
    for key, value in made.items():
        if key in signature.parameters:
            yield from _object_problems(
                value, block[key], signature.parameters[key].hint, place, key
            )


def _object_problems(
    value: Any, block: Any, hint: Any, place: Place, key: str
) -> Iterator[Problem]:
    """Yield the problem of a `value`, made by the function block at `key`, of the wrong type."""
    if not is_block(block):
        return
    kind, name = function_of(block)
    # A schedule may be used in place of a number.
    if kind != "schedules" and not fits(value, hint):
        yield Place((*place.path, key), origin_of(block, f"@{kind}")).problem(
            f"`{name}` makes something else",
            expected=describe_type(hint),
            received=f"an object of type `{type(value).__name__}`",
        )


def _fitted(value: Any, parameter: Parameter | None, place: Place) -> Any:
    if parameter is not None and is_default(value, parameter):
        return parameter.default
    hint = parameter.hint if parameter is not None else Any
    if isinstance(value, str) and place.origin.layer == "variable":
        number = read_number(value, hint)
        value = value if number is None else number
    return structure(value, hint, place) if fits(value, hint) else value


def _failure(
    func: Any, block: Mapping[str, Any], place: Place, error: Exception | SystemExit
) -> ConfigError:
    name = function_of(block)[1] if is_block(block) else getattr(func, "__name__", str(func))
    if isinstance(error, KernelError):
        message, hint = error.message, error.hint
    else:
        message, hint = ": ".join(filter(None, [type(error).__name__, str(error)])), None
    problem = place.problem(f"`{name}` failed: {message}", hint=hint)
    return caught_as(ConfigError([problem]), error)


def _place_of_block(block: Mapping[str, Any], where: str) -> Place:
    """Return the place of the block named `where`, with the first known origin in it."""
    origins = block.origins.values() if isinstance(block, Block) else ()
    known = [origin for origin in origins if origin.line is not None]
    return Place(_split(where), min(known, key=lambda origin: origin.line or 0, default=UNKNOWN))


def _split(where: str) -> Path:
    return tuple(where.split(".")) if where else ()


def resolve_section(config: Values, name: str) -> Any:
    """Return the section `name` with all its objects created.

    A section that the kernel or a plugin describes with a class is returned as an object of that
    class, with defaults for missing settings; None if it is optional and left out. All other
    sections, and those that may have keys of the user's own, are returned as a dict. Raises
    `ConfigError`.
    """
    values = copy_tree(config.get(name) or {})
    section = sections().get(name)
    if section is None or (section.others is not None and not section.is_referred):
        return resolve(values, where=name)
    if section.is_optional and not values:
        return None
    discard({name: values}, [path for path in unset_elsewhere(config) if path[0] == name])
    _add_defaults(values, section.cls, config)
    values = without_absent_vectors(values) if name == "nlp" else values
    place = Place.of(config, name)
    raise_problems(section_problems(values, section, place, referred=[*values]))
    made = resolve(values, where=name)
    raise_problems(
        problem
        for key, setting in section.settings.items()
        for problem in _object_problems(made[key], values.get(key), setting.hint, place, key)
    )
    own = {key: made[key] for key in section.settings}
    return structure(own, section.cls, place)


def resolve_dot_names(config: Values, names: Sequence[str | None]) -> list[Any]:
    """Return the object for each of the dotted `names`; None for None.

    Only what the names need is created, and once, also if several names are in it. Raises
    `ConfigError` for an unknown name.
    """
    made: dict[Path, Any] = {}
    return [None if name is None else _fetch(config, name, made) for name in names]


def _fetch(config: Values, name: str, made: dict[Path, Any]) -> Any:
    keys = _split(name)
    start = _start_of(config, keys)
    if start not in made:
        made[start] = _make(config, start, is_whole=start == keys)
    value: Any = made[start]
    for key in keys[len(start) :]:
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif attrs.has(type(value)) and hasattr(value, key):
            value = getattr(value, key)
        else:
            close = nearest(key, value) if isinstance(value, Mapping) else None
            hint = f"did you mean `{close}`?" if close else None
            raise ConfigError(f"`{name}` leads to nothing in the config", hint=hint)
    return value


def _make(config: Values, path: Path, *, is_whole: bool) -> Any:
    """Return the object at `path`; a table is created only if `is_whole`, or if it has defaults."""
    value = get_at(config, path)
    section = sections().get(path[0]) if len(path) == 1 and not is_block(value) else None
    if section is not None and (is_whole or section.others is None):
        return resolve_section(config, path[0])
    return resolve(value, where=".".join(path)) if is_whole or is_block(value) else value


def _start_of(config: Values, keys: Path) -> Path:
    """Return the shortest part of `keys` that leads to a function block, else all of them."""
    for depth in range(1, len(keys) + 1):
        value = get_at(config, keys[:depth], UNRESOLVED)
        if value is UNRESOLVED:
            return keys[: depth - 1]
        if is_block(value):
            return keys[:depth]
    return keys


def _add_defaults(settings: Block, cls: type, config: Values) -> None:
    """Add missing settings of `cls` to `settings`; variables in defaults refer to `config`."""

    def value_of(default: Any) -> Any:
        name = whole_variable(default) if has_variable(default) else None
        return default if name is None else get_at(config, tuple(name.split(".")))

    for key, setting in settings_of(cls).items():
        if key not in settings:
            settings.set(key, copy_tree(setting.default, DEFAULT, value_of), DEFAULT)
        if setting.table is not None and isinstance(settings[key], Block):
            _add_defaults(settings[key], setting.table, config)
