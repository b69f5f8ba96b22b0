"""Finding plugins, loading them, and setting the broken ones aside."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Sequence
from typing import Any, Final

import pluggy
from attrs import field, frozen

from kernel import hooks
from kernel.registry import KINDS


@frozen(kw_only=True)
class InstalledPlugin:
    """A plugin that is installed, whether it loads or not."""

    name: str
    distribution: str
    version: str
    module: str
    error: str | None = None
    provides: dict[str, list[str]] = field(factory=dict)


@functools.cache
def manager() -> pluggy.PluginManager:
    """Return the process-wide plugin manager; made, and the plugins loaded, at the first call."""
    return make_manager()


def make_manager(without: Sequence[str] = ()) -> pluggy.PluginManager:
    """Return a new manager with every plugin that loads, save those named in `without`.

    Plugins are registered in the order of their names, whatever the order of installation.
    """
    made = pluggy.PluginManager(hooks.PROJECT)
    made.add_hookspecs(hooks)
    for point in _points():
        if point.name in without or point.name in _quarantine:
            continue
        try:
            made.register(point.load(), name=point.name)
            made.check_pending()
        except BaseException as error:  # a plugin may even call sys.exit
            if isinstance(error, KeyboardInterrupt):
                raise
            made.unregister(name=point.name)
            _quarantine[point.name] = f"{type(error).__name__}: {error}"
    return made


def quarantined() -> dict[str, str]:
    """Return the plugins that could not be loaded, each with its error."""
    manager()
    return dict(_quarantine)


def installed() -> list[InstalledPlugin]:
    """Return every installed plugin, sorted by name."""
    manager()
    return [
        InstalledPlugin(
            name=point.name,
            distribution=point.dist.name if point.dist is not None else "?",
            version=point.dist.version if point.dist is not None else "?",
            module=point.value,
            error=_quarantine.get(point.name),
            provides=_provided(point.dist),
        )
        for point in _points()
    ]


def distributions() -> dict[str, str]:
    """Return name and version of each distribution that has a plugin."""
    return {plugin.distribution: plugin.version for plugin in installed()}


_quarantine: Final[dict[str, str]] = {}


def _points() -> list[importlib.metadata.EntryPoint]:
    points = importlib.metadata.entry_points(group=hooks.PROJECT)
    return sorted(points, key=lambda point: point.name)


def _provided(dist: Any) -> dict[str, list[str]]:
    if dist is None:
        return {}
    names: dict[str, list[str]] = {}
    for point in dist.entry_points:
        kind = point.group.removeprefix("kernel_")
        if kind != point.group and kind in KINDS:
            names.setdefault(kind, []).append(point.name)
    return {kind: sorted(names[kind]) for kind in sorted(names)}
