"""Components that are copied from other pipelines: the pipeline, what is in it, its layers."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from kernel.config.check_references import listeners_in
from kernel.config.describe import nearest
from kernel.config.load import load_config
from kernel.config.tree import Block, origin_of
from kernel.errors import ConfigError
from kernel.problems import Path, Problem
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.config.config import Values

_CONFIGS: Final = ("config.cfg", "config.toml")


def sourced_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each `source` that is no pipeline, and what is asked of one that it has not."""
    components = tree.get("components")
    for name, block in components.items() if isinstance(components, Mapping) else ():
        if isinstance(block, Block) and isinstance(block.get("source"), str):
            yield from _problems(("components", name), block)


def _problems(path: Path, block: Block) -> Iterator[Problem]:
    source = block["source"]
    file = config_file_of(source)
    if file is None:
        yield _no_pipeline((*path, "source"), block)
        return
    try:
        values = load_config(file).interpolate()
    except ConfigError as error:
        yield Problem(
            path=(*path, "source"),
            origin=origin_of(block, "source"),
            message=f"the config of {source!r} cannot be read: {error.message.splitlines()[0]}",
        )
        return
    yield from _component_problems(path, block, values)


def _component_problems(path: Path, block: Block, values: Values) -> Iterator[Problem]:
    key = "component" if "component" in block else "source"
    name = block.get("component", path[-1])
    names = values.get("nlp", {}).get("pipeline", [])
    if name not in names and isinstance(name, str):
        yield Problem(
            path=(*path, key),
            origin=origin_of(block, key),
            message=f"the pipeline {block['source']!r} has no component `{name}`",
            suggestion=nearest(name, names),
            hint=f"it has: {', '.join(names) or 'none'}; `component` says which to copy",
        )
        return
    layers = listeners_in(values.get("components", {}).get(name, {}), ())
    listeners = [".".join(path) for path, _ in layers]
    replaced = block.get("replace_listeners")
    for layer in replaced if isinstance(replaced, list) else ():
        if layer not in listeners:
            yield Problem(
                path=(*path, "replace_listeners"),
                origin=origin_of(block, "replace_listeners"),
                message=f"`{layer}` is no listener of `{name}` in {block['source']!r}",
                suggestion=nearest(str(layer), listeners),
                hint=f"its listeners: {', '.join(listeners) or 'none'}",
            )


def _no_pipeline(path: Path, block: Block) -> Problem:
    source = block["source"]
    folder = FilePath(source)
    beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
    pipelines = [str(other) for other in beside if _config_in(other) is not None]
    return Problem(
        path=path,
        origin=origin_of(block, "source"),
        message=f"{folder} is no pipeline: it has no config.cfg"
        if folder.is_dir()
        else f"there is no pipeline {source!r}",
        expected="the folder of a trained pipeline, or an installed package",
        suggestion=nearest(source, [*pipelines, *registry.models.names()]),
    )


def config_file_of(source: str) -> FilePath | None:
    """Return the config of the pipeline in the folder or package `source`, None if it is none.

    A package's is in its folder, or one folder below; nothing of it is imported.
    """
    if not registry.models.has(source):
        return _config_in(FilePath(source))
    for point in importlib.metadata.entry_points(group="kernel_models", name=source):
        found = importlib.util.find_spec(point.module.partition(".")[0])
        for location in (found.submodule_search_locations or ()) if found is not None else ():
            inner = (path for path in FilePath(location).iterdir() if path.is_dir())
            configs = (_config_in(path) for path in (FilePath(location), *sorted(inner)))
            return next((config for config in configs if config is not None), None)
    return None


def _config_in(folder: FilePath) -> FilePath | None:
    return next((folder / name for name in _CONFIGS if folder.joinpath(name).is_file()), None)
