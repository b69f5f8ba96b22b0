"""Merging one tree over another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.config.tree import Block, copy_tree, function_of, is_block, origin_of
from kernel.registry import canonical_name


def merge_trees(
    defaults: Mapping[str, Any], updates: Mapping[str, Any], *, remove_extra: bool = False
) -> Block:
    """Return `updates` with what it lacks taken from `defaults`, in the order of `defaults`.

    Where both have a function block but name different functions, or only `updates` names
    one, the block of `updates` stands alone. `remove_extra` drops what `defaults` lacks.
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
    """Return `tree` with its keys in the order of `order`, those that it lacks last."""
    if not isinstance(tree, dict) or not isinstance(order, dict):
        return tree
    sorted_tree = Block()
    for key in [*(key for key in order if key in tree), *(key for key in tree if key not in order)]:
        origin = origin_of(tree, key)
        sorted_tree.set(key, sort_like(tree[key], order.get(key)), origin)
    return sorted_tree
