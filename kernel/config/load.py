"""Reading a config file, and the default config."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from kernel.config.config import Config
from kernel.config.sections import sections
from kernel.config.settings import defaults_of_class
from kernel.config.tree import copy_tree
from kernel.problems import DEFAULT


def default_config(optional: Collection[str] = ()) -> Config:
    """Return a new copy of the default config, the sections of plugins included.

    Of the sections that may be left out it has those in `optional`.
    """
    tree = {
        name: defaults_of_class(section.cls)
        for name, section in sections().items()
        if not section.is_optional or name in optional
    }
    return Config().take(copy_tree(tree, DEFAULT))


def load_config(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    interpolate: bool = False,
) -> Config:
    """Return the config in the file `path`, or on standard input if it is "-".

    `overrides` maps dotted keys to values. Raises `ConfigError` with all that is wrong with
    the text.
    """
    if str(path) == "-":
        return load_config_from_str(sys.stdin.read(), overrides, interpolate, name="<stdin>")
    return Config().from_disk(
        path,
        interpolate=interpolate,
        overrides=overrides,
        defaults=default_config() if overrides else None,
    )


def load_config_from_str(
    text: str,
    overrides: Mapping[str, Any] | None = None,
    interpolate: bool = False,
    *,
    name: str | None = None,
) -> Config:
    """Return the config in `text`, `.cfg` or TOML."""
    return Config().from_str(
        text,
        interpolate=interpolate,
        overrides=overrides,
        name=name,
        defaults=default_config() if overrides else None,
    )
