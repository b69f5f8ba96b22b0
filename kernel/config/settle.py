"""Replacing the variables that refer to a part of a config, before that part changes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from kernel.config.config import Config
from kernel.config.interpolate import variables_in
from kernel.config.tree import get_at, walk

if TYPE_CHECKING:
    from kernel.problems import Path


def settle(config: Config, target: Path) -> dict[Path, Any]:
    """Replace each variable that refers to `target`, or to a value in it, by its value, in place.

    Returns the new values by their paths. Raises `ConfigError` if a variable refers to nothing.
    """
    paths = [
        path
        for path, value in walk(config)
        if path and not isinstance(value, dict) and _refers(value, target)
    ]
    if not paths:
        return {}
    plain = Config(config.interpolate())
    settled = {path: copy.deepcopy(get_at(plain, path)) for path in paths}
    for path, value in settled.items():
        get_at(config, path[:-1])[path[-1]] = value
    return settled


def _refers(value: Any, target: Path) -> bool:
    names = (tuple(name.split(".")) for name in variables_in(value))
    return any(name[: len(target)] == target for name in names)
