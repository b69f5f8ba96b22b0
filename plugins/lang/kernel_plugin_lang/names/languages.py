"""The modules `kernel.lang.<code>` and those below, made from the classes of the languages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Final

from kernel import registry
from kernel.pipeline import BaseDefaults, Language
from kernel.plugin_modules import added_name
from kernel.text import attr_name
from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.names.examples import EXAMPLES


def find(name: str) -> ModuleType | None:
    """Return the module `kernel.lang.<name>`, None if there is no such language or part of it."""
    code, _, part = name.partition(".")
    if not registry.languages.has(code):
        return None
    language = registry.languages.get(code)
    return _part(language, part) if part else _language_module(language)


@functools.cache
def _language_module(language: type[Language]) -> ModuleType:
    module = _make_module(
        language, "", {cls.__name__: cls for cls in (language, language.Defaults)}
    )
    module.__path__ = []
    module.__dict__["__getattr__"] = functools.partial(_attribute, language, module.__name__)
    return module


def _attribute(language: type[Language], module: str, name: str) -> Any:
    """Return a name of one of the module's parts, such as `STOP_WORDS`, or a part."""
    if name in _IMPORTED:
        return _IMPORTED[name]
    if name.isupper():
        for make in _PARTS.values():
            names = make(language)
            if name in names:
                return names[name]
    return added_name(module, name)


@functools.cache
def _part(language: type[Language], part: str) -> ModuleType | None:
    names = _PARTS[part](language) if part in _PARTS else {}
    return _make_module(language, f".{part}", names) if names else None


def _make_module(language: type[Language], part: str, names: Mapping[str, Any]) -> ModuleType:
    module = ModuleType(f"kernel.lang.{language.lang}{part}", language.__doc__)
    module.__dict__.update(names, __all__=sorted(names))
    return module


def _stop_words(language: type[Language]) -> dict[str, Any]:
    stop_words = language.Defaults.stop_words
    return {"STOP_WORDS": stop_words} if stop_words else {}


def _punctuation(language: type[Language]) -> dict[str, Any]:
    defaults = language.Defaults
    return {
        f"TOKENIZER_{name.upper()}": getattr(defaults, name)
        for name in ("prefixes", "suffixes", "infixes")
        if getattr(defaults, name) not in (None, getattr(RuleDefaults, name))
    }


def _tokenizer_exceptions(language: type[Language]) -> dict[str, Any]:
    defaults = language.Defaults
    names: dict[str, Any] = {}
    if defaults.tokenizer_exceptions not in ({}, RuleDefaults.tokenizer_exceptions):
        names["TOKENIZER_EXCEPTIONS"] = defaults.tokenizer_exceptions
    if defaults.token_match is not None:
        names["TOKEN_MATCH"] = defaults.token_match
    return names


def _lex_attrs(language: type[Language]) -> dict[str, Any]:
    common = RuleDefaults.lex_attr_getters.keys()
    getters = language.Defaults.lex_attr_getters
    own = {attr: getters[attr] for attr in getters if attr not in common}
    return {"LEX_ATTRS": own, **{attr_name(attr).lower(): own[attr] for attr in own}} if own else {}


def _syntax_iterators(language: type[Language]) -> dict[str, Any]:
    iterators = language.Defaults.syntax_iterators
    return {"SYNTAX_ITERATORS": iterators, **iterators} if iterators else {}


def _examples(language: type[Language]) -> dict[str, Any]:
    sentences = EXAMPLES.get(language.lang or "")
    return {"sentences": list(sentences)} if sentences else {}


_IMPORTED: Final = {"BaseDefaults": BaseDefaults, "Language": Language}
_PARTS: Final[Mapping[str, Callable[[type[Language]], dict[str, Any]]]] = {
    "examples": _examples,
    "lex_attrs": _lex_attrs,
    "punctuation": _punctuation,
    "stop_words": _stop_words,
    "syntax_iterators": _syntax_iterators,
    "tokenizer_exceptions": _tokenizer_exceptions,
}
