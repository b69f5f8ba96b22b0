"""Checks of components that are copied from other pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from kernel.config.check_references import listeners_in
from kernel.config.config import Values, load_config
from kernel.config.describe import nearest
from kernel.config.lookup import LookupProblemError, find_factory
from kernel.config.place import Place
from kernel.config.signature import FACTORY_CONTEXT, signature_of, without
from kernel.config.tree import Block, get_at, lang_of, names_at
from kernel.config.type_problems import type_problems
from kernel.entry_points import config_in
from kernel.errors import ConfigError
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.problems import Problem

SOURCE_KEYS: Final = {"source": str, "component": str, "replace_listeners": list[str]}


def sourced_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each pipeline, component and listener that a component with `source` names in vain."""
    components = tree.get("components")
    for name, block in components.items() if isinstance(components, Mapping) else ():
        if not isinstance(block, Block) or "factory" in block:
            continue
        if isinstance(block.get("source"), str):
            yield from _problems(block, Place.of(tree, "components", name))


def _problems(block: Block, place: Place) -> Iterator[Problem]:
    source, at = block["source"], place.inside(block, "source")
    file = config_file_of(source)
    if file is None:
        yield _no_pipeline(source, at)
        for key in [key for key in block if key not in SOURCE_KEYS]:
            if close := nearest(key, SOURCE_KEYS):
                message = f"`{key}` is not a setting of a component with `source`"
                yield place.inside(block, key).problem(message, suggestion=close)
        return
    try:
        values = load_config(file).interpolate()
    except ConfigError as error:
        reason = error.message.splitlines()[0]
        yield at.problem(f"the config of {source!r} cannot be read: {reason}")
        return
    yield from _component_problems(block, place, values)


def _component_problems(block: Block, place: Place, values: Values) -> Iterator[Problem]:
    name = block.get("component", place.path[-1])
    names = names_at(values, ("nlp", "pipeline"))
    if name not in names and isinstance(name, str):
        yield place.inside(block, "component" if "component" in block else "source").problem(
            f"the pipeline {block['source']!r} has no component `{name}`",
            suggestion=nearest(name, names),
            hint=f"it has: {', '.join(names) or 'none'}; `component` says which to copy",
        )
        return
    yield from _override_problems(block, place, get_at(values, ("components", name)), values)
    listeners = [".".join(path) for path, _ in listeners_in(get_at(values, ("components", name)))]
    replaced = block.get("replace_listeners")
    # A component without listeners is independent already.
    for layer in replaced if isinstance(replaced, list) and listeners else ():
        if layer not in listeners:
            yield place.inside(block, "replace_listeners").problem(
                f"`{layer}` is no listener of `{name}` in {block['source']!r}",
                suggestion=nearest(str(layer), listeners),
                hint=f"its listeners: {', '.join(listeners)}",
            )


def _override_problems(block: Block, place: Place, own: Any, values: Values) -> Iterator[Problem]:
    """Yield each setting that the copied component, with the block `own`, does not have."""
    try:
        factory = find_factory(own, lang_of(values))
    except (LookupProblemError, KeyError, TypeError):
        return  # loading the pipeline says why
    func = getattr(factory, "func", factory)
    known = without(signature_of(func), [*FACTORY_CONTEXT, "model"]).parameters
    for key, value in block.items():
        at = place.inside(block, key)
        if key in known:
            yield from type_problems(value, known[key].hint, at)
        elif key == "model":
            yield at.problem("the model of a component with `source` cannot be changed")
        elif key not in SOURCE_KEYS:
            yield at.problem(
                f"`{key}` is not a setting of `{own['factory']}`, which is copied",
                suggestion=nearest(key, [*known, *SOURCE_KEYS]),
            )


def block_in_source(block: Mapping[str, Any], name: str) -> Any:
    """Return the block of a component with `source`, as in the pipeline that it is copied from.

    None if it cannot be read; `sourced_problems` says why.
    """
    source = block.get("source")
    file = config_file_of(source) if isinstance(source, str) else None
    if file is None:
        return None
    try:
        values = load_config(file).interpolate()
    except ConfigError:
        return None
    return get_at(values, ("components", str(block.get("component", name))))


def _no_pipeline(source: str, place: Place) -> Problem:
    folder = FilePath(source)
    beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
    pipelines = [str(other) for other in beside if config_in(other) is not None]
    return place.problem(
        f"{folder} is not a pipeline: it has no config.cfg"
        if folder.is_dir()
        else f"there is no pipeline {source!r}",
        expected="the folder of a trained pipeline, or an installed package",
        suggestion=nearest(source, [*pipelines, *registry.models.names()]),
    )


def config_file_of(source: str) -> FilePath | None:
    """Return the config file of the pipeline in the folder or package `source`, or None.

    A package is not imported.
    """
    folder = registry.models.folder(source) if registry.models.has(source) else FilePath(source)
    return None if folder is None else config_in(folder)
