"""`meta.json`: the name of a pipeline, its components, and its requirements."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import LoadError
from kernel.files import check_type, parse_json, read_file
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.pipeline.language import Language

_TYPES: Final = {
    **dict.fromkeys(("lang", "name", "version", "description", "author", "email"), str),
    **dict.fromkeys(("url", "license"), str),
    "requires": dict[str, str],
    "vectors": dict[str, Any],
    "labels": dict[str, list[Any]],
    "weights": dict[str, dict[str, Any]],
    **dict.fromkeys(("pipeline", "components", "disabled"), list[str]),
}
_DISTRIBUTION: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


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
            f"{path / 'meta.json'}: the pipeline needs "
            + ", ".join(f"{name} {version}" for name, version in missing.items())
            + ", not installed",
            hint=f"pip install {shlex.join(missing)}",
        )


def read_meta(path: Path) -> dict[str, Any]:
    """Return the `meta.json` of the pipeline at `path`; empty if it has none.

    Raises `LoadError` for a value of a wrong type.
    """
    file = path / "meta.json"
    return parse_meta(read_file(file), what=f"`{file}`") if file.exists() else {}


def parse_meta(data: bytes, *, what: str) -> dict[str, Any]:
    """Return the metadata in JSON; raises `LoadError` that starts with `what`."""
    meta: dict[str, Any] = check_type(parse_json(data, what=what), dict[str, Any], what=what)
    # All fields may be missing.
    check_type(meta, {name: _TYPES[name] for name in meta if name in _TYPES}, what=what)
    check_type(meta.get("vectors", {}).get("name"), str | None, what=f"{what}: `vectors.name`")
    for name in meta.get("requires", {}):
        if not _DISTRIBUTION.fullmatch(name):
            raise LoadError(f"{what}: `requires` has {name!r:.60}, which cannot be installed")
    return meta


def meta_json(nlp: Language) -> bytes:
    """Return the contents of `meta.json`, with the sizes of the components' weights."""
    meta = {**nlp.meta, "weights": _weights(nlp)}
    return (json.dumps(meta, indent=2) + "\n").encode("utf8")


def _weights(nlp: Language) -> dict[str, dict[str, Any]]:
    """Return what describes the weights of each component with a Thinc model."""
    models = {name: getattr(component, "model", None) for name, component in nlp.components}
    if not any(hasattr(model, "walk") for model in models.values()):
        return {}
    # Imported here so that a pipeline without models does not import Thinc.
    from kernel.ops.sizes import describe_weights

    return {
        name: describe_weights(model) for name, model in models.items() if hasattr(model, "walk")
    }


def _named_functions(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of each function named in a config, including factories."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            kind = "factories" if key == "factory" else str(key).removeprefix("@")
            if isinstance(value, str) and kind != key and kind in registry:
                yield kind, value
            else:
                yield from _named_functions(value)
