"""Settings from the command line and the environment, which override those of the file."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from kernel.config.describe import nearest_path
from kernel.config.literals import DollarError, UnreadableError, read_value
from kernel.config.merge import merge_trees
from kernel.config.place import Place
from kernel.config.tree import Block, copy_tree, is_block
from kernel.errors import ConfigError, raise_problems
from kernel.problems import Layer, Origin, Path, Problem

VARIABLE_NAME: Final = "KERNEL_CONFIG_OVERRIDES"


class Overrides(dict[str, Any]):
    """Dotted keys and their values; `layers` says which come from the environment."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values or {})
        self.layers: dict[str, Layer] = {}


def parse_overrides(args: Sequence[str], environ: Mapping[str, str] | None = None) -> Overrides:
    """Return the settings in `args`: `--section.key value`, `--section.key=value` or a flag.

    Settings in the environment variable `KERNEL_CONFIG_OVERRIDES` are added, and win. A value is
    read as JSON if it can be parsed, else as a string. Raises `ConfigError` for any other argument.
    """
    overrides = Overrides()
    text = (os.environ if environ is None else environ).get(VARIABLE_NAME, "")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ConfigError(f"{VARIABLE_NAME} cannot be split into words: {error}") from None
    layers: tuple[tuple[Layer, Sequence[str]], ...] = (("override", args), ("env", words))
    for layer, given in layers:
        for key, value in _parse(given, layer):
            overrides[key] = value
            overrides.layers[key] = layer
    return overrides


def _parse(args: Iterable[str], layer: Layer) -> Iterator[tuple[str, Any]]:
    origin = Origin(layer=layer)
    words = list(args)
    while words:
        word = words.pop(0)
        if not word.startswith("--") or word == "--":
            raise ConfigError(
                f"{origin}: unexpected argument `{word}`",
                hint="settings are given as `--section.key value`",
            )
        key, equals, text = word[2:].partition("=")
        if equals:
            key = key.replace("-", "_")
        elif words and not words[0].startswith("--"):
            text = words.pop(0)
        else:
            text = "true"
        if "." not in key.strip("."):
            raise ConfigError(
                f"{origin}: no such option: --{key}",
                hint="settings of the config are given with their section: `--section.key value`",
            )
        yield key, _read(key, text, origin)


def _read(key: str, text: str, origin: Origin) -> Any:
    try:
        return read_value(text)
    except UnreadableError as error:
        raise ConfigError(f"{origin}: --{key}: {error}") from None
    except DollarError:
        raise ConfigError(f"{origin}: --{key}: a `$` that starts no variable: `{text}`") from None


def apply_overrides(root: Block, overrides: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Set each dotted key of `overrides` in `root`.

    The section must exist in `root`, or in `known`, which has the sections with defaults, or be
    in a function block, as an argument. Raises `ConfigError` with all sections that do not exist.
    """
    layers: Mapping[str, Layer] = getattr(overrides, "layers", {})
    problems = []
    for dotted, value in overrides.items():
        origin = Origin(layer=layers.get(dotted, "override"))
        *sections, key = dotted.split(".")
        block = _section(root, sections, known, origin)
        if block is None or not sections:
            problems.append(_no_section(root, Place((*sections, key), origin), known))
        else:
            block.set(key, copy_tree(value, origin), origin)
    raise_problems(problems)


def _section(
    root: Block, sections: list[str], known: Mapping[str, Any], origin: Origin
) -> Block | None:
    block: Any = root
    default: Any = known
    for section in sections:
        if not isinstance(block, Block):
            return None
        may_be_argument = is_block(block) or is_block(default)
        default = default.get(section) if isinstance(default, Mapping) else None
        if section not in block and (may_be_argument or isinstance(default, Mapping)):
            block.set(section, Block(), origin)
        block = block.get(section)
    return block if isinstance(block, Block) else None


def _no_section(root: Block, place: Place, known: Mapping[str, Any]) -> Problem:
    *sections, key = place.path
    fixed = nearest_path(merge_trees(known, root), sections)
    return place.problem(
        f"there is no section [{'.'.join(sections)}] to set `{key}` in",
        suggestion=f"--{'.'.join([*fixed, key])}" if fixed and [*fixed] != sections else None,
    )


def flatten(nested: Mapping[str, Any], path: Path = ()) -> dict[str, Any]:
    """Return {"a.b": 1} for {"a": {"b": 1}}; function blocks and empty tables are not flattened."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping) and value and not is_block(value):
            flat.update(flatten(value, (*path, key)))
        else:
            flat[".".join((*path, key))] = value
    return flat


def nest(dotted: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"a": {"b": 1}} for {"a.b": 1}; a table is merged into an earlier one of the same key.

    Raises `ConfigError` for a key below another key that has a value.
    """
    nested: dict[str, Any] = {}
    for key, value in dotted.items():
        *sections, last = key.split(".")
        section = nested
        for name in sections:
            section = section.setdefault(name, {})
            if not isinstance(section, dict):
                raise ConfigError(f"`{key}` lies below `{name}`, which has a value of its own")
        if isinstance(value, Mapping) and isinstance(section.get(last), dict):
            section[last].update(value)
        else:
            section[last] = value
    return nested
