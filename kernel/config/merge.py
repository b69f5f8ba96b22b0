"""Merging two configs, and listing their differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from kernel.config.tree import (
    Block,
    Sentinel,
    copy_tree,
    function_of,
    is_block,
    origin_at,
    origin_of,
)
from kernel.problems import UNKNOWN, Origin, Path
from kernel.registry import canonical_name


def merge_trees(
    defaults: Mapping[str, Any], updates: Mapping[str, Any], *, remove_extra: bool = False
) -> Block:
    """Return `updates` with missing keys added from `defaults`, in the order of `defaults`.

    Function blocks are merged only if both name the same function; else the block of `updates` is
    used as it is. `remove_extra` drops keys that `defaults` does not have.
    """
    merged = Block()
    extra = () if remove_extra else (key for key in updates if key not in defaults)
    for key in [*defaults, *extra]:
        source = updates if key in updates else defaults
        value, default = source[key], defaults.get(key)
        if source is updates and isinstance(default, Mapping) and isinstance(value, Mapping):
            merged.set(key, _merge_blocks(default, value, remove_extra), origin_of(source, key))
        else:
            merged.set(key, copy_tree(value), origin_of(source, key))
    return merged


def _merge_blocks(default: Mapping[str, Any], value: Mapping[str, Any], remove_extra: bool) -> Any:
    if is_block(value) and not (is_block(default) and _same_function(default, value)):
        return copy_tree(value)
    return merge_trees(default, value, remove_extra=remove_extra)


def _same_function(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    kind, name = function_of(one)
    other_kind, other_name = function_of(other)
    return kind == other_kind and canonical_name(str(name)) == canonical_name(str(other_name))


def sort_like(tree: Any, order: Any) -> Any:
    """Return `tree` with its keys in the order of `order`, followed by all other keys."""
    if not isinstance(tree, dict) or not isinstance(order, dict):
        return tree
    sorted_tree = Block()
    for key in [*(key for key in order if key in tree), *(key for key in tree if key not in order)]:
        origin = origin_of(tree, key)
        sorted_tree.set(key, sort_like(tree[key], order.get(key)), origin)
    return sorted_tree


ABSENT = Sentinel("<absent>")
"""The value of a setting that one of the configs does not have."""


@frozen(kw_only=True)
class Change:
    """A setting that differs; `before` or `after` is `ABSENT` where one config lacks it."""

    path: Path
    before: Any
    after: Any
    before_origin: Origin = UNKNOWN
    after_origin: Origin = UNKNOWN


def diff(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    """Return the settings that differ: first in the order of `one`, then those only in `other`.

    Function blocks with different functions are compared as a whole.
    """
    return [
        Change(
            path=path,
            before=before,
            after=after,
            before_origin=UNKNOWN if before is ABSENT else origin_at(one, path),
            after_origin=UNKNOWN if after is ABSENT else origin_at(other, path),
        )
        for path, before, after in _differences(one, other, ())
    ]


def _differences(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    both = isinstance(before, Mapping) and isinstance(after, Mapping)
    is_other_function = both and is_block(before) and is_block(after)
    is_other_function = is_other_function and not _same_function(before, after)
    if both and not is_other_function:
        for key in [*before, *(key for key in after if key not in before)]:
            one, other = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _differences(one, other, (*path, key))
    elif before != after or type(before) is not type(after):
        yield path, before, after
