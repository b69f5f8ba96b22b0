"""The modules of spaCy, and the modules of kernel that have their names.

By default, `spacy.util` has the names of `kernel.util`. The tables below list the other modules.
Names of modules are given without `spacy`; that of the package itself is "".
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

from kernel_plugin_spacy.shim.later import LATER, placeholder

_SHIM: Final = "kernel_plugin_spacy.shim"
_REGISTERED: Final = f"{_SHIM}.registered"

_LAYERS: Final = ("kernel.ml.featureextractor", "kernel.ml.staticvectors")

_PUBLIC: Final = {"__all__", "__title__", "__version__"}

# The modules that have the names; the first one that has a name wins.
_HOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "": (f"{_SHIM}.package",),
    "about": (f"{_SHIM}.about",),
    "cli": (f"{_SHIM}.cli",),
    "compat": (f"{_SHIM}.compat",),
    "errors": (f"{_SHIM}.errors", "kernel.matcher"),
    "language": ("kernel.language", f"{_SHIM}.language"),
    "ml": ("kernel.ml", *_LAYERS, _REGISTERED),
    "ml._character_embed": (f"{_SHIM}.character_embed",),
    "ml.models": (*_LAYERS, _REGISTERED),
    "pipeline": (
        "kernel.pipeline",
        f"{_SHIM}.default_models",
        f"{_SHIM}.pipe",
        _REGISTERED,
    ),
    "schemas": ("kernel.schemas", f"{_SHIM}.schemas"),
    "training": ("kernel.training", _REGISTERED),
    "training.augment": ("kernel_plugin_corpus.augmenters",),
    "ty": (f"{_SHIM}.ty",),
    "util": ("kernel.util", f"{_SHIM}.util"),
}

# Modules whose names kernel has in the package.
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    "cli": frozenset({
        "_util",
        "apply",
        "assemble",
        "convert",
        "debug_data",
        "download",
        "evaluate",
        "find_threshold",
        "info",
        "init_config",
        "package",
        "train",
    }),
    "displacy": frozenset({"render"}),
    "kb": frozenset({"candidate", "kb", "kb_in_memory"}),
    "matcher": frozenset({"dependencymatcher", "levenshtein", "matcher", "phrasematcher"}),
    "ml": frozenset({"extract_ngrams"}),
    "ml.models": frozenset({"multi_task", "parser", "tagger", "textcat", "tok2vec"}),
    "pipeline": frozenset({
        "attributeruler",
        "dep_parser",
        "edit_tree_lemmatizer",
        "entity_linker",
        "entityruler",
        "factories",
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
        "_dict_proxies",
        "_retokenize",
        "_serialize",
        "doc",
        "morphanalysis",
        "span",
        "span_group",
        "token",
        "underscore",
    }),
    "training": frozenset({
        "alignment",
        "alignment_array",
        "batchers",
        "callbacks",
        "corpus",
        "example",
        "gold_io",
        "initialize",
        "iob_utils",
        "loggers",
        "loop",
    }),
}  # fmt: skip


def has(name: str) -> bool:
    """Return whether there is a module of spaCy `name`."""
    return bool(_homes(name)) or name in LATER or bool(_later(name))


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
    if attribute.startswith("__") and attribute not in _PUBLIC:  # the import system asks for some
        raise _no_attribute(name, attribute)
    homes = list(_home_modules(name))
    for home in homes:
        if attribute in getattr(home, "__all__", ()):
            return getattr(home, attribute)
    qualified = f"{name}.{attribute}".removeprefix(".")
    if _is_own(qualified) or (not name and has(attribute)):
        return importlib.import_module(f"spacy.{qualified}")
    for home in homes:
        if hasattr(home, attribute):
            return getattr(home, attribute)
    if attribute in (names := _later(name)):
        return placeholder(f"{names[attribute]}.{attribute}")
    raise _no_attribute(name, attribute)


def _no_attribute(name: str, attribute: str) -> AttributeError:
    module = f"spacy.{name}".removesuffix(".")
    return AttributeError(f"module {module!r} has no attribute {attribute!r}")


def attributes(name: str) -> Iterable[str]:
    """Return the public names of the module `name`, as far as they are listed."""
    listed = [each for home in _home_modules(name) for each in getattr(home, "__all__", ())]
    return (*listed, *_later(name))


def _home_modules(name: str) -> Iterator[ModuleType]:
    return map(importlib.import_module, _homes(name))


def _homes(name: str) -> tuple[str, ...]:
    """Return the modules of kernel that have the names of spaCy's module `name`."""
    if name in _HOMES:
        return _HOMES[name]
    package, _, part = name.rpartition(".")
    if part in _PARTS.get(package, ()):
        return _homes(package)
    return (f"kernel.{name}",) if _is_provided(name) else ()


def _later(name: str) -> dict[str, str]:
    """Return the names that the module will have, each with the module that defines it."""
    package, _, part = name.rpartition(".")
    found = dict.fromkeys(LATER.get(name, ()), name)
    return {**_later(package), **found} if part in _PARTS.get(package, ()) else found


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
