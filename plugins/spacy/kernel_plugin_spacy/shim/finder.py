"""The import system's view of kernel as `spacy`."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from kernel_plugin_spacy.shim import modules

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder

_PACKAGE: Final = "spacy"


class SpacyModule(ModuleType):
    """A module of spaCy, whose names are those of one or more modules of kernel.

    It is a module of its own, because the import system sets a module as an attribute of its
    package, and packages of kernel have other modules of the same names.
    """

    def __getattr__(self, name: str) -> Any:
        value = modules.attribute(self._path(), name)
        setattr(self, name, value)  # later look-ups do not call this method
        return value

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *modules.attributes(self._path())})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function of the same name, which the module hides in its package.

        Raises TypeError if it has none.
        """
        function = getattr(self, self.__name__.rpartition(".")[2], None)
        if function is None:
            raise TypeError(f"the module `{self.__name__}` is not callable")
        return function(*args, **kwargs)

    def _path(self) -> str:
        return self.__name__.partition(".")[2]


class SpacyModules(MetaPathFinder, Loader):
    """Finds `spacy` and its modules."""

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

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module, which looks up its names when they are used."""
        return SpacyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module has no code."""

    def find_distributions(self, context: DistributionFinder.Context) -> Sequence[Distribution]:
        """Return the distribution `spacy`, whose version programs compare."""
        from kernel_plugin_spacy.shim.distribution import SPACY

        return [SPACY] if context.name == _PACKAGE else []


def _file_of(name: str) -> str:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} has no file", name=name)
    return spec.origin
