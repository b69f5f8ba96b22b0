"""Replacing variables by their values: `${section.key}` and `${section}`.

Each value is interpolated once, after the values that it refers to. A setting that consists of
one variable gets its value unchanged, which can be a whole section. In a longer text, a variable
is replaced by text: strings as they are, other values as JSON. The result is then read like any
value of a file; it is a string if it is in quotes or in a list.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import Any, Final

from kernel.config.describe import nearest, nearest_path
from kernel.config.literals import (
    MAX_DEPTH,
    VARIABLE,
    DollarError,
    UnreadableError,
    has_variable,
    lone_dollar,
    parse_json,
    replace,
    whole_variable,
)
from kernel.config.place import Place
from kernel.config.tree import UNRESOLVED, Block, copy_tree, get_at, origin_of, walk
from kernel.errors import raise_problems
from kernel.problems import Origin, Path, Problem

_DOTS: Final = re.compile(r"[.:]")

# Characters that variables may be replaced by in a config; a value counts ten.
MAX_COPIED: Final = 1_000_000


class _FailedError(Exception):
    """A value cannot be interpolated; its problem has been recorded."""


def interpolate_tree(root: Block) -> Block:
    """Return `root` with every variable replaced; raises `ConfigError` with all problems."""
    tree, problems = interpolate_leniently(root)
    raise_problems(problems)
    return tree


def interpolate_leniently(root: Block) -> tuple[Block, list[Problem]]:
    """Return `root` with every variable replaced, and the problems.

    Settings that cannot be interpolated are `UNRESOLVED`.
    """
    work = _Interpolation(root)
    tree = Block()
    for key in root:
        tree.set(key, work.settled((key,)), work.origin((key,)))
    return tree, work.problems


def variables_in(root: Block) -> frozenset[str]:
    """Return the dotted name of each variable in `root`."""
    return frozenset(
        ".".join(_DOTS.split(match["path"]))
        for _, value in walk(root)
        if has_variable(value)
        for match in VARIABLE.finditer(value)
        if match["path"]
    )


class _Interpolation:
    def __init__(self, root: Block) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.values: dict[Path, Any] = {}
        self.origins: dict[Path, Origin] = {}
        self.active: list[Path] = []
        self.n_copied = 0

    def settled(self, path: Path) -> Any:
        """Return the value at `path`, `UNRESOLVED` if it cannot be interpolated."""
        try:
            return self.value(path)
        except _FailedError:
            self.values[path] = UNRESOLVED
            return UNRESOLVED

    def value(self, path: Path) -> Any:
        """Return the value at `path` with its variables replaced."""
        if path not in self.values:
            if path in self.active:
                raise self._cycle(path)
            if len(self.active) > MAX_DEPTH + 10:
                raise self._fail(path, f"variables lead more than {MAX_DEPTH} levels deep")
            self.active.append(path)
            try:
                self.values[path] = self._compute(path, self._raw(path))
            except _FailedError:
                self.values[path] = UNRESOLVED
                raise
            finally:
                self.active.pop()
        if self.values[path] is UNRESOLVED:
            raise _FailedError
        return self.values[path]

    def origin(self, path: Path) -> Origin:
        """Return the origin of the value at `path`, with those of the values it refers to."""
        return self.origins.get(path) or Place.of(self.root, *path).origin

    def _raw(self, path: Path) -> Any:
        return get_at(self.root, path)

    def _compute(self, path: Path, raw: Any) -> Any:
        if isinstance(raw, dict):
            block = Block()
            for key in raw:
                value = self.settled((*path, key))
                block.set(key, value, self.origin((*path, key)))
            return block
        if isinstance(raw, list):
            return copy_tree(
                raw, change=lambda item: self._string(path, item) if has_variable(item) else item
            )
        return self._text(path, raw) if has_variable(raw) else raw

    def _text(self, path: Path, raw: str) -> Any:
        text = raw.strip()
        name = whole_variable(text)
        if name is not None:
            value = self._value_of(path, name, raw)
            self._count(path, value)
            return copy_tree(value)
        quoted = _quoted(text)
        if quoted is not None:
            return self._string(path, quoted)
        plain = self._replaced(path, text, _as_text)
        try:
            return parse_json(self._replaced(path, text, _json_inserter(text)))
        except ValueError:
            return plain
        except UnreadableError as error:
            raise self._fail(path, str(error)) from None

    def _string(self, path: Path, text: str) -> str:
        return self._replaced(path, text, _as_text)

    def _replaced(self, path: Path, text: str, insert: Any) -> str:
        def value_of(name: str) -> str:
            value = self._value_of(path, name, text)
            if isinstance(value, dict):
                raise self._fail(
                    path,
                    f"`${{{name}}}` is a whole section, used inside a string or list",
                    expected="the name of a value",
                    hint="a section can only be all of a value: `key = ${section}`",
                )
            return str(insert(value))

        try:
            replaced = replace(text, value_of)
        except DollarError:
            self.problems.append(lone_dollar(Place.of(self.root, *path), text))
            raise _FailedError from None
        self._count(path, replaced)
        return replaced

    def _count(self, path: Path, value: Any) -> None:
        """Count what variables are replaced by, which can grow exponentially."""
        n_values = sum(1 for _ in islice(walk(value), MAX_COPIED))
        self.n_copied += 10 * n_values + (len(value) if isinstance(value, str) else 0)
        if self.n_copied > MAX_COPIED:
            raise self._fail(path, "variables make the config too large")

    def _value_of(self, path: Path, name: str, text: str) -> Any:
        """Return the value of the variable `name`, which is in the `text` at `path`."""
        target = self._find(path, name, text)
        value = self.value(target) if isinstance(target, tuple) else target.value
        self._note(path, name, target)
        return value

    def _note(self, path: Path, name: str, target: Path | _Inner) -> None:
        if path in self.origins:
            return
        own = Place.of(self.root, *path).origin
        source = self.origin(target) if isinstance(target, tuple) else target.origin
        self.origins[path] = Origin(
            layer="variable",
            path=own.path,
            line=own.line,
            column=own.column,
            reference=name,
            source=source,
        )

    def _find(self, path: Path, name: str, raw: str) -> Path | _Inner:
        parts = tuple(_DOTS.split(name))
        if len(parts) == 1:
            own = (*path[:-1], *parts)
            section = self._raw(path[:-1])
            if own != path and parts[0] in section:
                return own
        found = self._look_up(parts)
        if found is None:
            raise self._missing(path, name, raw)
        return found

    def _look_up(self, parts: Path) -> Path | _Inner | None:
        node: Any = self.root
        for depth, part in enumerate(parts, 1):
            if not isinstance(node, dict) or part not in node:
                return None
            child = node[part]
            if depth < len(parts) and isinstance(child, str) and has_variable(child):
                return _inside(self.value(parts[:depth]), parts[depth:])
            node = child
        return parts

    def _missing(self, path: Path, name: str, raw: str) -> _FailedError:
        parts = tuple(_DOTS.split(name.strip()))
        return self._fail(
            path,
            f"`${{{name}}}` refers to nothing",
            received=None if raw.strip() == f"${{{name}}}" else f"`{raw}`",
            suggestion=_nearest_name(self.root, parts, path),
        )

    def _cycle(self, path: Path) -> _FailedError:
        loop = [*self.active[self.active.index(path) :], path]
        chain = " → ".join(".".join(step) for step in dict.fromkeys(loop))
        return self._fail(
            self.active[-1], f"a variable that leads back to itself: {chain} → {'.'.join(path)}"
        )

    def _fail(self, path: Path, message: str, **more: Any) -> _FailedError:
        self.problems.append(Place.of(self.root, *path).problem(message, **more))
        return _FailedError()


class _Inner:
    """A value in a section that a variable was replaced by."""

    def __init__(self, value: Any, origin: Origin) -> None:
        self.value = value
        self.origin = origin


def _inside(value: Any, parts: Path) -> _Inner | None:
    origin = Origin()
    for part in parts:
        if not isinstance(value, dict) or part not in value:
            return None
        origin, value = origin_of(value, part), value[part]
    return _Inner(value, origin)


def _nearest_name(root: Block, parts: Path, path: Path) -> str | None:
    """Return the variable that `parts`, used at `path`, is probably a misspelling of."""
    found = nearest_path(root, parts)
    if found is None and len(parts) == 1:
        close = nearest(parts[0], get_at(root, path[:-1]))
        found = (*path[:-1], close) if close else None
    return "${" + ".".join(found) + "}" if found else None


def _quoted(text: str) -> str | None:
    """Return the string if `text` is one JSON string, else None."""
    if not (text.startswith('"') and text.endswith('"')):
        return None
    try:
        inner = json.loads(text)
    except ValueError:
        return None
    return inner if isinstance(inner, str) else None


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _json_inserter(text: str) -> Any:
    """Return a function that converts the values of the variables in `text`, one after the other.

    It escapes a string if the variable is in quotes, so that a JSON parser can read the result.
    """
    inside = _quote_states(text)

    def insert(value: Any) -> str:
        is_inside = next(inside)
        plain = _as_text(value)
        return json.dumps(plain)[1:-1] if is_inside else plain

    return insert


def _quote_states(text: str) -> Any:
    is_inside = False
    for match in re.finditer(r'\\(?!\$).|"|\$\$|\$\{[^{}$]+\}', text, re.DOTALL):
        if match[0] == '"':
            is_inside = not is_inside
        elif match[0].startswith("${"):
            yield is_inside
