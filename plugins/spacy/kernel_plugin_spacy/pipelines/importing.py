"""What a stored pipeline consists of, and which of its parts no plugin has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.config import load_config
from kernel.errors import ArgumentError, LoadError, did_you_mean
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.pipeline import Language

COLUMNS: Final = ("part", "kind", "labels", "weights")


def check_excluded(pipeline: str, exclude: Sequence[str]) -> None:
    """Raise `ArgumentError` for a name in `exclude` that no component of the pipeline has.

    Does nothing if there is no pipeline.
    """
    config = _stored_config(pipeline)
    known = config["nlp"]["pipeline"] if config else exclude
    for name in exclude:
        if name not in known:
            raise ArgumentError(
                f"--exclude: {pipeline!r} has no component {name!r}",
                hint=did_you_mean(name, known),
            )


def check_supported(pipeline: str, exclude: Sequence[str]) -> None:
    """Raise `LoadError`, which names the parts of a pipeline that no plugin has, if there are any.

    Does nothing if there is no pipeline.
    """
    config = _stored_config(pipeline)
    found = unsupported(config) if config else {}
    missing = {name: parts for name, parts in found.items() if name not in exclude}
    if missing:
        named = "; ".join(f"`{name}` needs {', '.join(parts)}" for name, parts in missing.items())
        raise LoadError(
            f"no installed plugin has these parts of {pipeline!r}: {named}",
            hint=f"leave them out with --exclude {','.join([*exclude, *missing])}",
        )


def _stored_config(pipeline: str) -> Mapping[str, Any] | None:
    """Return the config of a folder or an installed package, without variables."""
    is_package = registry.models.has(pipeline)
    folder = registry.models.folder(pipeline) if is_package else Path(pipeline)
    if folder is None or not folder.joinpath("config.cfg").is_file():
        return None
    return load_config(folder / "config.cfg").interpolate()


def unsupported(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return, for each component that cannot be loaded, what no installed plugin has.

    config  without variables
    """
    lang = config["nlp"].get("lang")
    found = {}
    for name in config["nlp"]["pipeline"]:
        block = config["components"][name]
        factory = block.get("factory", "")
        names = (factory, f"{lang}.{factory}")
        missing = [] if any(map(registry.factories.has, names)) else [f"the component `{factory}`"]
        missing += _missing_functions(block, "")
        if missing:
            found[name] = missing
    return found


def _missing_functions(block: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield the registered functions of a config block that no plugin has, with their places."""
    for key, value in block.items():
        if isinstance(value, Mapping):
            yield from _missing_functions(value, f"{place}.{key}" if place else key)
        elif key.startswith("@") and isinstance(value, str) and not registry.has(key[1:], value):
            yield f"`{value}` of `{place}`"


def parts_of(nlp: Language) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row of `COLUMNS` for each part of a pipeline; `weights` is the number of values."""
    vectors = nlp.vocab.vectors
    yield "vocabulary", f"{len(nlp.vocab.strings):,} strings", "", ""
    if nlp.vocab.has_vectors:
        rows, width = vectors.shape
        yield "vectors", vectors.name or "", f"{rows:,} rows", f"{rows * width:,}"
    yield "tokenizer", type(nlp.tokenizer).__name__, "", ""
    for name, component in nlp.components:
        labels = len(getattr(component, "labels", ()))
        factory = nlp.get_pipe_meta(name).factory
        n_weights = _n_weights(getattr(component, "model", None))
        yield name, factory, f"{labels or ''}", f"{n_weights:,}" if n_weights else ""


def _n_weights(model: Any) -> int:
    nodes = model.walk() if hasattr(model, "walk") else ()
    params = [(node, name) for node in nodes for name in node.param_names if node.has_param(name)]
    return sum(int(node.get_param(name).size) for node, name in params)
