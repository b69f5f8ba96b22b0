"""The import system's view of kernel as `spacy`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from kernel_plugin_spacy.shim import modules

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder

_PACKAGE: Final = "spacy"


class SpacyModules(MetaPathFinder, Loader):
    """Finds `spacy` and its modules; each has the names of one or more modules of kernel.

    They are modules of their own, because the import system sets a module as an attribute of its
    package, and packages of kernel have other modules of the same names.
    """

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Return a spec for `spacy` and each module of it that kernel has.

        Raises ModuleNotFoundError for other modules of spaCy.
        """
        package, _, name = fullname.partition(".")
        if package != _PACKAGE:
            return None
        if name == "__main__":
            return importlib.util.spec_from_file_location(fullname, _file_of("kernel.__main__"))
        if not modules.has(name):
            # Named after the package, because `from spacy import x` would replace the message of
            # an error that is named after the module.
            raise ModuleNotFoundError(
                modules.missing(name), name=fullname.rpartition(".")[0] or _PACKAGE
            )
        return ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        """Make `module` answer for the names that kernel has."""
        name = module.__name__.partition(".")[2]

        def find(attribute: str) -> Any:
            value = modules.attribute(name, attribute)
            setattr(module, attribute, value)  # later look-ups do not call this function
            return value

        def names() -> Iterable[str]:
            return sorted({*vars(module), *modules.attributes(name)})

        vars(module).update(__getattr__=find, __dir__=names)

    def find_distributions(self, context: DistributionFinder.Context) -> Sequence[Distribution]:
        """Return the distribution `spacy`, whose version programs compare."""
        from kernel_plugin_spacy.shim.distribution import SPACY

        return [SPACY] if context.name == _PACKAGE else []


def _file_of(name: str) -> str:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} has no file", name=name)
    return spec.origin
