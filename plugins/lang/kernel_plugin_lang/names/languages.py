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
    module.__dict__["__getattr__"] = functools.partial(added_name, module.__name__)
    return module


@functools.cache
def _part(language: type[Language], part: str) -> ModuleType | None:
    names = _PARTS[part](language.Defaults) if part in _PARTS else {}
    return _make_module(language, f".{part}", names) if names else None


def _make_module(language: type[Language], part: str, names: Mapping[str, Any]) -> ModuleType:
    module = ModuleType(f"kernel.lang.{language.lang}{part}", language.__doc__)
    module.__dict__.update(names, __all__=sorted(names))
    return module


def _stop_words(defaults: type[BaseDefaults]) -> dict[str, Any]:
    return {"STOP_WORDS": defaults.stop_words} if defaults.stop_words else {}


def _punctuation(defaults: type[BaseDefaults]) -> dict[str, Any]:
    return {
        f"TOKENIZER_{name.upper()}": getattr(defaults, name)
        for name in ("prefixes", "suffixes", "infixes")
        if getattr(defaults, name) not in (None, getattr(RuleDefaults, name))
    }


def _tokenizer_exceptions(defaults: type[BaseDefaults]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    if defaults.tokenizer_exceptions not in ({}, RuleDefaults.tokenizer_exceptions):
        names["TOKENIZER_EXCEPTIONS"] = defaults.tokenizer_exceptions
    if defaults.token_match is not None:
        names["TOKEN_MATCH"] = defaults.token_match
    return names


def _lex_attrs(defaults: type[BaseDefaults]) -> dict[str, Any]:
    common = RuleDefaults.lex_attr_getters.keys()
    getters = defaults.lex_attr_getters
    own = {attr: getters[attr] for attr in getters if attr not in common}
    return {"LEX_ATTRS": own, **{attr_name(attr).lower(): own[attr] for attr in own}} if own else {}


def _syntax_iterators(defaults: type[BaseDefaults]) -> dict[str, Any]:
    iterators = defaults.syntax_iterators
    return {"SYNTAX_ITERATORS": iterators, **iterators} if iterators else {}


_PARTS: Final[Mapping[str, Callable[[type[BaseDefaults]], dict[str, Any]]]] = {
    "lex_attrs": _lex_attrs,
    "punctuation": _punctuation,
    "stop_words": _stop_words,
    "syntax_iterators": _syntax_iterators,
    "tokenizer_exceptions": _tokenizer_exceptions,
}
