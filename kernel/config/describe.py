"""Descriptions of values, and corrections of misspelled names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kernel.problems import Path

_MAX_SHOWN: Final = 60


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the one of `names` that `name` is probably a misspelling of, or None.

    `cutoff` is the least similarity, from 0 to 1.
    """
    known = sorted({*names} - {name})
    folded = {other.casefold(): other for other in known}
    if name.casefold() in folded:
        return folded[name.casefold()]
    close = get_close_matches(name, known, n=5, cutoff=cutoff)
    # Of equally close names, prefer one with the same letters: most mistakes swap two.
    return max(close, key=lambda other: _closeness(name, other), default=None)


def take_nearest(
    name: str, missing: list[str], known: Iterable[str] = (), *, cutoff: float = 0.6
) -> str | None:
    """Return the name in `missing`, else in `known`, that `name` is probably a misspelling of.

    It is removed from `missing`, so that a misspelled key is not also reported as missing.
    """
    close = nearest(name, missing, cutoff=cutoff) or nearest(name, known, cutoff=cutoff)
    if close in missing:
        missing.remove(close)
    return close


def nearest_path(root: Any, path: Iterable[str]) -> Path | None:
    """Return the path in `root` that `path` is probably a misspelling of, or None.

    Keys are corrected one after the other, each in the table that was found for those before it.
    """
    found: list[str] = []
    for key in path:
        close = key if isinstance(root, Mapping) and key in root else None
        if close is None and isinstance(root, Mapping):
            close = nearest(key, root)
        if close is None:
            return None
        found.append(close)
        root = root[close]
    return tuple(found)


def _closeness(name: str, other: str) -> tuple[float, bool]:
    return SequenceMatcher(None, other, name).ratio(), sorted(name) == sorted(other)


def describe_value(value: Any) -> str:
    """Return a description of `value` for a message, at most one line long."""
    if isinstance(value, str):
        return f"the string {_cut(json.dumps(value, ensure_ascii=False))}"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, dict):
        registry = next((key for key in value if str(key).startswith("@")), None)
        if registry is not None:
            return f'the function block {registry} = "{value[registry]}"'
        return f"a table with {_count(len(value), 'key')}"
    if isinstance(value, list | tuple):
        return _describe_list(value)
    return f"an object of type `{type(value).__name__}`"


def _describe_list(value: list[Any] | tuple[Any, ...]) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except TypeError:
        return f"a list of {_count(len(value), 'item')}"
    return (
        f"the list {text}" if len(text) <= _MAX_SHOWN else f"a list of {_count(len(value), 'item')}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"
