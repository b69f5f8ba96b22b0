"""Functions and factories that a config names: found, or what is wrong with the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.config.describe import nearest, wrong_type
from kernel.config.tree import UNRESOLVED, function_of, origin_of
from kernel.errors import PluginError, RegistryError
from kernel.problems import Path, Problem
from kernel.registry import canonical_name, first_party_names, is_missing, provider_hint, registry


class LookupProblemError(Exception):
    """A name that leads to no function; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def find_function(block: Mapping[str, Any], path: Path) -> Any:
    """Return the function that a function block names; raises `LookupProblemError`."""
    kind, name = function_of(block)
    key = f"@{kind}"
    origin = origin_of(block, key)
    others = [other for other in block if other.startswith("@") and other != key]
    if others:
        raise LookupProblemError(
            Problem(
                path=(*path, others[0]),
                origin=origin_of(block, others[0]),
                message=f"a second function in one block, beside `{key}`",
                hint="a block names one function; put the other into a section of its own",
            )
        )
    if kind not in registry:
        kinds = registry.get_registry_names()
        provider = provider_hint(kind, str(name)) or provider_hint("registries", kind)
        close = None if provider else nearest(kind, kinds)
        raise LookupProblemError(
            Problem(
                path=(*path, key),
                origin=origin,
                message=f"there is no registry `{kind}`",
                suggestion=f"@{close}" if close else None,
                hint=provider or (None if close else f"there are: {', '.join(kinds)}"),
            )
        )
    return _find(kind, name, (*path, key), origin)


def find_factory(block: Mapping[str, Any], path: Path, lang: str | None = None) -> Any:
    """Return the factory of a component block; raises `LookupProblemError`."""
    name = block["factory"]
    origin = origin_of(block, "factory")
    if isinstance(name, str) and lang is not None and registry.factories.has(f"{lang}.{name}"):
        name = f"{lang}.{name}"
    return _find("factories", name, (*path, "factory"), origin)


def _find(kind: str, name: Any, path: Path, origin: Any) -> Any:
    if name is UNRESOLVED:
        raise LookupProblemError(Problem(path=path, origin=origin, message="unresolved"))
    if not isinstance(name, str):
        expected = f"the name of a function in the registry `{kind}`"
        raise LookupProblemError(wrong_type(path, origin, name, expected))
    try:
        return registry.of(kind).get(name)
    except (RegistryError, PluginError) as error:
        raise LookupProblemError(_name_problem(kind, name, path, origin, error)) from error


def _name_problem(
    kind: str, name: str, path: Path, origin: Any, error: RegistryError | PluginError
) -> Problem:
    if isinstance(error, PluginError) or registry.has(kind, name):
        return Problem(path=path, origin=origin, message=error.message, hint=error.hint)
    kinds = registry.get_registry_names()
    elsewhere = [other for other in kinds if other != kind and registry.has(other, name)]
    close = nearest(
        canonical_name(name), {*registry.of(kind).names(), *first_party_names().get(kind, {})}
    )
    suggestion, hint = close, None
    if elsewhere:
        suggestion = f'@{elsewhere[0]} = "{name}"' if kind != "factories" else None
    elif canonical_name(name) in first_party_names().get(kind, {}) or is_missing(kind, name):
        suggestion, hint = None, error.hint
    elif close is None:
        hint = error.hint
    elif name.startswith("spacy."):
        suggestion = f"spacy.{close.removeprefix('kernel.')}"
    return Problem(
        path=path,
        origin=origin,
        message=f"there is no `{name}` in the registry `{kind}`",
        suggestion=suggestion,
        hint=hint,
    )
