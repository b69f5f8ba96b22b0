"""A pipeline as a folder or as bytes.

A folder holds `config.cfg`, `meta.json`, `tokenizer`, `vocab/`, one folder for each
component that has something to keep, and the manifest that guards them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import LoadError
from kernel.files import replace_folder
from kernel.pipeline import fields
from kernel.pipeline.fields import is_excluded
from kernel.pipeline.meta import meta_json, read_meta

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
    from kernel.plugins import manager

    with replace_folder(path) as folder:
        write_files(nlp, folder, tuple(exclude))
        manager().hook.kernel_pipeline_saved(nlp=nlp, path=folder)


def write_files(nlp: Language, folder: Path, exclude: tuple[str, ...] = ()) -> None:
    """Write the files of `nlp` into the empty `folder`."""
    if not is_excluded("config.cfg", exclude):
        nlp.config.to_disk(folder / "config.cfg", interpolate=False)
    if not is_excluded("meta.json", exclude):
        folder.joinpath("meta.json").write_bytes(meta_json(nlp))
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
        "meta.json": lambda: meta_json(nlp),
        "config.cfg": lambda: nlp.config.to_bytes(interpolate=False),
    }
    for name, component in _storable(nlp, "to_bytes", ()):
        writers[name] = _component_writer(component)
    return fields.to_bytes(writers, exclude)


def from_bytes(nlp: Language, data: bytes, exclude: Iterable[str]) -> None:
    """Let `nlp`, which has the same components, take over what `to_bytes` returned."""

    def readmeta_json(packed: bytes) -> None:
        nlp.meta = {**nlp._meta, **json.loads(packed)}  # noqa: SLF001

    readers: dict[str, Callable[[bytes], None]] = {
        "meta.json": readmeta_json,
        "vocab": lambda packed: _ignore(nlp.vocab.from_bytes(packed)),
        "tokenizer": lambda packed: _ignore(nlp.tokenizer.from_bytes(packed, exclude=["vocab"])),
    }
    for name, component in _storable(nlp, "from_bytes", ()):
        readers[name] = _component_reader(component)
    fields.from_bytes(data, readers, exclude)
    _keep_labels(nlp)


def _keep_labels(nlp: Language) -> None:
    """Let the strings of all labels be known, whether or not a text brought them before."""
    for _, component in nlp.components:
        labels = component.labels if hasattr(component, "labels") else ()
        nlp.vocab.strings.add_all([label for label in labels if isinstance(label, str)])


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
