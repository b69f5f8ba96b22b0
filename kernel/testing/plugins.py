"""Checks for plugins."""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from kernel.hooks import PROJECT
from kernel.plugins import hooks, plugins
from kernel.registry import registry
from kernel.testing.check import Check
from kernel.text import COLUMNS

HEAVY = ("thinc", "torch", "cupy", "transformers", "ray", "click", "rich")
_VERSIONED: Final = ("architectures", "batchers", "readers", "tokenizers", "loggers", "scorers")
# `kernel.ja.JapaneseTokenizer`, as spaCy's configs name it
_OF_LANGUAGE: Final = re.compile(r"\w+\.[a-z]{2,3}\.\w+$")


def plugin_checks(distribution: str) -> list[Check]:
    """Return the checks for the plugin in the installed `distribution`."""
    points = importlib.metadata.distribution(distribution).entry_points
    declares = functools.partial(_declares_plugin, points)
    checks = [Check(f"declares-one-plugin[{distribution}]", declares)]
    for point in points:
        if point.group == PROJECT:
            light = functools.partial(_loads_lightly, point)
            checks.append(Check(f"loads-without-heavy-imports[{point.name}]", light))
            sound = functools.partial(_is_not_set_aside, point)
            checks.append(Check(f"implements-known-hooks[{point.name}]", sound))
        elif point.group == "kernel_modules" and not point.attr:
            loads = functools.partial(_names_a_module, point)
            checks.append(Check(f"{point.group}[{point.name}]", loads))
        elif point.group == "kernel_modules":
            loads = functools.partial(_names_something_public, point)
            checks.append(Check(f"{point.group}[{point.name}]", loads))
        elif point.group.startswith("kernel_"):
            loads = functools.partial(_names_a_callable, point)
            checks.append(Check(f"{point.group}[{point.name}]", loads))
    return checks


@contextlib.contextmanager
def plugged(plugin: object, name: str = "plugged") -> Iterator[None]:
    """Register `plugin`, an object with hooks, as if it were installed, until the block ends.

    `name` is used in messages instead of the name of a distribution.
    """
    hooks().register(plugin, name)
    COLUMNS.reset()
    try:
        yield
    finally:
        hooks().unregister(name)
        COLUMNS.reset()


def _declares_plugin(points: importlib.metadata.EntryPoints) -> None:
    names = [point.name for point in points if point.group == PROJECT]
    assert len(names) == 1, f"expected one entry point of the group `kernel`, found {names}"


def _loads_lightly(point: importlib.metadata.EntryPoint) -> None:
    code = f"import {point.module}, sys; print(*(m for m in {HEAVY} if m in sys.modules))"
    result = subprocess.run(  # noqa: S603 — the interpreter that runs, and a module's name
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"`{point.module}` cannot be imported:\n{result.stderr}"
    heavy = result.stdout.split()
    assert not heavy, f"importing `{point.module}` imports {heavy}, before a config asks for it"


def _is_not_set_aside(point: importlib.metadata.EntryPoint) -> None:
    # Loaded together with all other plugins, because it may implement their hooks.
    error = plugins().error_of(point)
    assert error is None, f"`{point.module}` is set aside: {error}"


def _names_a_callable(point: importlib.metadata.EntryPoint) -> None:
    kind = point.group.removeprefix("kernel_")
    assert kind in registry, f"there is no registry `{kind}`"
    # An entry point may name a package with the file of a language; the registry makes the class.
    assert callable(registry.of(kind).get(point.name)), f"`{point.name}` is not callable"
    is_for_one_language = kind == "tokenizers" and _OF_LANGUAGE.match(point.name)
    if kind in _VERSIONED and not is_for_one_language:
        assert re.search(r"\.v\d+$", point.name), f"`{point.name}` has no version (`.v1`)"


def _names_something_public(point: importlib.metadata.EntryPoint) -> None:
    package, _, name = f"{PROJECT}.{point.name}".rpartition(".")
    assert getattr(importlib.import_module(package), name) is point.load()


def _names_a_module(point: importlib.metadata.EntryPoint) -> None:
    module, made = importlib.import_module(f"{PROJECT}.{point.name}"), point.load()
    if module is not made:
        hidden = [name for name in made.__all__ if getattr(module, name) is not getattr(made, name)]
        assert not hidden, f"`{module.__name__}` of the kernel has other {hidden}"
