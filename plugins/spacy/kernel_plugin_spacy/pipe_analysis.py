"""The attributes that components assign and require, as paths such as `token.pos`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kernel import Doc, Language, Token
from kernel.errors import ArgumentError

_CLASSES: Final[Mapping[str, type]] = {"doc": Doc, "token": Token}


def get_attr_info(nlp: Language, attr: str) -> dict[str, list[str]]:
    """Return the names of the components that assign and require the attribute."""
    found: dict[str, list[str]] = nlp.analyze_pipes()["attrs"].get(attr)
    return found or {"assigns": [], "requires": []}


def validate_attrs(values: Iterable[str]) -> Iterable[str]:
    """Return the paths; raises ArgumentError for one that no component can assign."""
    for path in values:
        _check(path)
    return values


def _check(path: str) -> None:
    match path.split("."):
        case ["doc" | "token" | "span", "_", _]:
            return
        case ["doc" | "token" as owner, name] if name != "_":
            if not name.endswith("_") and hasattr(_CLASSES[owner], name):
                return
            hint = f"write `{path.rstrip('_')}`" if name.endswith("_") else None
        case _:
            hint = "expected `doc.name`, `token.name`, or `doc._.name` for an extension attribute"
    raise ArgumentError(f"no component can assign or require `{path}`", hint=hint)
