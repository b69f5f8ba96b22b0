"""Loading entry points, and the names of their distributions."""

from __future__ import annotations

import functools
from importlib.metadata import Distribution, EntryPoint
from typing import Any

from kernel.errors import PluginError


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
