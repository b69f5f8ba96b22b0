"""From sections of a config to their settings, with everything in them made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from kernel.config.check_sections import section_problems, without_absent_vectors
from kernel.config.config import Config, values_of
from kernel.config.describe import nearest
from kernel.config.kinds import Spot, structure
from kernel.config.problems import DEFAULT, raise_problems
from kernel.config.resolve import resolve
from kernel.config.sections import sections, unset_elsewhere
from kernel.config.settings import settings_of
from kernel.config.tree import Block, copy_tree, discard, get_at, with_origin
from kernel.config.values import has_variable, whole_variable
from kernel.errors import ConfigError


def resolve_section(config: Mapping[str, Any], name: str) -> Any:
    """Return the section `name` with everything in it made.

    A section that the kernel or a plugin describes comes as the class that describes it, with
    defaults for what the config does not say (None for an optional one that it leaves out); any
    other, and one that is open to keys of a config's own, as a dict. Raises `ConfigError`.
    """
    tree = values_of(config)
    values = copy_tree(tree.get(name) or {})
    section = sections().get(name)
    if section is None or (section.others is not None and not section.is_referred):
        return resolve(values, where=name)
    if section.is_optional and not values:
        return None
    discard({name: values}, [path for path in unset_elsewhere(tree) if path[0] == name])
    _add_defaults(values, section.cls, tree)
    values = without_absent_vectors(values) if name == "nlp" else values
    origin = tree.origin((name,))
    raise_problems(section_problems(values, section, (name,), origin, referred=[*values]))
    made = resolve(values, where=name)
    spot = Spot((name,), origin)
    settings = structure({key: made[key] for key in section.settings}, section.cls, spot)
    raise_problems(spot.problems)
    return settings


def resolve_dot_names(config: Mapping[str, Any], names: Sequence[str | None]) -> list[Any]:
    """Return what the dotted `names` stand for; None stays None.

    The top-level section of a name is made once, however many names are in it. Raises
    `ConfigError` for a name that leads to nothing.
    """
    made: dict[str, Any] = {}
    return [None if name is None else _fetch(config, name, made) for name in names]


def _fetch(config: Mapping[str, Any], name: str, made: dict[str, Any]) -> Any:
    section, *keys = name.split(".")
    if section in config and section not in made:
        made[section] = resolve_section(config, section)
    value: Any = made
    for key in (section, *keys):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif attrs.has(type(value)) and hasattr(value, key):
            value = getattr(value, key)
        else:
            raise ConfigError(
                f"`{name}` leads to nothing in the config",
                hint=_near(value, key),
            )
    return value


def _near(value: Any, key: str) -> str | None:
    close = nearest(key, value) if isinstance(value, Mapping) else None
    return f"did you mean `{close}`?" if close else None


def _add_defaults(values: Block, cls: type, tree: Config) -> None:
    """Set the settings of `cls` that `values` leaves out; variables have their values of `tree`."""
    for key, setting in settings_of(cls).items():
        if key not in values:
            values.set(key, with_origin(_interpolated(setting.default, tree), DEFAULT), DEFAULT)
        if setting.table is not None and isinstance(values[key], Block):
            _add_defaults(values[key], setting.table, tree)


def _interpolated(default: Any, tree: Config) -> Any:
    """Return a default with values of `tree` instead of variables."""
    if isinstance(default, dict):
        return {key: _interpolated(inner, tree) for key, inner in default.items()}
    if not has_variable(default):
        return default
    return get_at(tree, tuple((whole_variable(default) or "").split(".")))
