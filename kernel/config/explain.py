"""Explanations of single settings: value, origin, type, help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from attrs import frozen

from kernel.config.config import Config, Values, as_config
from kernel.config.describe import nearest
from kernel.config.kinds import describe_type
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.score_weights import score_descriptions
from kernel.config.sections import class_at
from kernel.config.settings import settings_of
from kernel.config.signature import MISSING, plain, signature_of
from kernel.config.tree import is_block
from kernel.errors import ConfigError
from kernel.problems import DEFAULT, Origin, Path

# Keys in the block of a component that are not arguments of its factory.
_BLOCK_HELPS = {
    "component": "the name of the component in the pipeline `source`",
    "factory": "the registered function that creates the component",
    "replace_listeners": "layers that get a copy of the layer that they listen to",
    "source": "the pipeline that the component is copied from",
}
_ARGUMENT = re.compile(r" *`{0,2}(\w+)`{0,2} {2,}(\S.*)")


@frozen(kw_only=True)
class Explanation:
    """All that is known about one setting.

    value      the value; `raw` is the value before interpolation
    origins    where it was set, then where the value that it refers to was set, and so on
    expected   the type in words, and `range` the range
    function   the function or class that takes the setting, as `module.name`
    signature  the signature of the function
    """

    path: Path
    value: Any
    raw: Any
    origins: tuple[Origin, ...]
    expected: str | None = None
    range: str | None = None
    help: str | None = None
    function: str | None = None
    signature: str | None = None
    default: Any = MISSING


def explain(config: Mapping[str, Any], path: str | Path) -> Explanation:
    """Return what is known about the setting at `path`, a dotted name or a tuple of keys.

    Raises `ConfigError` with the nearest name if there is no such setting.
    """
    keys = tuple(path.split(".")) if isinstance(path, str) else tuple(path)
    raw = _with_empty_default(as_config(config), keys)
    _find(raw, keys)
    values = raw.interpolate()
    found = Explanation(
        path=keys,
        value=_find(values, keys),
        raw=_find(raw, keys),
        origins=tuple(values.origin(keys).chain()),
        help=helps_at(values, keys[:-1]).get(keys[-1]),
    )
    *section, key = keys
    if found.help is None and len(keys) == 3 and keys[0] == "components":
        found = attrs.evolve(found, help=_BLOCK_HELPS.get(key))
    cls, func = class_at(tuple(section)), function_at(values, tuple(section))
    if cls is not None and key in settings_of(cls):
        setting = settings_of(cls)[key]
        found = attrs.evolve(
            found,
            expected=describe_type(setting.hint),
            range=setting.range.words if setting.range is not None else None,
            default=setting.default,
            function=setting.owner,
        )
    if func is not None and key in signature_of(func).parameters:
        parameter = signature_of(func).parameters[key]
        found = attrs.evolve(
            found,
            expected=describe_type(parameter.hint),
            default=parameter.default,
            function=f"{func.__module__}.{func.__qualname__}",
            signature=signature_of(func).text,
        )
    return found


def _with_empty_default(config: Config, path: Path) -> Config:
    """Return `config` with the argument at `path` if complete configs leave its default out."""
    *section, key = path
    try:
        parameter = signature_of(function_at(config, tuple(section))).parameters[key]
    except (ConfigError, KeyError):
        return config
    if key in _find(config, tuple(section)) or parameter.is_written or not parameter.is_plain:
        return config
    filled = config.copy()
    _find(filled, tuple(section)).set(key, plain(parameter.default), DEFAULT)
    return filled


def argument_helps(func: Any) -> dict[str, str]:
    """Return the help texts of the arguments of `func`: lines `name   help` in its docstring.

    A help text continues in the lines below if they are indented like it.
    """
    names = signature_of(func).parameters
    helps: dict[str, str] = {}
    name, column = "", 0
    for line in (inspect.getdoc(func) or "").splitlines():
        match = _ARGUMENT.fullmatch(line)
        if match and match[1] in names:
            name, column = match[1], match.start(2)
            helps[name] = match[2]
        elif name and line.strip() and len(line) - len(line.lstrip()) == column:
            helps[name] += f" {line.strip()}"
        else:
            name = ""
    return helps


def helps_at(values: Values, path: Path) -> dict[str, str]:
    """Return the help texts of the keys in the section at `path`, as far as there are any."""
    cls = class_at(path)
    if cls is not None:
        return {key: setting.help for key, setting in settings_of(cls).items()}
    if path == ("training", "score_weights"):
        return _score_helps(values, _find(values, path))
    func = function_at(values, path)
    return argument_helps(func) if func is not None else {}


def _score_helps(values: Values, names: Iterable[str]) -> dict[str, str]:
    described = score_descriptions(values)
    helps = {name: described[name].help for name in names if name in described}
    return {name: helps.get(name) or "its weight in the final score" for name in names}


def function_at(values: Mapping[str, Any], path: Path) -> Any:
    """Return the function that the block at `path` names; None for any other section."""
    block = _find(values, path)
    try:
        if is_block(block):
            return find_function(block)
        if path[:1] == ("components",) and isinstance(block, Mapping) and "factory" in block:
            factory = find_factory(block)
            return getattr(factory, "func", factory)
    except LookupProblemError:
        return None
    return None


def _find(config: Mapping[str, Any], path: Path) -> Any:
    value: Any = config
    for depth, key in enumerate(path):
        if not isinstance(value, Mapping) or key not in value:
            known = list(value) if isinstance(value, Mapping) else []
            close = nearest(key, known)
            hint = f"did you mean `{'.'.join((*path[:depth], close))}`?" if close else None
            above = f"[{'.'.join(path[:depth])}]" if depth else "the config"
            raise ConfigError(
                f"there is no `{'.'.join(path)}` in the config",
                hint=hint or f"{above} has: {', '.join(known) or 'nothing'}",
            )
        value = value[key]
    return value
