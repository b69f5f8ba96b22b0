"""Modules that plugins provide below `kernel`, such as `kernel.tokens`.

A plugin declares each as an entry point of the group `kernel_modules`:

    [project.entry-points.kernel_modules]
    acme = "kernel_plugin_acme.api"

Then `import kernel.acme` imports `kernel_plugin_acme.api`.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

from kernel.registry import Registry, provider_hint

# Not an attribute of `kernel.registry`, because a config cannot name a module.
MODULES: Final = Registry("modules")


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
        installed provides it.
        """
        package, _, name = fullname.rpartition(".")
        if package != "kernel":
            return None
        if MODULES.has(name):
            return ModuleSpec(fullname, self)
        hint = provider_hint("modules", name)
        if hint is None:
            return None
        # Without `name=`, because `from kernel import util` would replace an error that has it.
        raise ModuleNotFoundError(f"no module {fullname!r}: {hint}")

    def exec_module(self, module: ModuleType) -> None:
        """Put the plugin's own module in the place of `module`.

        Raises RegistryError if two distributions declare it, PluginError if it cannot be imported.
        """
        # The import system returns what it finds here, so that both names are one module.
        qualified = module.__name__
        sys.modules[qualified] = MODULES.get(qualified.rpartition(".")[2])
