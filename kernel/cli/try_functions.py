"""Errors that only the functions of a config know, found by calling those that need no data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kernel.config import resolve
from kernel.config.tree import walk_blocks
from kernel.errors import ConfigError

if TYPE_CHECKING:
    from kernel.config import Problem, Values

# Functions in other sections read files.
_SECTIONS: Final = ("nlp", "training")


def problems_of_functions(values: Values) -> list[Problem]:
    """Return the errors that functions in `values` raise: of models, tokenizers, optimizers, ...

    Functions in `[corpora]` and `[initialize]`, and components copied from other pipelines, are not
    called, because they read files.
    """
    from kernel.ops import use_kernel_ops

    with use_kernel_ops():
        return [
            problem
            for where, block in _tables(values)
            for key, value in block.items()
            for problem in _problems_of(value, f"{where}.{key}")
        ]


def _tables(values: Values) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in _SECTIONS:
        yield name, values.get(name, {})
    for name, block in values.get("components", {}).items():
        if "factory" in block:
            yield f"components.{name}", block


def _problems_of(value: Any, where: str) -> list[Problem]:
    """Return the errors of the functions in `value`, if there are any functions in it."""
    if not any(walk_blocks(value)):
        return []
    try:
        resolve(value, where=where)
    except ConfigError as error:
        return error.problems
    return []
