"""Nested dictionaries and their dotted keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.config import Config, nest
from kernel.config import resolve_dot_names as resolve_names
from kernel.errors import ConfigError


def dot_to_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"a": {"b": 1}} for {"a.b": 1}; raises ConfigError if "a" also has a value."""
    return nest(
        {
            path: dot_to_dict(value) if isinstance(value, dict) else value
            for path, value in values.items()
        }
    )


def dict_to_dot(nested: Mapping[str, Any], *, for_overrides: bool = False) -> dict[str, Any]:
    """Return {"a.b": 1} for {"a": {"b": 1}}; empty dictionaries are kept as values.

    With `for_overrides`, blocks that name a function, such as {"@layers": …}, are kept too.
    """
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        is_block = isinstance(value, Mapping) and value
        if is_block and not (for_overrides and any(name.startswith("@") for name in value)):
            inner = dict_to_dot(value, for_overrides=for_overrides)
            flat.update({f"{key}.{rest}": each for rest, each in inner.items()})
        else:
            flat[key] = value
    return flat


def walk_dict(
    node: Mapping[str, Any], parent: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path of keys and the value of each leaf of a nested dictionary."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from walk_dict(value, (*parent, key))
        else:
            yield (*parent, key), value


def dot_to_object(config: Mapping[str, Any], section: str) -> Any:
    """Return the value at a dotted key; raises KeyError with the key if it is missing."""
    value: Any = config
    for part in section.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise KeyError(section)
        value = value[part]
    return value


def set_dot_to_object(config: dict[str, Any], section: str, value: Any) -> None:
    """Replace the value at a dotted key; raises KeyError with the key if it is missing."""
    dot_to_object(config, section)
    parents, _, last = section.rpartition(".")
    parent = dot_to_object(config, parents) if parents else config
    parent[last] = value


def resolve_dot_names(config: Mapping[str, Any], dot_names: Sequence[str | None]) -> list[Any]:
    """Return the objects that dotted names stand for in a config; None stays None."""
    return resolve_names(Config(config).interpolate(), dot_names)


def copy_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a deep copy; raises ConfigError for a value that cannot be written as JSON."""
    try:
        copied: dict[str, Any] = json.loads(json.dumps(config))
    except TypeError as error:
        raise ConfigError(f"a config can only hold values of JSON: {error}") from error
    return copied
