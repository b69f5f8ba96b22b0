"""The modules of spaCy, and the modules of kernel that have their names.

By default, `spacy.util` has the names of `kernel.util`. The tables below have the modules that
kernel has not, or with other contents. Names of modules are given without `spacy`; that of the
package itself is "".
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final

from kernel_plugin_spacy.shim.later import LATER, placeholder

# The modules that have the names.
_HOMES: Final[Mapping[str, str]] = {
    "": "kernel_plugin_spacy.shim.package",
    "about": "kernel_plugin_spacy.shim.about",
    "ml": "kernel.ml",
    "pipeline": "kernel.pipeline",
    "training": "kernel.training",
}

# Modules whose names kernel has in the package.
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    "matcher": frozenset({"dependencymatcher", "levenshtein", "matcher", "phrasematcher"}),
    "pipeline": frozenset({
        "attributeruler",
        "dep_parser",
        "edit_tree_lemmatizer",
        "entity_linker",
        "entityruler",
        "lemmatizer",
        "morphologizer",
        "ner",
        "pipe",
        "sentencizer",
        "senter",
        "span_finder",
        "span_ruler",
        "spancat",
        "tagger",
        "textcat",
        "textcat_multilabel",
        "tok2vec",
        "trainable_pipe",
    }),
    "tokens": frozenset({
        "doc",
        "morphanalysis",
        "span",
        "span_group",
        "token",
        "underscore",
        "_dict_proxies",
        "_retokenize",
        "_serialize",
    }),
    "training": frozenset({
        "alignment",
        "augment",
        "batchers",
        "corpus",
        "example",
        "initialize",
        "iob_utils",
        "loop",
    }),
}  # fmt: skip


def has(name: str) -> bool:
    """Return whether there is a module of spaCy `name`."""
    return _home(name) is not None or name in LATER


def missing(name: str) -> str:
    """Return a message about a module or name of spaCy that there is not."""
    from kernel.plugin_modules import PluginModules

    try:
        PluginModules().find_spec(f"kernel.{name}")
    except ModuleNotFoundError as error:
        hint = error.msg.partition(": ")[2]
    else:
        hint = "`spacy` is kernel here; its page of differences lists what it does not have"
    return f"kernel has no `spacy.{name}`: {hint}"


def attribute(name: str, attribute: str) -> Any:
    """Return an attribute of the module `name`.

    Raises AttributeError if there is none.
    """
    qualified = f"{name}.{attribute}".removeprefix(".")
    home = _home_module(name)
    if attribute in getattr(home, "__all__", ()):
        return getattr(home, attribute)
    if _is_own(qualified) or (not name and not _is_private(attribute) and has(attribute)):
        return importlib.import_module(f"spacy.{qualified}")
    if name in LATER and attribute in LATER[name]:
        return placeholder(qualified)
    if attribute == "__all__" or (home is not None and not _is_private(attribute)):
        return getattr(home, attribute)
    raise AttributeError(f"module `spacy.{name}` has no attribute {attribute!r}")


def attributes(name: str) -> Iterable[str]:
    """Return the public names of the module `name`, as far as they are listed."""
    return (*getattr(_home_module(name), "__all__", ()), *LATER.get(name, ()))


def _home_module(name: str) -> ModuleType | None:
    home = _home(name)
    return None if home is None else importlib.import_module(home)


def _home(name: str) -> str | None:
    """Return the module of kernel that has the names of spaCy's module `name`."""
    if name in _HOMES:
        return _HOMES[name]
    package, _, part = name.rpartition(".")
    if part in _PARTS.get(package, ()):
        return _home(package)
    return f"kernel.{name}" if _is_provided(name) else None


def _is_own(name: str) -> bool:
    package, _, part = name.rpartition(".")
    return name in _HOMES or name in LATER or part in _PARTS.get(package, ())


def _is_provided(name: str) -> bool:
    """Return whether a plugin provides the module `kernel.<name>`."""
    from kernel.plugin_modules import PluginModules

    try:
        return PluginModules().find_spec(f"kernel.{name}") is not None
    except ModuleNotFoundError:
        return False


def _is_private(name: str) -> bool:
    return name.startswith("__")
