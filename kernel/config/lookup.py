"""Finding the functions and factories that a config names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.config.describe import nearest
from kernel.config.place import NOWHERE, Place
from kernel.config.tree import UNRESOLVED, function_of
from kernel.errors import ConfigError, PluginError, RegistryError
from kernel.registry import (
    canonical_name,
    first_party_names,
    missing_hint,
    provider_hint,
    registry,
)

if TYPE_CHECKING:
    from kernel.problems import Problem


class LookupProblemError(ConfigError, RegistryError):
    """A function or factory cannot be found; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__([problem])
        self.problem = problem


def find_function(block: Mapping[str, Any], place: Place = NOWHERE) -> Any:
    """Return the function that a function block names; raises `LookupProblemError`."""
    kind, name = function_of(block)
    key = f"@{kind}"
    at = place.inside(block, key)
    others = [other for other in block if other.startswith("@") and other != key]
    if others:
        problem = place.inside(block, others[0]).problem(
            f"a second function in one block, beside `{key}`",
            hint="a block names one function; put the other into a section of its own",
        )
        raise LookupProblemError(problem)
    if kind not in registry:
        kinds = registry.get_registry_names()
        provider = (
            provider_hint(kind, str(name))
            or provider_hint("registries", kind)
            or missing_hint(kind, str(name))
            or missing_hint("registries", kind)
        )
        close = None if provider else nearest(kind, kinds)
        problem = at.problem(
            f"there is no registry `{kind}`",
            suggestion=f"@{close}" if close else None,
            hint=provider or (None if close else f"there are: {', '.join(kinds)}"),
        )
        raise LookupProblemError(problem)
    return _find(kind, name, at)


def find_factory(block: Mapping[str, Any], lang: str | None = None, place: Place = NOWHERE) -> Any:
    """Return the factory of a component block; raises `LookupProblemError`."""
    name = block["factory"]
    if isinstance(name, str) and lang is not None and registry.factories.has(f"{lang}.{name}"):
        name = f"{lang}.{name}"
    return _find("factories", name, place.inside(block, "factory"))


def _find(kind: str, name: Any, place: Place) -> Any:
    if name is UNRESOLVED:
        raise LookupProblemError(place.problem("unresolved"))
    if not isinstance(name, str):
        expected = f"the name of a function in the registry `{kind}`"
        raise LookupProblemError(place.wrong_type(name, expected))
    try:
        return registry.of(kind).get(name)
    except (RegistryError, PluginError) as error:
        raise LookupProblemError(_name_problem(kind, name, place, error)) from error


def _name_problem(
    kind: str, name: str, place: Place, error: RegistryError | PluginError
) -> Problem:
    if isinstance(error, PluginError) or registry.has(kind, name):
        return place.problem(error.message, hint=error.hint)
    kinds = registry.get_registry_names()
    elsewhere = [other for other in kinds if other != kind and registry.has(other, name)]
    first_party = first_party_names().get(kind, {})
    close = nearest(canonical_name(name), {*registry.of(kind).names(), *first_party})
    suggestion, hint = close, None
    if elsewhere:
        suggestion = f'@{elsewhere[0]} = "{name}"' if kind != "factories" else None
    elif canonical_name(name) in first_party or missing_hint(kind, name):
        suggestion, hint = None, error.hint
    elif close is None:
        hint = error.hint
    elif name.startswith("spacy."):
        suggestion = f"spacy.{close.removeprefix('kernel.')}"
    message = f"there is no `{name}` in the registry `{kind}`"
    return place.problem(message, suggestion=suggestion, hint=hint)
