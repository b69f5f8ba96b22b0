"""The tree of a config: nested blocks of JSON-like values, with the origin of each value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self

from attrs import frozen

from kernel.problems import UNKNOWN, Origin, Path


class Block(dict[str, Any]):
    """A section: a dict that also records where each of its keys was set.

    Values are None, bool, int, float, str, lists of these, and blocks.
    """

    __slots__ = ("origins",)

    def __init__(
        self, data: Mapping[str, Any] | None = None, origins: Mapping[str, Origin] | None = None
    ) -> None:
        super().__init__(data or {})
        self.origins: dict[str, Origin] = dict(origins or {})

    def set(self, key: str, value: Any, origin: Origin) -> None:
        """Set `key` to `value`, which was read at `origin`."""
        self[key] = value
        self.origins[key] = origin

    def take(self, tree: Block) -> Self:
        """Replace the contents with those of `tree`, without a copy, and return self."""
        self.clear()
        self.update(tree)
        self.origins = tree.origins
        return self


@frozen(eq=False, repr=False)
class Sentinel:
    """A value that is equal only to itself."""

    name: str

    def __repr__(self) -> str:
        return self.name


UNRESOLVED = Sentinel("<unresolved>")
"""The value of a setting that cannot be interpolated; its problem is reported once."""


def origin_of(block: Any, key: str) -> Origin:
    """Return where `key` of `block` was set, if that is known."""
    origins: Mapping[str, Origin] = getattr(block, "origins", {})
    return origins.get(key, UNKNOWN)


def is_given(block: Mapping[str, Any], key: str) -> bool:
    """Return whether `key` was set in `block`, and not added as a default."""
    return key in block and origin_of(block, key).layer != "default"


def get_at(root: Any, path: Path, default: Any = None) -> Any:
    """Return the value at `path` under `root`, or `default` if there is none."""
    for key in path:
        if not isinstance(root, Mapping) or key not in root:
            return default
        root = root[key]
    return root


def discard(root: Any, paths: Iterable[Path]) -> None:
    """Remove the values at `paths`, which must exist, from `root`."""
    for *sections, key in list(paths):
        del get_at(root, tuple(sections))[key]


def names_at(root: Any, path: Path) -> list[str]:
    """Return the strings in the list at `path` under `root`; an empty list if there is no list."""
    names = get_at(root, path)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def lang_of(config: Any) -> str | None:
    """Return the language of a config, None if it has none."""
    lang = get_at(config, ("nlp", "lang"))
    return lang if isinstance(lang, str) else None


def origin_at(root: Any, path: Path) -> Origin:
    """Return where the value at `path` under `root` was set, else where its parent was set."""
    found = UNKNOWN
    for key in path:
        if not isinstance(root, dict) or key not in root:
            break
        origin = origin_of(root, key)
        found = origin if origin is not UNKNOWN else found
        root = root[key]
    return found


def copy_tree(
    value: Any, origin: Origin = UNKNOWN, change: Callable[[Any], Any] | None = None
) -> Any:
    """Return a deep copy of `value`, with blocks for tables and lists for tuples.

    origin  the origin of keys whose own origin is not known
    change  called with each single value; returns the value to use instead
    """
    if isinstance(value, Mapping):
        block = Block()
        for key, inner in value.items():
            own = origin_of(value, key)
            at = own if own is not UNKNOWN else origin
            block.set(str(key), copy_tree(inner, at, change), at)
        return block
    if isinstance(value, list | tuple):
        return [copy_tree(item, origin, change) for item in value]
    return value if change is None else change(value)


def is_block(value: Any) -> bool:
    """Return whether `value` is a function block, such as `{"@readers": "kernel.Corpus.v1"}`."""
    return isinstance(value, dict) and any(str(key).startswith("@") for key in value)


def function_of(block: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the registry and the name of the function in a function block."""
    key = next(key for key in block if key.startswith("@"))
    return key[1:], block[key]


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value of a tree with its path, parents first.

    The items of a list have the path of the list.
    """
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from walk(item, path)


def walk_blocks(value: Any, path: Path = ()) -> Iterator[tuple[Path, Block]]:
    """Yield every function block of a tree with its path, outer blocks first."""
    return ((at, inner) for at, inner in walk(value, path) if is_block(inner))
