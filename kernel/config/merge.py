"""Merging two configs, and listing their differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from kernel.config.tree import Block, copy_tree, function_of, is_block, origin_at, origin_of
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
    for key, default in defaults.items():
        if key not in updates:
            merged.set(key, copy_tree(default), origin_of(defaults, key))
            continue
        value = updates[key]
        if isinstance(default, Mapping) and isinstance(value, Mapping):
            merged.set(key, _merge_blocks(default, value, remove_extra), origin_of(updates, key))
        else:
            merged.set(key, copy_tree(value), origin_of(updates, key))
    for key, value in updates.items():
        if key not in defaults and not remove_extra:
            merged.set(key, copy_tree(value), origin_of(updates, key))
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


class Absent:
    """The value of a setting that one of the configs does not have."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = Absent()


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
    if both and not _names_another(before, after):
        for key in [*before, *(key for key in after if key not in before)]:
            one, other = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _differences(one, other, (*path, key))
    elif before != after or type(before) is not type(after):
        yield path, before, after


def _names_another(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if not (is_block(one) and is_block(other)):
        return False
    (kind, name), (other_kind, other_name) = function_of(one), function_of(other)
    return kind != other_kind or canonical_name(str(name)) != canonical_name(str(other_name))
