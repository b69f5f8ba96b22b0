"""Adding the defaults of sections, functions and components to a config."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kernel.config.check_references import referred_paths
from kernel.config.config import Config, default_config
from kernel.config.interpolate import interpolate_leniently
from kernel.config.lookup import LookupProblemError, find_factory, find_function
from kernel.config.merge import merge_trees, sort_like
from kernel.config.schema import TrainingSettings
from kernel.config.score_weights import complete_weights, default_weights
from kernel.config.sections import sections, unset_elsewhere
from kernel.config.settings import settings_of
from kernel.config.signature import FACTORY_CONTEXT, Signature, defaults_of, signature_of, without
from kernel.config.tree import Block, copy_tree, discard, is_block, lang_of, origin_of
from kernel.errors import KernelError
from kernel.problems import DEFAULT
from kernel.registry import registry


def fill(config: Mapping[str, Any], *, defaults: Mapping[str, Any] | None = None) -> Config:
    """Return `config`, complete: with default sections, arguments, components and weights.

    Variables are kept. `defaults` replaces the default config. Blocks of unknown functions are not
    changed; `check` reports them. A filled config does not change when it is filled again.
    """
    given = Config(config)
    discard(given, unset_elsewhere(interpolate_leniently(given)[0]))
    _place_batch_size(given)
    base = Config(defaults) if defaults is not None else default_config([*filter(given.get, given)])
    lang = lang_of(given)
    tree = merge_trees(merge_trees(base, _language_defaults(lang)), given)
    if given.source is not None and given.source.format == "toml":
        tree = sort_like(tree, given)
    read = {*sections(), *(path[0] for path in referred_paths(given))}
    for key in tree:
        if key != "components" and key in read:
            tree[key] = fill_functions(tree[key])
    for name, block in tree.get("components", {}).items():
        tree["components"][name] = _fill_component(block, name, lang)
    fill_weights(tree)
    return Config(source=given.source).take(tree)


def _place_batch_size(config: Config) -> None:
    """Use `[training] batch_size`, a number or a schedule, as the size of the batcher.

    A batcher with a size of its own is kept; then `check` reports `batch_size`.
    """
    training = config.get("training")
    if not isinstance(training, Block) or "batch_size" not in training:
        return
    default = settings_of(TrainingSettings)["batcher"].default
    if "batcher" not in training:
        origin = origin_of(training, "batch_size")
        named = {key: value for key, value in default.items() if key.startswith("@")}
        training.set("batcher", copy_tree(named, origin), origin)
    batcher = training["batcher"]
    if isinstance(batcher, Block) and "size" not in batcher:
        origin = origin_of(training, "batch_size")
        batcher.set("size", training.pop("batch_size"), origin)


def fill_block(
    func: Callable[..., Any],
    block: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any] | None = None,
    given: Iterable[str] = (),
) -> Block:
    """Return the settings of `func` in `block`, complete.

    `defaults` win over those of the signature; `given` are arguments that the caller adds.
    """
    merged = merge_trees(copy_tree(dict(defaults or {}), DEFAULT), block)
    return _add_defaults(sort_like(merged, block), without(signature_of(func), given))


def fill_functions(value: Any) -> Any:
    """Return a tree in which every function block has all its arguments."""
    if isinstance(value, list):
        return [fill_functions(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if is_block(value):
        try:
            signature = signature_of(find_function(value))
        except LookupProblemError:
            return copy_tree(value)
        return _add_defaults(value, signature)
    return _map(value, fill_functions)


def _add_defaults(block: Mapping[str, Any], signature: Signature) -> Block:
    filled = _map(block, fill_functions)
    if "*" not in block:
        for name, default in defaults_of(signature):
            if name not in filled:
                filled.set(name, fill_functions(copy_tree(default, DEFAULT)), DEFAULT)
    return filled


def _map(block: Mapping[str, Any], change: Callable[[Any], Any]) -> Block:
    mapped = Block()
    for key, value in block.items():
        mapped.set(key, change(value), origin_of(block, key))
    return mapped


def _fill_component(block: Any, name: str, lang: str | None) -> Any:
    if not isinstance(block, Mapping) or "source" in block or "factory" not in block:
        return copy_tree(block)
    try:
        factory = find_factory(block, lang)
    except LookupProblemError:
        return fill_functions(block)
    func = getattr(factory, "func", factory)
    defaults = getattr(factory, "default_config", {})
    return fill_block(func, block, defaults=defaults, given=FACTORY_CONTEXT)


def fill_weights(tree: Block) -> None:
    """Complete `[training.score_weights]` of `tree`; see `complete_weights`."""
    training = tree.get("training")
    if not isinstance(training, Block) or not isinstance(training.get("score_weights"), Mapping):
        return
    own = training["score_weights"]
    if not all(value is None or isinstance(value, int | float) for value in own.values()):
        return  # variables, or mistakes that `check` reports
    combined = complete_weights(default_weights(interpolate_leniently(tree)[0]), own)
    filled = Block()
    for key in [*own, *(key for key in combined if key not in own)]:
        filled.set(key, combined[key], origin_of(own, key) if key in own else DEFAULT)
    training["score_weights"] = filled


def _language_defaults(lang: str | None) -> Mapping[str, Any]:
    """Return what the language class adds to the default config."""
    if lang is None or not registry.languages.has(lang):
        return {}
    try:
        language = registry.languages.get(lang)
    except KernelError:
        return {}  # `check` says why
    found: Mapping[str, Any] = getattr(getattr(language, "Defaults", None), "config", {})
    return copy_tree(dict(found), DEFAULT) if found else {}
