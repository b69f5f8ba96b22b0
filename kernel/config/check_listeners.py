"""Layers that listen to a shared component: one has to come before theirs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kernel.config.describe import nearest
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.problems import Path, Problem
from kernel.config.tree import is_block, origin_of
from kernel.shared_layers import is_listener

_ANY: Final = "*"
_UPSTREAM: Final = "upstream"


def listener_problems(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each layer that listens to a component which does not come before, or shares nothing.

    A component copied from another pipeline may share: its own config was checked there.
    """
    blocks, nlp = tree.get("components"), tree.get("nlp")
    if not isinstance(blocks, Mapping) or not isinstance(nlp, Mapping):
        return
    names = nlp.get("pipeline")
    lang = nlp.get("lang")
    sharing: list[str] = []
    for name in names if isinstance(names, list) else ():
        block = blocks.get(name)
        if isinstance(block, Mapping):
            for path, listener in listeners_in(block, ("components", name)):
                yield from _problems(path, listener, sharing)
            if _shares(block, lang if isinstance(lang, str) else None):
                sharing.append(name)


def listeners_in(block: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield each block in `block` whose architecture is marked with `listens`, and its path."""
    if not isinstance(block, Mapping):
        return
    if is_block(block) and _listens(block, path):
        yield path, block
    for key, inner in block.items():
        yield from listeners_in(inner, (*path, key))


def _problems(path: Path, listener: Mapping[str, Any], sharing: list[str]) -> Iterator[Problem]:
    upstream = listener.get(_UPSTREAM, _default_upstream(listener, path))
    if not isinstance(upstream, str) or upstream in sharing or (upstream == _ANY and sharing):
        return
    wanted = "a shared component" if upstream == _ANY else f"`{upstream}`"
    yield Problem(
        path=(*path, _UPSTREAM),
        origin=origin_of(listener, _UPSTREAM if _UPSTREAM in listener else "@architectures"),
        message=f"this layer listens to {wanted}, and none comes before `{path[1]}`"
        if upstream == _ANY
        else f"this layer listens to {wanted}, which does not share, or not before `{path[1]}`",
        suggestion=nearest(upstream, sharing),
        hint=f"shared components before it: {', '.join(sharing) or 'none'}",
    )


def _default_upstream(listener: Mapping[str, Any], path: Path) -> Any:
    parameter = inspect.signature(find_function(listener, path)).parameters.get(_UPSTREAM)
    return _ANY if parameter is None or parameter.default is parameter.empty else parameter.default


def _listens(block: Mapping[str, Any], path: Path) -> bool:
    try:
        return is_listener(find_function(block, path))
    except LookupProblemError:
        return False


def _shares(block: Mapping[str, Any], lang: str | None) -> bool:
    if "factory" not in block:
        return "source" in block
    try:
        return bool(getattr(find_factory(block, (), lang), "shares", False))
    except LookupProblemError:
        return True  # reported already, by its name
