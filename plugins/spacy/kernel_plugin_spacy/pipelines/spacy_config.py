"""The config of a pipeline as spaCy 3.8 reads it: spaCy's names, and only settings that it has.

`spacy_functions.json` lists these; `tools/spacy_functions.py` writes it.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from kernel.config import Config, default_config, fill_all
from kernel.pipeline import get_factory
from kernel.registry import canonical_name, registry

Block = Mapping[str, Any]

# Other sections say how a pipeline was trained, and do not change what it does.
_NEEDED: Final = ("paths", "system", "nlp", "components")
_PREFIXES: Final = ("spacy", "spacy-legacy")
_FUNCTIONS: Final = ("tokenizer", "vectors")
_NO_DEFAULT: Final = object()


@frozen
class SpacyConfig:
    """A config for spaCy, and what spaCy does not have.

    missing   for each component, and for `nlp`: without it, the config cannot be used
    left_out  for each section that the config does not have
    """

    config: Config
    missing: Mapping[str, list[str]]
    left_out: Mapping[str, list[str]]


def for_spacy(config: Config) -> SpacyConfig:
    """Return the config of a pipeline as spaCy reads it.

    If spaCy does not have a part of a section about training, all of these sections are left out,
    because they refer to each other.
    """
    filled = fill_all(config, validate=False)
    lang = filled["nlp"]["lang"]
    missing: dict[str, list[str]] = {name: [] for name in (*filled, *filled["components"])}
    if lang not in _spacy()["languages"].split() and not _is_third_party("languages", lang):
        missing["nlp"].append(f"the language `{lang}`")
    sections = {
        name: _section(name, block, missing[name])
        for name, block in filled.items()
        if name != "components"
    }
    sections["components"] = {
        name: _component(block, lang, missing[name]) for name, block in filled["components"].items()
    }
    for name in sections["components"]:
        if "." in name:  # the same as a section in another
            missing[name].append("names with dots")
    of_training = {name: missing.pop(name) for name in filled if name not in _NEEDED}
    left_out = of_training if any(of_training.values()) else {}
    return SpacyConfig(
        Config({name: sections[name] for name in sections if name not in left_out}),
        {name: parts for name, parts in missing.items() if parts},
        left_out,
    )


@functools.cache
def _spacy() -> dict[str, Any]:
    """Return the arguments of spaCy's functions by kind and name, its languages and sections."""
    file = Path(__file__).with_name("spacy_functions.json")
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf8"))
    return data


def _section(name: str, block: Block, missing: list[str]) -> dict[str, Any]:
    if name in _spacy()["sections"]:
        known = _spacy()["sections"][name].split()
        defaults = default_config([name]).get(name, {})
        block = _known_settings(block, known, defaults, "", missing)
    if name == "nlp":  # spaCy does not take null for functions, but has defaults
        block = {key: block[key] for key in block if block[key] or key not in _FUNCTIONS}
    return {key: _converted(value, key, missing) for key, value in block.items()}


def _component(block: Block, lang: str, missing: list[str]) -> dict[str, Any]:
    factory = block["factory"]
    known = _spacy()["factories"]
    name = next((name for name in (f"{lang}.{factory}", factory) if name in known), None)
    if name is not None and not _is_local("factories", factory):
        defaults = get_factory(factory, lang).default_config
        block = _known_settings(block, ["factory", *known[name].split()], defaults, "", missing)
    elif not _is_third_party("factories", factory):
        missing.append(f"the component `{factory}`")
        return {}
    return {key: _converted(value, key, missing) for key, value in block.items()}


def _converted(value: Any, place: str, missing: list[str]) -> Any:
    """Return a value of the config, a block or a list of them, with spaCy's names.

    place    its keys in the section or the component
    missing  gets what spaCy does not have
    """
    if isinstance(value, list):
        return [_converted(item, place, missing) for item in value]
    if not isinstance(value, Mapping):
        return value
    function = next((key for key in value if key.startswith("@")), None)
    if function is not None:
        value = _function(value, function, place, missing)
    return {key: _converted(each, f"{place}.{key}", missing) for key, each in value.items()}


def _function(block: Block, key: str, place: str, missing: list[str]) -> Block:
    """Return the block of a function with its name in spaCy, and the settings that it has there."""
    kind, name = key[1:], block[key]
    known = _spacy().get(kind, {})
    spelled = _spelled(name, known)
    if spelled is None or _is_local(kind, name):
        if not _is_third_party(kind, name):
            missing.append(f"`{name}` of `{place}`")
        return block
    arguments = known[_legacy(spelled, known)].split()
    signature = inspect.signature(registry.of(kind).get(name))
    defaults = {
        each.name: each.default
        for each in signature.parameters.values()
        if each.default is not inspect.Parameter.empty
    }
    allowed = [key, "*", *arguments]
    return {**_known_settings(block, allowed, defaults, place, missing), key: spelled}


def _is_third_party(kind: str, name: str) -> bool:
    """Return whether an installed distribution has it for spaCy, in a group of entry points."""
    return kind in registry and name in registry.of(kind).others()


def _is_local(kind: str, name: str) -> bool:
    """Return whether a program registered it, perhaps in the place of a function of spaCy."""
    return name in registry.of(kind).registered()


def _spelled(name: str, known: Mapping[str, str]) -> str | None:
    """Return the name of a function in spaCy's configs; None if spaCy does not have it."""
    rest = canonical_name(name).removeprefix("kernel.")
    names = [name, *(f"{prefix}.{rest}" for prefix in _PREFIXES)]
    return next((each for each in names if _legacy(each, known) in known), None)


def _legacy(name: str, known: Mapping[str, str]) -> str:
    """Return the name that spaCy looks up next, if it does not have `name`."""
    return name if name in known else name.replace("spacy.", "spacy-legacy.", 1)


def _known_settings(
    block: Block, known: list[str], defaults: Block, place: str, missing: list[str]
) -> dict[str, Any]:
    """Return the settings that spaCy has; others must have their default."""
    for name in block:
        if name not in known and block[name] != defaults.get(name, _NO_DEFAULT):
            where = f"{place}.{name}" if place else name
            missing.append(f"`{where} = {block[name]!r:.40}`")
    return {name: value for name, value in block.items() if name in known}
