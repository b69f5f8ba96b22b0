"""A JSON Schema of a config, which editors use to complete and check it."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any, Final

from kernel.config.explain import function_at, helps_at
from kernel.config.kinds import either, value_schema
from kernel.config.sections import sections
from kernel.config.settings import Setting, settings_of
from kernel.config.signature import (
    FACTORY_CONTEXT,
    Parameter,
    plain,
    signature_of,
    summary_of,
    without,
)
from kernel.config.tree import function_of, get_at, is_block
from kernel.registry import registry

if typing.TYPE_CHECKING:
    from kernel.config.config import Values
    from kernel.problems import Path

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(config: Values) -> dict[str, Any]:
    """Return a JSON Schema for configs that name the functions that `config` names.

    `config` must be complete. A block is described by its function. Another function is valid too;
    to have it described, create the schema again. A variable is valid everywhere.
    """
    names = dict.fromkeys([*sections(), *config])
    return {
        "$schema": _DRAFT,
        "title": "kernel config",
        "type": "object",
        "properties": {name: _section(config, name) for name in names},
    }


def _section(tree: Values, name: str) -> dict[str, Any]:
    section = sections().get(name)
    if section is None or (section.others is not None and name != "system"):
        return _described(tree, (name,)) if name in tree else {"type": "object"}
    schema = _table_schema(section.cls)
    for key, setting in section.settings.items():
        if is_block(get_at(tree, (name, key))):
            schema["properties"][key] = _setting_schema(_described(tree, (name, key)), setting)
    return {**schema, "additionalProperties": section.others is not None}


def _table_schema(cls: type) -> dict[str, Any]:
    """Return the schema of a table of settings."""
    properties = {
        key: _setting_schema(_value_of(setting), setting)
        for key, setting in settings_of(cls).items()
    }
    description = {"description": doc} if (doc := summary_of(cls)) else {}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **description,
    }


def _value_of(setting: Setting) -> dict[str, Any]:
    table = setting.table
    return value_schema(setting.hint) if table is None else either(_table_schema(table))


def _setting_schema(schema: dict[str, Any], setting: Setting) -> dict[str, Any]:
    schema = {**schema, "description": setting.help, "default": setting.default}
    if setting.range is not None:
        schema["minimum"] = setting.range.low
    if setting.range is not None and setting.range.below is not None:
        schema["exclusiveMaximum"] = setting.range.below
    return schema


def _described(tree: Values, path: Path) -> dict[str, Any]:
    """Return the schema of the table at `path`, described by its function if it is a block."""
    block = get_at(tree, path)
    func = function_at(tree, path)
    properties = {
        key: _described(tree, (*path, key)) if isinstance(value, Mapping) else {}
        for key, value in block.items()
    }
    helps = helps_at(tree, path)
    if func is None:
        for name in helps.keys() & properties.keys():
            properties[name] = {**properties[name], "description": helps[name]}
        return {"type": "object", "properties": properties}
    signature = without(signature_of(func), FACTORY_CONTEXT if path[0] == "components" else ())
    for name, parameter in signature.parameters.items():
        if not properties.get(name):
            properties[name] = _parameter_schema(parameter)
        if name in helps:
            properties[name] = {**properties[name], "description": helps[name]}
    properties |= _name_schema(block)
    doc = summary_of(func)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return {**schema, "description": doc} if doc else schema


def _name_schema(block: Mapping[str, Any]) -> dict[str, Any]:
    if not is_block(block):
        names = sorted(registry.factories.names())
        return {"factory": {"type": "string", "examples": names}}
    kind, _ = function_of(block)
    names = registry.of(kind).names() if kind in registry else []
    return {f"@{kind}": {"type": "string", "examples": names}}


def _parameter_schema(parameter: Parameter) -> dict[str, Any]:
    schema = value_schema(parameter.hint)
    return {**schema, "default": plain(parameter.default)} if parameter.is_plain else schema
