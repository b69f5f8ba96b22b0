"""Modules that plugins provide below `kernel`, such as `kernel.tokens`.

A plugin declares each as an entry point of the group `kernel_modules`:

    [project.entry-points.kernel_modules]
    acme = "kernel_plugin_acme.api"

Then `import kernel.acme` imports `kernel_plugin_acme.api`. If the kernel has a package of that name
which calls `added_name`, the names in the module's `__all__` are added to the package. An entry
point may also add one name to a package of the kernel or of a plugin:

    "pipeline.Acme" = "kernel_plugin_acme.component:Acme"

The name `acme.*` stands for all modules below `kernel.acme` that have no entry point. It is a
function from the rest of the name (`a.b` for `kernel.acme.a.b`) to the module, always the same
one, or None.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

from kernel.registry import Registry, missing_hint, provider_hint

# Not an attribute of `kernel.registry`, because a config cannot name a module.
MODULES: Final = Registry("modules", is_open=False)

__all__ = ["MODULES", "PluginModules", "added_name"]

_KERNEL: Final = "kernel."


class PluginModules(MetaPathFinder, Loader):
    """Finds `kernel.<name>` among the modules of plugins.

    It is the last of `sys.meta_path`, so it is asked only for names that have no file. Entry
    points are read when it is asked for the first time.
    """

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Return a spec if a plugin provides the module.

        Raises ModuleNotFoundError, with the distribution to install, if a plugin that is not
        installed provides it, or will provide it.
        """
        name = fullname.removeprefix(_KERNEL)
        if name == fullname:
            return None
        if MODULES.has(name) or _made(name) is not None:
            return ModuleSpec(fullname, self)
        hint = _hint(name)
        if hint is None:
            return None
        # Named after the package, because `from kernel import util` would replace the message of an
        # error that is named after the module.
        package = fullname.rpartition(".")[0]
        raise ModuleNotFoundError(f"no module {fullname!r}: {hint}", name=package)

    def exec_module(self, module: ModuleType) -> None:
        """Put the plugin's own module in the place of `module`.

        Raises RegistryError if two distributions declare it, PluginError if it cannot be imported,
        ModuleNotFoundError if it is not a module.
        """
        # The import system returns what it finds here, so that both names are one module.
        qualified = module.__name__
        found = _provided(qualified.removeprefix(_KERNEL))
        if not isinstance(found, ModuleType):
            package, _, name = qualified.rpartition(".")
            raise ModuleNotFoundError(
                f"{qualified!r} is not a module: use `from {package} import {name}`"
            )
        sys.modules[qualified] = found


def added_name(package: str, name: str) -> Any:
    """Return what a plugin adds to a package of the kernel; for `__getattr__` of the package.

    Raises AttributeError, with the distribution to install if it is known.
    """
    module = package.removeprefix(_KERNEL)
    found = _provided(f"{module}.{name}")
    if isinstance(found, ModuleType):
        return importlib.import_module(f"{package}.{name}")
    if found is not None:
        return found
    if MODULES.has(module):
        added = MODULES.get(module)
        if name in added.__all__:
            return getattr(added, name)
    hint = _hint(f"{module}.{name}")
    missing = f"module {package!r} has no attribute {name!r}"
    raise AttributeError(missing if hint is None else f"{missing}: {hint}")


def _provided(name: str) -> Any:
    """Return what a plugin provides as `kernel.<name>`, None if there is nothing."""
    return MODULES.get(name) if MODULES.has(name) else _made(name)


def _made(name: str) -> ModuleType | None:
    """Return the module that the function of a plugin makes, None if there is none."""
    package = name
    while package := package.rpartition(".")[0]:
        if MODULES.has(f"{package}.*"):
            made: ModuleType | None = MODULES.get(f"{package}.*")(name.removeprefix(f"{package}."))
            return made
    return None


def _hint(name: str) -> str | None:
    """Return which distribution has, or will have, the module or name `name`; None if unknown."""
    hint = provider_hint("modules", name) or missing_hint("modules", name)
    parent, _, code = name.rpartition(".")
    if hint is None and parent == "lang":
        hint = provider_hint("languages", code) or missing_hint("languages", code)
    return hint
