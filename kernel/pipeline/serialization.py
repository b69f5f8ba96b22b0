"""A pipeline as a folder or as bytes.

A folder holds `config.cfg`, `meta.json`, `tokenizer`, `vocab/`, one folder for each
component that has something to keep, and the manifest that guards them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.config import load_config
from kernel.errors import LoadError
from kernel.files import replace_folder
from kernel.pipeline import fields
from kernel.pipeline.fields import is_excluded
from kernel.pipeline.meta import meta_json, read_meta
from kernel.pipeline.protocols import Labelled, Packable, Storable
from kernel.plugins import hooks

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

CONFIG_NAMES: Final = ("config.cfg", "config.toml")


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


def to_disk(nlp: Language, path: Path, exclude: Iterable[str]) -> None:
    """Write `nlp` to the folder `path`, replacing what is there only once it is complete."""
    with replace_folder(path) as folder:
        write_files(nlp, folder, tuple(exclude))
        hooks().watch("kernel_pipeline_saved", nlp=nlp, path=folder)


def write_files(nlp: Language, folder: Path, exclude: tuple[str, ...] = ()) -> None:
    """Write the files of `nlp` into the empty `folder`."""
    if not is_excluded("config.cfg", exclude):
        nlp.config.to_disk(folder / "config.cfg", interpolate=False)
    if not is_excluded("meta.json", exclude):
        folder.joinpath("meta.json").write_bytes(meta_json(nlp))
    if not is_excluded("vocab", exclude):
        nlp.vocab.to_disk(folder / "vocab")
    if not is_excluded("tokenizer", exclude) and isinstance(nlp.tokenizer, Packable):
        folder.joinpath("tokenizer").write_bytes(nlp.tokenizer.to_bytes(exclude=["vocab"]))
    for name, component in nlp.components:
        if isinstance(component, Storable) and name not in exclude:
            component.to_disk(folder / name, exclude=["vocab"])


def from_disk(
    nlp: Language, path: Path, exclude: Iterable[str], overrides: Mapping[str, Any]
) -> None:
    """Let `nlp`, which has the same components, take over what is in the folder `path`."""
    exclude = tuple(exclude)
    if not path.is_dir():
        raise LoadError(f"no pipeline {str(path)!r}: there is no such folder")
    if not is_excluded("config.cfg", exclude):
        nlp.config = load_config(find_config(path), overrides=overrides)
    if not is_excluded("meta.json", exclude):
        nlp.meta.update(read_meta(path))
    if not is_excluded("vocab", exclude) and path.joinpath("vocab").is_dir():
        # Beside components, the vocabulary's lookups can be left out.
        nlp.vocab.from_disk(path / "vocab", exclude={"lookups"} & set(exclude))
        nlp.vocab.vectors.name = read_meta(path).get("vectors", {}).get("name")
    if isinstance(nlp.tokenizer, Packable):
        read = {"tokenizer": partial(nlp.tokenizer.from_bytes, exclude=["vocab"])}
        fields.from_disk(path, read, exclude)
    for name, component in nlp.components:
        if isinstance(component, Storable) and name not in exclude:
            component.from_disk(path / name, exclude=["vocab"])
    _keep_labels(nlp)
    nlp.path = path
    hooks().watch("kernel_pipeline_loaded", nlp=nlp, path=path)


def to_bytes(nlp: Language, exclude: Iterable[str]) -> bytes:
    """Return `nlp` as bytes: the same fields as in a folder."""
    writers: dict[str, Callable[[], bytes]] = {
        "vocab": nlp.vocab.to_bytes,
        "meta.json": lambda: meta_json(nlp),
        "config.cfg": lambda: nlp.config.to_bytes(interpolate=False),
    }
    if isinstance(nlp.tokenizer, Packable):
        writers["tokenizer"] = partial(nlp.tokenizer.to_bytes, exclude=["vocab"])
    for name, component in nlp.components:
        if isinstance(component, Packable):
            writers[name] = partial(component.to_bytes, exclude=["vocab"])
    return fields.to_bytes(writers, exclude)


def from_bytes(nlp: Language, data: bytes, exclude: Iterable[str]) -> None:
    """Let `nlp`, which has the same components, take over what `to_bytes` returned."""
    readers: dict[str, Callable[[bytes], object]] = {
        "meta.json": lambda packed: nlp.meta.update(json.loads(packed)),
        "vocab": nlp.vocab.from_bytes,
    }
    if isinstance(nlp.tokenizer, Packable):
        readers["tokenizer"] = partial(nlp.tokenizer.from_bytes, exclude=["vocab"])
    for name, component in nlp.components:
        if isinstance(component, Packable):
            readers[name] = partial(component.from_bytes, exclude=["vocab"])
    fields.from_bytes(data, readers, exclude)
    _keep_labels(nlp)


def _keep_labels(nlp: Language) -> None:
    """Let the strings of all labels be known, whether or not a text brought them before."""
    for _, component in nlp.components:
        labels = component.labels if isinstance(component, Labelled) else ()
        nlp.vocab.strings.add_all([label for label in labels if isinstance(label, str)])
