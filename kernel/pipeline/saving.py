"""A pipeline as a folder or as bytes.

A folder holds `config.cfg`, `meta.json`, `tokenizer`, `vocab/`, one folder for each
component that has something to keep, and the manifest that guards them all.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import LoadError
from kernel.files import replace_folder
from kernel.pipeline.storage import from_bytes as read_fields
from kernel.pipeline.storage import is_excluded
from kernel.pipeline.storage import to_bytes as write_fields
from kernel.registry import KINDS, registry

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

CONFIG_NAMES: Final = ("config.cfg", "config.toml")


def refresh_meta(nlp: Language, meta: dict[str, Any]) -> dict[str, Any]:
    """Bring `meta` up to date with `nlp` and return it."""
    for key, value in (("name", "pipeline"), ("version", "0.0.0")):
        meta.setdefault(key, value)
    for key in ("description", "author", "email", "url", "license"):
        meta.setdefault(key, "")
    meta["lang"] = nlp.config["nlp"]["lang"] or ""
    meta["requires"] = required_distributions(nlp)
    meta["vectors"] = _about_vectors(nlp)
    meta["labels"] = nlp.pipe_labels
    meta["pipeline"] = nlp.pipe_names
    meta["components"] = nlp.component_names
    meta["disabled"] = nlp.disabled
    return meta


def _about_vectors(nlp: Language) -> dict[str, Any]:
    vocab = nlp.vocab
    return {
        "width": vocab.vectors_length,
        "vectors": len(vocab.vectors),
        "keys": getattr(vocab.vectors, "n_keys", -1),
        "name": vocab.vectors.name,
        "mode": getattr(vocab.vectors, "mode", "default"),
    }


def required_distributions(nlp: Language) -> dict[str, str]:
    """Return name and version of each distribution that the pipeline needs to run."""
    needed = {"kernel-nlp"}
    config = nlp.config
    for kind, name in _named_functions({"nlp": config["nlp"], "components": config["components"]}):
        needed.add(registry.of(kind).distribution(name) or "")
    needed.add(registry.languages.distribution(config["nlp"]["lang"] or "") or "")
    return {name: importlib.metadata.version(name) for name in sorted(needed) if name}


def check_requirements(meta: Mapping[str, Any], path: Path) -> None:
    """Raise `LoadError` if a distribution that the pipeline at `path` needs is not installed."""
    missing = {
        name: version
        for name, version in meta.get("requires", {}).items()
        if not _is_installed(name)
    }
    if missing:
        raise LoadError(
            f"{path} needs "
            + ", ".join(f"{name} {version}" for name, version in missing.items())
            + ", not installed",
            hint=f"pip install {' '.join(missing)}",
        )


def find_config(path: Path) -> Path:
    """Return the config file in the folder `path`; raises `LoadError` if there is none."""
    if not path.is_dir():
        raise LoadError(
            f"no pipeline {str(path)!r}: there is no such folder, and no such installed package"
        )
    for name in CONFIG_NAMES:
        if path.joinpath(name).is_file():
            return path / name
    raise LoadError(f"{path} is no pipeline: it has no {' or '.join(CONFIG_NAMES)}")


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


def to_disk(nlp: Language, path: Path, exclude: Iterable[str]) -> None:
    """Write `nlp` to the folder `path`, replacing what is there only once it is complete."""
    from kernel.plugins import manager

    with replace_folder(path) as folder:
        write_files(nlp, folder, tuple(exclude))
        manager().hook.kernel_pipeline_saved(nlp=nlp, path=folder)


def write_files(nlp: Language, folder: Path, exclude: tuple[str, ...] = ()) -> None:
    """Write the files of `nlp` into the empty `folder`."""
    if not is_excluded("config.cfg", exclude):
        nlp.config.to_disk(folder / "config.cfg", interpolate=False)
    if not is_excluded("meta.json", exclude):
        folder.joinpath("meta.json").write_bytes(_meta_json(nlp))
    if not is_excluded("vocab", exclude):
        nlp.vocab.to_disk(folder / "vocab")
    if not is_excluded("tokenizer", exclude) and hasattr(nlp.tokenizer, "to_bytes"):
        folder.joinpath("tokenizer").write_bytes(nlp.tokenizer.to_bytes(exclude=["vocab"]))
    for name, component in _storable(nlp, "to_disk", exclude):
        component.to_disk(folder / name, exclude=["vocab"])


def from_disk(
    nlp: Language, path: Path, exclude: Iterable[str], overrides: Mapping[str, Any]
) -> None:
    """Let `nlp`, which has the same components, take over what is in the folder `path`."""
    from kernel.config import load_config
    from kernel.plugins import manager

    exclude = tuple(exclude)
    if not path.is_dir():
        raise LoadError(f"no pipeline {str(path)!r}: there is no such folder")
    if not is_excluded("config.cfg", exclude):
        nlp.config = load_config(find_config(path), overrides=overrides)
    if not is_excluded("meta.json", exclude):
        nlp.meta = {**nlp._meta, **read_meta(path)}  # noqa: SLF001
    if not is_excluded("vocab", exclude) and path.joinpath("vocab").is_dir():
        # Beside components, the vocabulary's lookups can be left out.
        nlp.vocab.from_disk(path / "vocab", exclude={"lookups"} & set(exclude))
        nlp.vocab.vectors.name = nlp._meta.get("vectors", {}).get("name")  # noqa: SLF001
    tokenizer = path / "tokenizer"
    if not is_excluded("tokenizer", exclude) and hasattr(nlp.tokenizer, "from_bytes"):
        if not tokenizer.exists():
            raise LoadError(f"{tokenizer} is missing", hint="was the folder copied whole?")
        nlp.tokenizer.from_bytes(tokenizer.read_bytes(), exclude=["vocab"])
    for name, component in _storable(nlp, "from_disk", exclude):
        component.from_disk(path / name, exclude=["vocab"])
    _keep_labels(nlp)
    nlp._path = path  # noqa: SLF001
    manager().hook.kernel_pipeline_loaded(nlp=nlp, path=path)


def to_bytes(nlp: Language, exclude: Iterable[str]) -> bytes:
    """Return `nlp` as bytes: the same fields as in a folder."""
    writers: dict[str, Callable[[], bytes]] = {
        "vocab": nlp.vocab.to_bytes,
        "tokenizer": lambda: nlp.tokenizer.to_bytes(exclude=["vocab"]),
        "meta.json": lambda: _meta_json(nlp),
        "config.cfg": lambda: nlp.config.to_bytes(interpolate=False),
    }
    for name, component in _storable(nlp, "to_bytes", ()):
        writers[name] = _component_writer(component)
    return write_fields(writers, exclude)


def from_bytes(nlp: Language, data: bytes, exclude: Iterable[str]) -> None:
    """Let `nlp`, which has the same components, take over what `to_bytes` returned."""

    def read_meta_json(packed: bytes) -> None:
        nlp.meta = {**nlp._meta, **json.loads(packed)}  # noqa: SLF001

    readers: dict[str, Callable[[bytes], None]] = {
        "meta.json": read_meta_json,
        "vocab": lambda packed: _ignore(nlp.vocab.from_bytes(packed)),
        "tokenizer": lambda packed: _ignore(nlp.tokenizer.from_bytes(packed, exclude=["vocab"])),
    }
    for name, component in _storable(nlp, "from_bytes", ()):
        readers[name] = _component_reader(component)
    read_fields(data, readers, exclude)
    _keep_labels(nlp)


def _keep_labels(nlp: Language) -> None:
    """Let the strings of all labels be known, whether or not a text brought them before."""
    for _, component in nlp.components:
        labels = component.labels if hasattr(component, "labels") else ()
        nlp.vocab.strings.add_all([label for label in labels if isinstance(label, str)])


def _meta_json(nlp: Language) -> bytes:
    return (json.dumps(nlp.meta, indent=2) + "\n").encode("utf8")


def _component_writer(component: Any) -> Callable[[], bytes]:
    def write() -> bytes:
        packed: bytes = component.to_bytes(exclude=["vocab"])
        return packed

    return write


def _component_reader(component: Any) -> Callable[[bytes], None]:
    return lambda packed: _ignore(component.from_bytes(packed, exclude=["vocab"]))


def _ignore(result: Any) -> None:
    """Drop a result, so that a lambda fits where None is expected."""


def _storable(nlp: Language, method: str, exclude: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, component in nlp.components:
        if hasattr(component, method) and name not in exclude:
            yield name, component


def _named_functions(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) for each function that a config names, factories included."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            kind = "factories" if key == "factory" else str(key).removeprefix("@")
            if isinstance(value, str) and kind != key and kind in KINDS:
                yield kind, value
            else:
                yield from _named_functions(value)


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
