"""Information about the installation, a pipeline or a label."""

from __future__ import annotations

import importlib.metadata
import platform
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import asdict

from kernel.errors import LoadError
from kernel.files import check_type, read_json
from kernel.registry import registry

_SCORES: Final = ("accuracy", "performance", "speed")
_GLOSSARY: Final = "kernel.Glossary.v1"
_TOKENIZER: Final = "kernel.Tokenizer.v1"
_AFFIXES: Final = {"prefix": "prefixes", "suffix": "suffixes", "infix": "infixes"}


def info(
    model: str | None = None,
    *,
    markdown: bool = False,
    silent: bool = True,
    exclude: Iterable[str] | None = None,
) -> dict[str, Any] | str:
    """Return information about the pipeline `model`, or about the installation.

    The result is a dict, or a list in Markdown if `markdown` is true, without the keys in
    `exclude` (default: "labels"). Unless `silent`, the list is also printed.

    `model` is a folder or an installed package. Raises LoadError if there is no such pipeline.
    """
    entries = describe(model, ["labels"] if exclude is None else exclude)
    text = as_markdown(entries)
    if not silent:
        print(text)  # noqa: T201 — requested by the caller
    return text if markdown else entries


def explain(term: str) -> str | None:
    """Return the meaning of a label, tag or part of speech; None, with a warning, if unknown.

    Raises RegistryError if no plugin provides a glossary.
    """
    found: str | None = registry.misc.get(_GLOSSARY)().get(term)
    if found is None:
        warnings.warn(f"no explanation of {term!r} is known", stacklevel=2)
    return found


def describe(model: str | None, exclude: Iterable[str]) -> dict[str, Any]:
    """Return information about a pipeline, or the installation, without the keys in `exclude`.

    Raises LoadError if `model` is not a pipeline.
    """
    entries = _describe_installation() if model is None else _describe_pipeline(model)
    excluded = set(exclude)
    return {name: value for name, value in entries.items() if name not in excluded}


def describe_language(code: str) -> dict[str, Any]:
    """Return what the language with the code `code` has, from its class.

    Raises UnknownLanguageError if no plugin provides it.
    """
    from kernel.pipeline import get_lang_class
    from kernel.text import attr_name

    language = get_lang_class(code)
    defaults = language.Defaults
    tokenizer = defaults.config.get("nlp", {}).get("tokenizer", {"@tokenizers": _TOKENIZER})
    return {
        "code": code,
        "class": language.__name__,
        "distribution": registry.languages.distribution(code),
        "file": registry.languages.find(code)["file"],
        "writing system": dict(defaults.writing_system),
        "tokenizer": tokenizer["@tokenizers"],
        "special cases": len(defaults.tokenizer_exceptions),
        **{f"{kind} rules": len(getattr(defaults, name) or ()) for kind, name in _AFFIXES.items()},
        "token match": defaults.token_match is not None,
        "stop words": len(defaults.stop_words),
        "lexical attributes": sorted(map(attr_name, defaults.lex_attr_getters)),
        "syntax iterators": sorted(defaults.syntax_iterators),
        "components": [name for name in registry.factories.names() if name.startswith(f"{code}.")],
        "lookups": registry.lookups.distribution(code) if registry.lookups.has(code) else None,
        "recommended": asdict(defaults.recommended),
    }


def as_markdown(entries: Mapping[str, Any]) -> str:
    """Return the entries as a list in Markdown."""
    return "\n".join(f"- **{name}:** {text}" for name, text in as_text(entries).items())


def as_text(entries: Mapping[str, Any]) -> dict[str, str]:
    """Return each entry as readable text."""
    known = {"weights": _weights_in_words}
    return {name: known.get(name, in_words)(value) for name, value in entries.items()}


def _describe_installation() -> dict[str, Any]:
    """Return version and location of kernel, its plugins, and the platform."""
    import kernel
    from kernel.plugins import distributions

    return {
        "kernel version": kernel.__version__,
        "location": str(Path(kernel.__file__).parent),
        "platform": platform.platform(),
        "python version": platform.python_version(),
        "plugins": distributions(),
        "pipelines": {name: _pipeline_version(name) for name in registry.models.names()},
    }


def _pipeline_version(name: str) -> str:
    """Return the version of the distribution of a pipeline; "" if a function makes it."""
    owner = registry.models.distribution(name)
    return importlib.metadata.version(owner) if owner else ""


def _describe_pipeline(name: str) -> dict[str, Any]:
    """Return the metadata of a pipeline without its scores, and its location.

    Raises `LoadError` if there is no such pipeline, or its metadata cannot be read.
    """
    path = registry.models.folder(name) or Path(name)
    file = path / "meta.json"
    if not path.is_dir():
        raise LoadError(f"no pipeline {name!r}: no such folder or installed package")
    if not file.is_file():
        raise LoadError(f"{path} is not a pipeline: it has no meta.json")
    meta = check_type(read_json(file), dict[str, Any], what=f"`{file}`")
    described = {key: value for key, value in meta.items() if key not in _SCORES}
    return {**described, "source": str(path.absolute())}


def _weights_in_words(weights: Any) -> str:
    """Return the sizes of weights by component as text, such as "ner: 5,000 parameters"."""
    if not isinstance(weights, dict) or not all(isinstance(v, dict) for v in weights.values()):
        return in_words(weights)
    return "; ".join(f"{name}: {_size_in_words(size)}" for name, size in weights.items()) or "-"


def _size_in_words(size: Mapping[str, Any]) -> str:
    order = {"parameters": "parameters", "megabytes": "MB"}
    parts = [f"{size[key]:,} {unit}" for key, unit in order.items() if key in size]
    return ", ".join([*parts, *(f"{key} {size[key]}" for key in size if key not in order)])


def in_words(value: Any) -> str:
    """Return a value as readable text; "-" if it is empty."""
    if isinstance(value, dict):
        return ", ".join(f"{key} ({in_words(inner)})" for key, inner in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None or value == "" else str(value)
