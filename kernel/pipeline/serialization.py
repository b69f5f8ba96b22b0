"""Conversion of components and pipelines to bytes and folders.

The data is a map from the names of fields to bytes: a file per field in a folder, or one msgpack
map as bytes. Reading it never runs code. The folder of a pipeline holds `config.cfg`, `meta.json`,
`tokenizer`, `vocab/`, a folder for each component with data, and a manifest with the checksums of
all files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from kernel.config import Config, load_config, resolve_section
from kernel.entry_points import CONFIG_NAMES, config_in
from kernel.errors import KernelError, LoadError, caught_as, did_you_mean
from kernel.files import check_type, pack, read_file, replace_folder, unpack, verify_manifest
from kernel.pipeline.meta import meta_json, parse_meta, read_meta
from kernel.pipeline.protocols import Labelled, Packable, Storable
from kernel.plugins import hooks
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.text import Vocab

LanguageT = TypeVar("LanguageT", bound="Language")
Writers = Mapping[str, Callable[[], bytes]]
Readers = Mapping[str, Callable[[bytes], object]]


def is_excluded(name: str, exclude: Iterable[str]) -> bool:
    """Return whether the field `name` is excluded, by its name or the part before its dot."""
    return name in exclude or name.split(".", maxsplit=1)[0] in exclude


def pack_fields(writers: Writers, exclude: Iterable[str]) -> bytes:
    """Return the fields of `writers` as one msgpack map."""
    exclude = tuple(exclude)
    return pack(
        {name: write() for name, write in writers.items() if not is_excluded(name, exclude)}
    )


def unpack_fields(data: bytes, readers: Readers, exclude: Iterable[str]) -> None:
    """Pass the fields of `data`, from `pack_fields`, to their readers.

    Raises `LoadError` if `data` is not such a map. Fields without a reader are ignored.
    """
    exclude = tuple(exclude)
    fields = unpack(data, what="the saved object")
    if not isinstance(fields, dict):
        raise LoadError(f"not the bytes of a saved object: a {type(fields).__name__}")
    for name, read in readers.items():
        if name in fields and not is_excluded(name, exclude):
            with naming(f"`{name}`"):
                read(check_type(fields[name], bytes, what="the field"))


def write_fields(folder: Path, writers: Writers, exclude: Iterable[str]) -> None:
    """Write each field of `writers` to its own file in `folder`."""
    exclude = tuple(exclude)
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in writers.items():
        if not is_excluded(name, exclude):
            folder.joinpath(name).write_bytes(write())


def read_fields(folder: Path, readers: Readers, exclude: Iterable[str]) -> None:
    """Pass each file of `folder` to its reader; raises `LoadError` for an invalid file."""
    exclude = tuple(exclude)
    for name, read in readers.items():
        if is_excluded(name, exclude):
            continue
        path = folder / name
        if not path.exists():
            raise LoadError(f"{path} is missing", hint="the copy of the folder may be incomplete")
        with naming(f"`{path}`"):
            read(read_file(path))


@contextlib.contextmanager
def naming(what: str) -> Iterator[None]:
    """Let each error of the block be a `LoadError`, too, that names what was read."""
    try:
        yield
    except KernelError as error:
        if what.strip("`") in error.message:
            raise
        raise LoadError(f"{what}: {error.message}", hint=error.hint) from error
    except Exception as error:  # readers are parts of plugins
        problem = f"{what} cannot be read: {type(error).__name__}: {error}"
        raise caught_as(LoadError(problem), error) from error


def find_config(path: Path) -> Path:
    """Return the config file in the folder `path`; raises `LoadError` if there is none."""
    if not path.is_dir():
        raise LoadError(
            f"no pipeline {str(path)!r}: no such folder or installed package",
            hint=did_you_mean(str(path), registry.models.names(), "install its package first"),
        )
    config = config_in(path)
    if config is not None:
        return config
    inside = [path / name for name in ("model-best", "model-last") if path.joinpath(name).is_dir()]
    raise LoadError(
        f"{path} is not a pipeline: it has no {' or '.join(CONFIG_NAMES)}",
        hint=f"did you mean `{inside[0]}`?" if inside else None,
    )


def _of_vocab(exclude: Iterable[str]) -> set[str]:
    """Return the parts of the vocabulary that are excluded."""
    return {"strings", "vectors", "lookups"} & set(exclude)


def to_disk(nlp: Language, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
    """Write the pipeline to the folder `path`; an existing folder is replaced at the end.

    Raises `KernelError`, before anything is written, for a tokenizer that cannot be loaded again.
    """
    if not is_excluded("tokenizer", exclude := tuple(exclude)):
        _check_tokenizer(nlp)
    with replace_folder(Path(path)) as folder:
        _write_files(nlp, folder, exclude)
        hooks().watch("kernel_pipeline_saved", nlp=nlp, path=folder)


def _check_tokenizer(nlp: Language) -> None:
    """Raise `KernelError` if a pipeline with the config of `nlp` would have another tokenizer."""
    own, configured = nlp.tokenizer, nlp.configured_tokenizer
    if own is configured or (isinstance(own, Packable) and type(own) is type(configured)):
        return
    make = resolve_section(nlp.config.interpolate(), "nlp").tokenizer
    if _kind(make(nlp)) != _kind(own):
        raise KernelError(
            f"the tokenizer cannot be saved: it is a {type(own).__name__} that the config does not "
            "describe",
            hint="register a function that creates it with `@registry.tokenizers`, and set "
            '`nlp.config["nlp"]["tokenizer"]` to its name',
        )


def _kind(tokenizer: Any) -> tuple[Any, ...]:
    """Return what distinguishes tokenizers of different code: the class, or the function."""
    kind = tokenizer if isinstance(tokenizer, FunctionType) else type(tokenizer)
    return kind.__module__, kind.__qualname__


def _write_files(nlp: Language, folder: Path, exclude: tuple[str, ...]) -> None:
    if not is_excluded("config.cfg", exclude):
        nlp.config.to_disk(folder / "config.cfg", interpolate=False)
    if not is_excluded("meta.json", exclude):
        folder.joinpath("meta.json").write_bytes(meta_json(nlp))
    if not is_excluded("vocab", exclude):
        nlp.vocab.to_disk(folder / "vocab", exclude=_of_vocab(exclude))
    if not is_excluded("tokenizer", exclude):
        _write_tokenizer(nlp.tokenizer, folder / "tokenizer")
    for name, component in nlp.components:
        if isinstance(component, Storable) and name not in exclude:
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)  # a name may have several segments
            component.to_disk(place, exclude=["vocab"])


def _write_tokenizer(tokenizer: Any, path: Path) -> None:
    """Write a file or a folder, or nothing, as the tokenizer decides."""
    if isinstance(tokenizer, Storable):
        tokenizer.to_disk(path, exclude=["vocab"])
    elif isinstance(tokenizer, Packable):
        path.write_bytes(tokenizer.to_bytes(exclude=["vocab"]))


def _read_tokenizer(tokenizer: Any, path: Path) -> None:
    with naming(f"`{path}`"):
        if isinstance(tokenizer, Storable):
            tokenizer.from_disk(path, exclude=["vocab"])
        elif isinstance(tokenizer, Packable):
            tokenizer.from_bytes(read_file(path), exclude=["vocab"])


def from_disk(
    nlp: LanguageT,
    path: Path | str,
    *,
    exclude: Iterable[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> LanguageT:
    """Load weights, vocabulary and settings from the folder `path`.

    `overrides` are settings by dotted keys that override the folder's config.
    Raises `LoadError` with the name of a file that is missing, truncated or changed.
    """
    path = Path(path)
    if not path.is_dir():
        raise LoadError(f"no pipeline {str(path)!r}: there is no such folder")
    verify_manifest(path)
    return read_folder(nlp, path, exclude=tuple(exclude), overrides=overrides or {})


def read_folder(
    nlp: LanguageT, path: Path, *, exclude: tuple[str, ...], overrides: Mapping[str, Any]
) -> LanguageT:
    """Load the folder `path` like `from_disk`; its manifest has been verified."""
    if not is_excluded("config.cfg", exclude):
        nlp.config = load_config(find_config(path), overrides=overrides)
    meta = read_meta(path)
    if not is_excluded("meta.json", exclude):
        nlp.meta.update(meta)
    if not is_excluded("vocab", exclude) and path.joinpath("vocab").is_dir():
        nlp.vocab.from_disk(path / "vocab", exclude=_of_vocab(exclude))
        nlp.vocab.vectors.name = meta.get("vectors", {}).get("name")
    if not is_excluded("tokenizer", exclude):
        _read_tokenizer(nlp.tokenizer, path / "tokenizer")
    for name, component in nlp.components:
        if isinstance(component, Storable) and name not in exclude:
            with _explaining(meta), naming(f"`{path / name}`"):
                component.from_disk(path / name, exclude=["vocab"])
    _override_settings(nlp, overrides)
    _keep_labels(nlp)
    nlp.path = path
    hooks().watch("kernel_pipeline_loaded", nlp=nlp, path=path)
    return nlp


@contextlib.contextmanager
def _explaining(meta: Mapping[str, Any]) -> Iterator[None]:
    """Explain errors of the block if no plugin can read weights of spaCy, which saved `meta`."""
    try:
        yield
    except LoadError as error:
        is_own = "spacy_version" not in meta or "requires" in meta
        if is_own or hooks().implementing("kernel_translate_weights", "first"):
            raise
        hint = "spaCy saved the pipeline: install kernel-plugin-spacy, which reads its weights"
        raise LoadError(error.message, hint=hint) from error


def to_bytes(nlp: Language, *, exclude: Iterable[str] = ()) -> bytes:
    """Return the pipeline as bytes, with the same fields as in a folder.

    Raises `KernelError` for a tokenizer that cannot be loaded again.
    """
    if not is_excluded("tokenizer", exclude := tuple(exclude)):
        _check_tokenizer(nlp)
    writers: dict[str, Callable[[], bytes]] = {
        "vocab": partial(nlp.vocab.to_bytes, exclude=_of_vocab(exclude)),
        "meta.json": lambda: meta_json(nlp),
        "config.cfg": lambda: nlp.config.to_bytes(interpolate=False),
    }
    if isinstance(nlp.tokenizer, Packable):
        writers["tokenizer"] = partial(nlp.tokenizer.to_bytes, exclude=["vocab"])
    for name, component in nlp.components:
        if isinstance(component, Packable):
            writers[name] = partial(component.to_bytes, exclude=["vocab"])
    return pack_fields(writers, exclude)


def from_bytes(nlp: LanguageT, data: bytes, *, exclude: Iterable[str] = ()) -> LanguageT:
    """Load the result of `to_bytes`."""

    def read_config(packed: bytes) -> None:
        nlp.config = Config().from_bytes(packed, interpolate=False)

    readers: dict[str, Callable[[bytes], object]] = {
        "config.cfg": read_config,
        "meta.json": lambda packed: nlp.meta.update(parse_meta(packed, what="the metadata")),
        "vocab": partial(nlp.vocab.from_bytes, exclude=_of_vocab(exclude)),
    }
    if isinstance(nlp.tokenizer, Packable):
        readers["tokenizer"] = partial(nlp.tokenizer.from_bytes, exclude=["vocab"])
    for name, component in nlp.components:
        if isinstance(component, Packable):
            readers[name] = partial(component.from_bytes, exclude=["vocab"])
    unpack_fields(data, readers, exclude)
    _keep_labels(nlp)
    return nlp


def reduce(nlp: Language) -> tuple[Callable[..., Language], tuple[Any, ...]]:
    """Return what pickle and `copy.deepcopy` make the pipeline of: its config, parts and bytes."""
    settings = {
        "max_length": nlp.max_length,
        "batch_size": nlp.batch_size,
        "default_error_handler": nlp.default_error_handler,
        "path": nlp.path,
    }
    config = nlp.config.to_bytes(interpolate=False)
    data = to_bytes(nlp, exclude=["vocab", "tokenizer", "config"])
    return _restored, (type(nlp), config, nlp.vocab, nlp.tokenizer, nlp.disabled, data, settings)


def _restored(
    cls: type[Language],
    config: bytes,
    vocab: Vocab,
    tokenizer: Any,
    disabled: Iterable[str],
    data: bytes,
    settings: Mapping[str, Any],
) -> Language:
    raw = Config().from_bytes(config, interpolate=False)
    nlp = cls.from_config(raw, vocab=vocab, disable=disabled)
    nlp.tokenizer = tokenizer
    for name, value in settings.items():
        setattr(nlp, name, value)
    return from_bytes(nlp, data)


def _override_settings(nlp: Language, overrides: Mapping[str, Any]) -> None:
    """Set the settings of components that `overrides` names, also where a component saves them."""
    components = nlp.config.interpolate()["components"] if overrides else {}
    for dotted in overrides:
        section, *keys = dotted.split(".")
        if section != "components" or len(keys) != 2 or not nlp.has_pipe(keys[0]):
            continue
        name, key = keys
        saved = getattr(nlp.get_pipe(name), "cfg", {})
        if key in saved:
            saved[key] = components[name][key]


def _keep_labels(nlp: Language) -> None:
    """Add the strings of all labels to the string store, including those not used yet."""
    for _, component in nlp.components:
        labels = component.labels if isinstance(component, Labelled) else ()
        nlp.vocab.strings.add_all([label for label in labels if isinstance(label, str)])
