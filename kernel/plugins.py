"""Finding and loading plugins; broken ones are set aside."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import os
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any, Final

from attrs import field, frozen

from kernel.dispatch import Hooks, log
from kernel.entry_points import distribution, load
from kernel.errors import PluginError
from kernel.hooks import PROJECT

__all__ = ["Hooks", "InstalledPlugin", "distributions", "hooks", "installed"]


# The methods of `kernel.registry`, whose other attributes are the registries.
_RESERVED: Final = (
    *("create", "fill", "find", "get", "get_registry_names"),
    *("has", "has_registry", "of", "resolve"),
)
_DISABLE: Final = "KERNEL_DISABLE_PLUGINS"
_EXTENSION_HOOKS: Final = ("kernel_add_hooks", "kernel_add_registries")


@frozen(kw_only=True)
class InstalledPlugin:
    """An installed plugin, which may be broken."""

    name: str
    distribution: str
    version: str
    module: str
    error: str | None = None
    provides: dict[str, list[str]] = field(factory=dict)


class Plugins:
    """The loaded plugins of entry points, with their hooks and registries.

    Each is identified by its distribution, and they are loaded in the order of those. One that
    fails is set aside with its error, which is logged, and none of its hooks is called.

    `disabled` are names of distributions or plugins that are not loaded.

    errors  the error of each plugin that was set aside, by distribution and name
    """

    def __init__(self, points: Iterable[EntryPoint], *, disabled: Collection[str] = ()) -> None:
        self.points: Final = sorted(points, key=lambda point: (distribution(point), point.name))
        self.errors: Final[dict[tuple[str, str], str]] = {}
        self.hooks: Final = Hooks()
        self.registries: Final[set[str]] = set()
        loaded: list[tuple[EntryPoint, Any]] = []
        for point in self.points:
            if not {point.name, distribution(point)}.isdisjoint(disabled):
                self.errors[distribution(point), point.name] = f"disabled by {_DISABLE}"
                continue
            with self._setting_aside(point):
                _refuse_taken_name(point, [other for other, _ in loaded])
                loaded.append((point, load(point)))
        for point, plugin in loaded:
            with self._setting_aside(point):
                self._extend(plugin, distribution(point))
        for point, plugin in loaded:
            if self.error_of(point) is None:
                with self._setting_aside(point):
                    self.hooks.register(plugin, distribution(point))

    def error_of(self, point: EntryPoint) -> str | None:
        """Return the error of the plugin of an entry point; None if it was loaded."""
        return self.errors.get((distribution(point), point.name))

    @contextlib.contextmanager
    def _setting_aside(self, point: EntryPoint) -> Iterator[None]:
        """Record and log an error of the block; only here, all except Ctrl-C is caught."""
        try:
            yield
        except KeyboardInterrupt as error:
            name = distribution(point)
            error.add_note(
                f"`{point.value}` of `{name}` was being loaded; {_DISABLE}={name} leaves it out"
            )
            raise
        except PluginError as error:
            self._set_aside(point, str(error))
        except BaseException as error:  # a plugin may even call sys.exit
            self._set_aside(point, f"{type(error).__name__}: {error}")

    def _set_aside(self, point: EntryPoint, error: str) -> None:
        self.errors[distribution(point), point.name] = error
        log.warning("`%s` of `%s` is not loaded: %s", point.name, distribution(point), error)

    def _extend(self, plugin: object, name: str) -> None:
        """Add the hooks and registries of the plugin."""
        # Its other hooks may be specified by plugins that are not loaded yet.
        own = {hook: getattr(plugin, hook) for hook in _EXTENSION_HOOKS if hasattr(plugin, hook)}
        if not own:
            return
        asked = Hooks()
        asked.register(SimpleNamespace(**own), name)
        for _, namespaces in asked.gather("kernel_add_hooks"):
            for namespace in namespaces:
                self.hooks.specify(namespace)
        for _, names in asked.gather("kernel_add_registries"):
            self.registries.update(map(_registry_name, names))


_loading: Final[list[str]] = []


def is_loading() -> bool:
    """Return whether the plugins are being loaded, by a caller of this function."""
    return bool(_loading)


@functools.cache
def plugins() -> Plugins:
    """Return the installed plugins, which are loaded at the first call.

    The environment variable `KERNEL_DISABLE_PLUGINS` lists plugins or distributions, separated by
    commas, that are not loaded.
    """
    disabled = [name.strip() for name in os.environ.get(_DISABLE, "").split(",")]
    _loading.append(PROJECT)
    try:
        return Plugins(importlib.metadata.entry_points(group=PROJECT), disabled=disabled)
    finally:
        _loading.pop()


def hooks() -> Hooks:
    """Return the hooks of the installed plugins, which are loaded at the first call."""
    return plugins().hooks


def installed() -> list[InstalledPlugin]:
    """Return every installed plugin, sorted by distribution."""
    return [
        InstalledPlugin(
            name=point.name,
            distribution=distribution(point),
            version=point.dist.version if point.dist is not None else "?",
            module=point.value,
            error=plugins().error_of(point),
            provides=_provided(point.dist),
        )
        for point in plugins().points
    ]


def distributions() -> dict[str, str]:
    """Return the name and version of each distribution with a plugin."""
    return {plugin.distribution: plugin.version for plugin in installed()}


def _refuse_taken_name(point: EntryPoint, loaded: Iterable[EntryPoint]) -> None:
    for other in loaded:
        if distribution(other) == distribution(point):
            raise PluginError(
                f"`{distribution(point)}` has the plugin `{other.name}` already",
                hint="a distribution has one entry point of the group `kernel`",
            )
        if other.name == point.name:
            raise PluginError(
                f"the plugin `{point.name}` of `{distribution(point)}` has the same name as that "
                f"of `{distribution(other)}`",
                hint="uninstall one of them",
            )


def _registry_name(name: str) -> str:
    if not name.isidentifier() or name.startswith("_") or name in _RESERVED:
        raise PluginError(f"`{name}` cannot be the name of a registry")
    return name


def _provided(dist: Any) -> dict[str, list[str]]:
    if dist is None:
        return {}
    names: dict[str, list[str]] = {}
    for point in dist.entry_points:
        kind = point.group.removeprefix("kernel_")
        if kind != point.group:
            names.setdefault(kind, []).append(point.name)
    return {kind: sorted(names[kind]) for kind in sorted(names)}
