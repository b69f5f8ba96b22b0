"""Finding and building pipelines and languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel import load
from kernel.errors import ConfigError, LoadError
from kernel.pipeline import get_lang_class, read_meta
from kernel.registry import registry
from kernel_plugin_spacy.util.language_codes import SHORTER

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.text import Vocab

Names = str | Iterable[str]


def load_model_from_path(
    model_path: str | Path,
    *,
    meta: Mapping[str, Any] | None = None,
    vocab: Vocab | bool = True,
    disable: Names = (),
    enable: Names = (),
    exclude: Names = (),
    config: Mapping[str, Any] | None = None,
) -> Language:
    """Return the pipeline in a folder; see `kernel.load`. `meta` updates its metadata."""
    nlp = load(
        Path(model_path),
        vocab=vocab,
        disable=disable,
        enable=enable,
        exclude=exclude,
        config=config,
    )
    nlp.meta = {**nlp.meta, **(meta or {})}
    return nlp


def load_model_from_init_py(
    init_file: str | Path,
    *,
    vocab: Vocab | bool = True,
    disable: Names = (),
    enable: Names = (),
    exclude: Names = (),
    config: Mapping[str, Any] | None = None,
) -> Language:
    """Return the pipeline of a package, given the package's `__init__.py`.

    The pipeline is in a folder next to that file, named after language, name and version in the
    package's `meta.json`. Raises LoadError if it is missing.
    """
    package = Path(init_file).parent
    meta = load_meta(package / "meta.json")
    folder = package / f"{meta['lang']}_{meta['name']}-{meta['version']}"
    if not folder.is_dir():
        raise LoadError(f"the package {package} has no folder {folder.name} with the pipeline")
    return load_model_from_path(
        folder,
        meta=meta,
        vocab=vocab,
        disable=disable,
        enable=enable,
        exclude=exclude,
        config=config,
    )


def load_model_from_config(
    config: Mapping[str, Any],
    *,
    meta: Mapping[str, Any] | None = None,
    vocab: Vocab | bool = True,
    disable: Names = (),
    enable: Names = (),
    exclude: Names = (),
    auto_fill: bool = False,
    validate: bool = True,
) -> Language:
    """Return the pipeline described by a config, not initialized.

    Raises ConfigError if the config does not set the language.
    """
    lang = config.get("nlp", {}).get("lang")
    if not lang:
        raise ConfigError("the config describes no pipeline: [nlp] has no `lang`")
    return get_lang_class(lang).from_config(
        config,
        vocab=vocab,
        disable=disable,
        enable=enable,
        exclude=exclude,
        meta=meta,
        auto_fill=auto_fill,
        validate=validate,
    )


def load_meta(path: str | Path) -> dict[str, Any]:
    """Return a `meta.json`; raises LoadError if it is missing, damaged or without a name."""
    file = Path(path)
    if not file.is_file():
        raise LoadError(f"{file} is missing")
    meta = read_meta(file.parent)
    missing = [key for key in ("lang", "name", "version") if not meta.get(key)]
    if missing:
        raise LoadError(f"{file} has no {', '.join(missing)}")
    return meta


def get_model_meta(path: str | Path) -> dict[str, Any]:
    """Return the `meta.json` of the pipeline in a folder; raises LoadError as `load_meta` does."""
    return load_meta(Path(path) / "meta.json")


def get_sourced_components(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings of the components that a config copies from other pipelines."""
    pipeline = config.get("nlp", {}).get("pipeline", ())
    return {
        name: dict(block)
        for name, block in config.get("components", {}).items()
        if name in pipeline and "source" in block and "factory" not in block
    }


def set_lang_class(name: str, cls: type[Language]) -> None:
    """Register `cls` as the class of the language with the code `name`."""
    registry.languages.register(name)(cls)


def find_matching_language(lang: str) -> str | None:
    """Return the code of the installed language for `en-GB`, `deu` or a similar tag, or None."""
    language = lang.lower().replace("_", "-").partition("-")[0]
    code = SHORTER.get(language, language)
    return code if registry.languages.has(code) else None
