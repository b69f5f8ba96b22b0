"""Filling and resolving configs of any sections, not only those of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.config.check import block_problems
from kernel.config.config import Config, Values
from kernel.config.fill import fill_functions
from kernel.config.override import apply_overrides
from kernel.config.place import Place
from kernel.config.resolve import resolve, resolve_section
from kernel.config.sections import section_of, sections
from kernel.errors import ArgumentError, WrongTypeError, raise_problems


def fill_all(
    config: Mapping[str, Any], *, overrides: Mapping[str, Any] | None = None, validate: bool = True
) -> Config:
    """Return `config` with the defaults of all arguments in its function blocks.

    Variables are kept. `overrides` are settings by dotted name. Raises `ConfigError`, with
    `validate` also for wrong arguments.
    """
    given = _overridden(config, overrides)
    filled = Config(source=given.source).take(fill_functions(given))
    if validate:
        values = filled.interpolate()
        raise_problems(
            problem
            for key in values
            for problem in block_problems(values[key], Place.of(values, key), complete=True)
        )
    return filled


def resolve_all(
    config: Mapping[str, Any],
    *,
    schema: type | None = None,
    overrides: Mapping[str, Any] | None = None,
    validate: bool = True,
) -> dict[str, Any]:
    """Return the values of `config`, with objects in place of function blocks.

    `schema` is the class that describes a section: `config` is this section, and is checked and
    filled with defaults. `overrides` are settings by dotted name. Raises `ConfigError`, also if a
    function fails, and ArgumentError for another `schema`.
    """
    values = _overridden(config, overrides).interpolate()
    if schema is not None:
        return _resolve_section(values, schema)
    return {key: resolve(values[key], where=key, validate=validate) for key in values}


def _resolve_section(values: Values, cls: type) -> dict[str, Any]:
    name = section_of(cls)
    if name is None:
        raise ArgumentError(
            f"`{cls.__qualname__}` does not describe a section of a config",
            hint="classes that do are in `kernel.config`, such as `TrainingSettings`",
        )
    made = resolve_section(Values({name: values}), name)
    return {key: getattr(made, key) for key in sections()[name].settings}


def _overridden(config: Mapping[str, Any], overrides: Mapping[str, Any] | None) -> Config:
    if not isinstance(config, Mapping):
        raise WrongTypeError(f"expected a config, got a {type(config).__name__}")
    changed = Config(config)
    if overrides:
        apply_overrides(changed, overrides, {})
    return changed
