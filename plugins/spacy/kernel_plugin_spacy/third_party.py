"""Functions that installed distributions declare in spaCy's groups of entry points.

A distribution for spaCy declares its functions in groups such as `spacy_readers`, its components in
`spacy_factories`, and layers in `thinc_layers`. They can be named in configs like those of kernel's
own groups. Only the entry point that is looked up is imported.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import sys
from importlib.metadata import EntryPoint
from typing import Any, Final

from kernel.errors import PluginError
from kernel.registry import registry

_PREFIXES: Final = ("spacy", "thinc")
_FACTORIES: Final = "spacy_factories"
_PIPELINES: Final = "spacy_models"
# The names of these distributions are in kernel's plugins, or will be.
_IMPLEMENTED: Final = {
    "spacy",
    "spacy-curated-transformers",
    "spacy-legacy",
    "spacy-loggers",
    "spacy-transformers",
    "thinc",
}


@functools.cache
def entry_points(kind: str) -> list[EntryPoint]:
    """Return the entry points of the groups that spaCy reads for the registry `kind`."""
    if kind == "lookups":  # kernel-plugin-lang reads them
        return []
    return [
        ThirdPartyPoint(point)
        for prefix in _PREFIXES
        for point in importlib.metadata.entry_points(group=f"{prefix}_{kind}")
        if _distribution_name(point) not in _IMPLEMENTED
    ]


class ThirdPartyPoint(EntryPoint):
    """An entry point of a distribution that was written for spaCy."""

    def __init__(self, point: EntryPoint) -> None:
        super().__init__(point.name, point.value, point.group)
        vars(self)["dist"] = point.dist

    @property
    def runs_code(self) -> bool:
        """Whether a pipeline is loaded by the code of its package, which imports spaCy."""
        # Imported here so that looking up a name does not import the finder of modules.
        from kernel_plugin_spacy.shim.activation import is_active

        return is_active()

    def load(self) -> Any:
        """Import the object; a component is registered by the import, and its factory returned.

        Of the package of a pipeline, it is the function that loads it.

        Raises PluginError if the module imports spaCy and that is not installed, or if it does not
        register the component.
        """
        try:
            found = super().load()
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "spacy" or sys.modules.get("spacy"):
                raise
            raise PluginError(
                "its code imports `spacy`, which is not installed",
                hint="run the program, or `kernel`, by `python -m kernel_plugin_spacy`, as in "
                "`python -m kernel_plugin_spacy -m kernel train`; then kernel is `spacy` for it",
            ) from error
        if self.group == _PIPELINES:
            return found.load
        return _factory(self.name, found) if self.group == _FACTORIES else found


def _factory(name: str, found: Any) -> Any:
    """Return the factory that the import of `found` has registered as `name`."""
    from kernel.pipeline import Factory

    registered = registry.factories.registered()
    if name in registered:
        return registered[name]
    if isinstance(found, Factory):
        return found
    raise PluginError(
        f"its code does not register a component `{name}` with kernel",
        hint="it must use `@Language.component` or `@Language.factory` of `kernel.Language`; "
        "for code that imports `spacy`, run the program by `python -m kernel_plugin_spacy`",
    )


def _distribution_name(point: EntryPoint) -> str:
    name = "" if point.dist is None else point.dist.name
    return re.sub(r"[-_.]+", "-", name).lower()
