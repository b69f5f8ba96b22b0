"""Loading entry points, the names of their distributions, and the pipelines in their packages."""

from __future__ import annotations

import functools
import importlib.util
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any, Final

from kernel.errors import PluginError

CONFIG_NAMES: Final = ("config.cfg", "config.toml")


def load(point: EntryPoint) -> Any:
    """Import the object of an entry point; raises `PluginError` if its value is malformed."""
    if point.pattern.match(point.value) is None:
        raise PluginError(
            f"the entry point `{point.name} = {point.value}` is malformed",
            hint="its value must be `module` or `module:attribute`",
        )
    return point.load()


def distribution(point: EntryPoint) -> str:
    """Return the name of the distribution of an entry point."""
    return _name(point.dist) if point.dist is not None else point.value


@functools.cache
def _name(dist: Distribution) -> str:
    # Reads and parses the metadata of the distribution.
    return dist.name


def pipeline_folder(point: EntryPoint) -> Path | None:
    """Return the folder with a config in the package of an entry point, which is not imported.

    It is that of the package, or one folder below; None if there is none.
    """
    package = importlib.util.find_spec(point.module.partition(".")[0])
    for location in (package and package.submodule_search_locations) or ():
        folders = (Path(location), *sorted(Path(location).iterdir()))
        return next((folder for folder in folders if config_in(folder) is not None), None)
    return None


def config_in(folder: Path) -> Path | None:
    """Return the config file in the folder of a pipeline; None for another folder."""
    found = (folder / name for name in CONFIG_NAMES)
    return next((config for config in found if config.is_file()), None)
