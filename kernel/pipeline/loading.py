"""Finding pipelines: blank ones by language, trained ones by folder or installed package."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.config import flatten, load_config, nest
from kernel.errors import KernelError, LoadError, UnknownLanguageError, did_you_mean
from kernel.files import recover_folder, verify_manifest
from kernel.pipeline.meta import check_requirements, read_meta
from kernel.pipeline.serialization import find_config, read_folder
from kernel.pipeline.stages import as_list
from kernel.registry import missing_hint, provider_hint, registry

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.text import Vocab


def get_lang_class(lang: str) -> type[Language]:
    """Return the class of the language with the code `lang`.

    Raises `UnknownLanguageError` if no plugin provides it.
    """
    if not registry.languages.has(lang):
        hint = provider_hint("languages", lang) or missing_hint("languages", lang)
        hint = hint or did_you_mean(lang, registry.languages.names())
        raise UnknownLanguageError(f"no language `{lang}`", hint=hint)
    return registry.languages.get(lang)


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

    `config` overrides settings, by dotted keys or nested. Raises `LoadError` if there is no
    such pipeline, or if a file of it is missing, truncated or changed.
    """
    if isinstance(name, str) and name.startswith("blank:"):
        return blank(name.removeprefix("blank:"))
    if isinstance(name, str) and registry.models.has(name):
        return registry.models.get(name)(
            vocab=vocab, disable=disable, enable=enable, exclude=exclude, config=config or {}
        )
    path = Path(name)
    recover_folder(path)
    verify_manifest(path)
    meta = read_meta(path)
    check_requirements(meta, path)
    overrides = flatten(config or {})
    config_file = find_config(path)
    loaded = load_config(config_file, overrides=overrides)
    with _naming(config_file):
        lang = loaded.get("nlp", {}).get("lang")
        if not lang:
            raise LoadError("[nlp] has no `lang`")
        nlp = get_lang_class(lang).from_config(
            loaded,
            vocab=vocab,
            disable=disable,
            enable=enable,
            exclude=exclude,
            meta=meta,
            auto_fill=False,
        )
    return read_folder(nlp, path, exclude=tuple(as_list(exclude)), overrides=overrides)


@contextlib.contextmanager
def _naming(file: Path) -> Iterator[None]:
    """Add `file` to errors that do not name it."""
    try:
        yield
    except KernelError as error:
        if str(file) not in error.message:
            error.message = f"`{file}`: {error.message}"
        raise
