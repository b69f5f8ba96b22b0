"""Finding pipelines: blank ones by language, trained ones by folder or installed package."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.config import flatten, load_config, nest
from kernel.entry_points import config_in
from kernel.errors import (
    KernelError,
    LoadError,
    RegistryError,
    UnknownLanguageError,
    did_you_mean,
)
from kernel.files import MANIFEST, recover_folder, verify_manifest
from kernel.pipeline.meta import check_requirements, read_meta
from kernel.pipeline.serialization import find_config, read_folder
from kernel.pipeline.stages import as_list
from kernel.registry import missing_hint, provider_hint, registry

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.text import Vocab

_CODE_LENGTH = 3  # of ISO 639


def get_lang_class(lang: str) -> type[Language]:
    """Return the class of the language with the code `lang`.

    Raises `UnknownLanguageError` if no plugin provides it.
    """
    code = str(lang)  # configs and callers may give any value
    if not registry.languages.has(code):
        hint = provider_hint("languages", code) or missing_hint("languages", code)
        hint = hint or _similar_language(code)
        raise UnknownLanguageError(f"no language `{code}`", hint=hint)
    return registry.languages.get(code)


def _similar_language(code: str) -> str:
    """Return a hint at the language that a tag such as `de-AT` or `deu` may mean, or at all."""
    names = registry.languages.names()
    tag = code.lower().replace("_", "-").partition("-")[0]
    shorter = [name for name in names if len(tag) <= _CODE_LENGTH and tag.startswith(name)]
    return f"did you mean `{max(shorter, key=len)}`?" if shorter else did_you_mean(code, names)


def blank(
    name: str,
    *,
    vocab: Vocab | bool = True,
    config: Mapping[str, Any] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Language:
    """Return an empty pipeline for the language with the code `name`."""
    return get_lang_class(name).from_config(nest(config or {}), vocab=vocab, meta=meta)


def load(
    name: str | Path,
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Language:
    """Return the trained pipeline `name`: a folder, an installed package, or `blank:<language>`.

    A package that declares no pipeline may have a function `load`, with the arguments of this one.
    `config` overrides settings, by dotted keys or nested. Raises `LoadError` if there is no
    such pipeline, or if a file of it is missing, truncated or changed.
    """
    if isinstance(name, str) and name.startswith("blank:"):
        return blank(name.removeprefix("blank:"))
    if not isinstance(name, str | os.PathLike):
        raise LoadError(f"no pipeline {name!r}", hint="give a folder or the name of a package")
    options: dict[str, Any] = {
        "vocab": vocab,
        "disable": disable,
        "enable": enable,
        "exclude": exclude,
        "config": config,
    }
    function, folder = _installed(name) if isinstance(name, str) else (None, None)
    if function is not None:
        return function(**{**options, "config": config or {}})
    try:
        return load_folder(folder or Path(name), **options)
    except RegistryError as error:
        if folder is None:
            raise
        _import_package(str(name), error)
        return load_folder(folder, **options)


def _installed(name: str) -> tuple[Callable[..., Language] | None, Path | None]:
    """Return the function that loads the installed pipeline `name`, or its folder; None if none."""
    if not registry.models.has(name):
        return _load_function(name), None
    folder = registry.models.data_folder(name)
    return (registry.models.get(name) if folder is None else None), folder


def _load_function(name: str) -> Callable[..., Language] | None:
    """Return the function `load` of the package of the installed distribution `name`, if any.

    A folder with a pipeline comes first. Raises `LoadError` if the package cannot be imported.
    """
    if not name.isidentifier() or config_in(Path(name)) is not None:
        return None
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise LoadError(f"the package `{name}` cannot be imported: {error}") from error
    return getattr(module, "load", None)


def _import_package(name: str, missing: RegistryError) -> None:
    """Import the package of a pipeline, which may register a function that is `missing`."""
    try:
        registry.models.get(name)
    except KernelError as reason:
        hint = f"the package `{name}` may have it, but cannot be imported: {reason.message}"
        missing.hint = f"{hint}; {reason.hint}" if reason.hint else hint
        raise missing from reason


def load_folder(
    path: Path,
    language: type[Language] | None = None,
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Language:
    """Return the pipeline in the folder `path`, as an object of the class `language` if given.

    By default, the class is that of the language in the config.
    """
    recover_folder(path)
    if not path.joinpath(MANIFEST).exists():
        find_config(path)  # says that this is not a pipeline, before all of its files are read
    verify_manifest(path)
    meta = read_meta(path)
    check_requirements(meta, path)
    overrides = flatten(config or {})
    config_file = find_config(path)
    loaded = load_config(config_file, overrides=overrides)
    with _naming(config_file):
        nlp = (language or _class_of(loaded)).from_config(
            loaded,
            vocab=vocab,
            disable=disable,
            enable=enable,
            exclude=exclude,
            meta=meta,
            auto_fill=False,
        )
    return read_folder(nlp, path, exclude=tuple(as_list(exclude)), overrides=overrides)


def _class_of(config: Mapping[str, Any]) -> type[Language]:
    """Return the class of a pipeline with this config; the language of the base class is empty."""
    from kernel.pipeline.language import Language  # its imports include this module

    lang = config.get("nlp", {}).get("lang")
    if lang is None:
        raise LoadError("[nlp] has no `lang`")
    return get_lang_class(lang) if lang else Language


@contextlib.contextmanager
def _naming(file: Path) -> Iterator[None]:
    """Add `file` to errors that do not name it."""
    try:
        yield
    except KernelError as error:
        if str(file) not in error.message:
            error.message = f"`{file}`: {error.message}"
        raise
