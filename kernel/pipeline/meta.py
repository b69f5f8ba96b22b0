"""`meta.json`: the name of a pipeline, its components, and its requirements."""

from __future__ import annotations

import functools
import importlib.metadata
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.errors import LoadError
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.pipeline.language import Language


def refresh_meta(nlp: Language, meta: dict[str, Any]) -> dict[str, Any]:
    """Update `meta` from `nlp` and return it."""
    for key, value in (("name", "pipeline"), ("version", "0.0.0")):
        meta.setdefault(key, value)
    for key in ("description", "author", "email", "url", "license"):
        meta.setdefault(key, "")
    config = nlp.config
    meta["lang"] = config["nlp"]["lang"] or ""
    meta["requires"] = _required_distributions(config)
    vectors = nlp.vocab.vectors
    meta["vectors"] = {
        "width": nlp.vocab.vectors_length,
        "vectors": len(vectors),
        "keys": getattr(vectors, "n_keys", -1),
        "name": vectors.name,
        "mode": getattr(vectors, "mode", "default"),
    }
    meta["labels"] = nlp.pipe_labels
    meta["pipeline"] = list(nlp.pipe_names)
    meta["components"] = list(nlp.component_names)
    meta["disabled"] = list(nlp.disabled)
    return meta


def _required_distributions(config: Config) -> dict[str, str]:
    """Return the name and version of each distribution that a pipeline requires."""
    needed = {"kernel-nlp"}
    for kind, name in _named_functions({"nlp": config["nlp"], "components": config["components"]}):
        needed.add(registry.of(kind).distribution(name) or "")
    needed.add(registry.languages.distribution(config["nlp"]["lang"] or "") or "")
    return {name: version for name in sorted(needed) if name and (version := _version(name))}


@functools.cache
def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_requirements(meta: Mapping[str, Any], path: Path) -> None:
    """Raise `LoadError` if a requirement of the pipeline at `path` is not installed."""
    missing = {
        name: version
        for name, version in meta.get("requires", {}).items()
        if _version(name) is None
    }
    if missing:
        raise LoadError(
            f"{path} needs "
            + ", ".join(f"{name} {version}" for name, version in missing.items())
            + ", not installed",
            hint=f"pip install {' '.join(missing)}",
        )


def read_meta(path: Path) -> dict[str, Any]:
    """Return the `meta.json` of the pipeline at `path`; empty if it has none."""
    file = path / "meta.json"
    if not file.exists():
        return {}
    try:
        meta = json.loads(file.read_bytes())
    except ValueError as error:
        raise LoadError(f"{file} is not valid JSON: {error}") from error
    if not isinstance(meta, dict):
        raise LoadError(f"{file} holds a {type(meta).__name__}, expected an object")
    return meta


def meta_json(nlp: Language) -> bytes:
    """Return the contents of `meta.json`."""
    return (json.dumps(nlp.meta, indent=2) + "\n").encode("utf8")


def _named_functions(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of each function named in a config, including factories."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            kind = "factories" if key == "factory" else str(key).removeprefix("@")
            if isinstance(value, str) and kind != key and kind in registry:
                yield kind, value
            else:
                yield from _named_functions(value)
