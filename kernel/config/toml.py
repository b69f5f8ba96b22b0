"""Reading and writing TOML: the same tree as `.cfg`, with `"${null}"` for null."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import define, frozen

from kernel.config.literals import (
    MAX_DEPTH,
    NULL,
    DollarError,
    UnreadableError,
    check_characters,
    escape,
    lone_dollar,
    read_string,
)
from kernel.config.place import Place
from kernel.config.tree import Block, get_at
from kernel.errors import ConfigError, raise_problems
from kernel.problems import UNKNOWN, Origin, Path, Problem

if TYPE_CHECKING:
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import Item, Table


MAX_BITS: Final = 10_000
"""Python does not write numbers with more than 4,300 digits."""


def read_toml(text: str, name: str | None = None) -> Block:
    """Return the tree of a TOML text; `name` is the name of the file, for messages.

    Raises `ConfigError` with all mistakes, or with the first error in the TOML syntax.
    """
    # Imported in functions only: `.cfg` files do not need tomlkit.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        found = find_positions(text)
    except _DeepError as error:
        origin = Origin(layer="file", path=name, line=text.count("\n", 0, error.at) + 1)
        raise ConfigError([Place((), origin).problem(str(error))]) from None
    raise_problems(_repeated(found, name))
    try:
        data = tomlkit.parse(text).unwrap()
    except TOMLKitError as error:
        raise ConfigError([_syntax_problem(error, text, name)]) from None
    origins: dict[Path, Origin] = {}
    for each in found:
        origin = _origin(each, name)
        for depth in range(1, len(each.path)):
            origins.setdefault(each.path[:depth], origin)
        origins[each.path] = origin
    problems: list[Problem] = []
    root = _block(data, (), origins, problems)
    for key in root:
        if not isinstance(root[key], dict):
            message = "a setting outside of any section"
            problems.append(Place.of(root, key).problem(message, expected="a `[section]` above it"))
    raise_problems(problems)
    return root


def _block(
    data: Mapping[str, Any], path: Path, origins: Mapping[Path, Origin], problems: list[Problem]
) -> Block:
    block = Block()
    for key, value in data.items():
        at = (*path, key)
        origin = origins.get(at) or origins.get(path) or UNKNOWN
        try:
            block.set(key, _value(value, at, origins, problems), origin)
        except DollarError:
            problems.append(lone_dollar(Place(at, origin), str(value)))
        except UnreadableError as error:
            problems.append(Place(at, origin).problem(str(error)))
        except TypeError:
            message = "dates and times have no place in a configuration"
            problems.append(Place(at, origin).problem(message, hint="put it in quotes"))
    return block


def _value(value: Any, path: Path, origins: Mapping[Path, Origin], problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        return _block(value, path, origins, problems)
    if isinstance(value, list):
        return [_value(item, path, origins, problems) for item in value]
    if isinstance(value, dt.date | dt.time):
        raise TypeError
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise UnreadableError("the number has too many digits")
    check_characters(value)
    return read_string(value) if isinstance(value, str) else value


def _repeated(positions: list[Position], name: str | None) -> Iterator[Problem]:
    """Yield each key that is set twice; tomlkit reports only the first, without its position."""
    first: dict[Path, Position] = {}
    told: set[Path] = set()
    for position in positions:
        earlier = _key_above(position, first) or first.setdefault(position.path, position)
        if earlier is position or "array" in {position.kind, earlier.kind}:
            continue
        if _key_above(position, first) is not None and earlier.path in told:
            continue  # a key in a section that is reported already
        told.add(earlier.path)
        one = "section" if earlier.kind == "section" else "key"
        is_section = position.kind == "section" or earlier.path != position.path
        two = "section" if is_section else "key"
        place = Place(earlier.path, _origin(position, name))
        message = f"the same {two} again; it is already at line {earlier.line}"
        if one != two:
            message = f"both a {one}, at line {earlier.line}, and a {two}"
        yield place.problem(message, hint="remove one of them")


def _origin(position: Position, name: str | None) -> Origin:
    return Origin(layer="file", path=name, line=position.line, column=position.column)


def _key_above(position: Position, first: Mapping[Path, Position]) -> Position | None:
    """Return the earlier key that a dotted key uses as a section."""
    above = [first.get(position.path[:depth]) for depth in range(1, len(position.path))]
    found = (each for each in above if each is not None and each.kind == "key")
    return next(found, None) if position.kind == "key" else None


def _syntax_problem(error: TOMLKitError, text: str, name: str | None) -> Problem:
    line, column = getattr(error, "line", None), getattr(error, "col", None)
    said = str(error).removesuffix(f" at line {line} col {column}")
    received = ""
    if line is not None and column is not None:
        # tomlkit splits lines as `str.splitlines` does, and counts columns from 0.
        at = sum(map(len, text.splitlines(keepends=True)[: line - 1])) + column
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        received = text.split("\n")[line - 1].strip()
    origin = Origin(layer="file", path=name, line=line, column=column)
    hint = 'names with other characters than letters, digits, `_` and `-` need quotes: "@readers"'
    return Place(_section_above(text, line) if line is not None else (), origin).problem(
        f"not valid TOML: {said}",
        received=f"`{received}`" if received else None,
        hint=hint if received.startswith("@") else None,
    )


def _section_above(text: str, line: int) -> Path:
    headers = [
        position.path
        for position in find_positions(text)
        if position.kind in {"section", "array"} and position.line <= line
    ]
    return headers[-1] if headers else ()


# ---- writing


def write_toml(tree: Mapping[str, Any], *, raw: bool) -> str:
    """Return `tree` as TOML; `raw` says that it still has variables."""
    return "\n".join(toml_section(value, (key,), raw=raw) for key, value in tree.items())


def toml_section(block: Mapping[str, Any], path: Path, *, raw: bool) -> str:
    """Return the text of the section `block` at `path`, with the sections in it."""
    import tomlkit

    outermost = tomlkit.document()
    table: Any = outermost
    for key in path[:-1]:
        table = table.append(key, tomlkit.table(is_super_table=True))[key]
    table.append(path[-1], _table(path[-1], block, raw))
    return tomlkit.dumps(outermost)


def _table(name: str, block: Any, raw: bool) -> Table | Item:
    import tomlkit

    if not isinstance(block, dict):
        return toml_item(block, raw=raw)
    only_inner = bool(block) and all(isinstance(value, dict) for value in block.values())
    table = tomlkit.table(is_super_table=only_inner and name == "*")
    if only_inner and name != "*":
        table.add(tomlkit.nl())  # tomlkit writes a blank line before each section except the first
    for key, value in sorted(block.items(), key=lambda pair: isinstance(pair[1], dict)):
        table.append(key, _table(key, value, raw))
    return table


def toml_item(value: Any, *, raw: bool) -> Item:
    """Return a value as an item of tomlkit; raises TypeError if TOML cannot represent it."""
    import tomlkit

    if value is None:
        return tomlkit.string(NULL)
    if isinstance(value, str):
        return tomlkit.string(escape(value, raw=raw))
    if isinstance(value, bool | int | float):
        return tomlkit.item(value)
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend(toml_item(item, raw=raw) for item in value)
        return array
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, item in value.items():
            table.append(key, toml_item(item, raw=raw))
        return table
    raise TypeError(f"a {type(value).__name__} cannot be written")


@define
class _Piece:
    """A section: its header and keys, and the text up to the next header.

    `path` is None for text that is not changed: the start of a file, arrays of tables.
    """

    path: Path | None
    text: str
    gap: str = ""

    def is_under(self, path: Path) -> bool:
        return self.path is not None and self.path[: len(path)] == path


def update_text(text: str, tree: Mapping[str, Any]) -> str:
    """Return the TOML `text` with the settings of `tree`, which may have variables.

    tomlkit 0.15 loses comments where a section is continued further down, and adds new keys after
    the comment above the next header. Therefore the text is cut after the last key of each section,
    and each section is parsed as a document of its own; the text in between is kept.
    """
    old = read_toml(text)
    arrays = {position.path for position in find_positions(text) if position.kind == "array"}
    if any(get_at(old, path) != get_at(tree, path) for path in arrays):
        return write_toml(tree, raw=True)  # an array of tables does not have one position
    pieces = list(_pieces(text))
    for piece in pieces:
        if piece.path is not None:
            _change_piece(piece, piece.path, old, tree)
    _add_missing(pieces, (), read_toml(_join(pieces)), tree)
    return _join(pieces)


def _pieces(text: str) -> Iterator[_Piece]:
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []
    found = [position for position in find_positions(text) if position.kind != "inner"]
    headers = [position for position in found if position.kind != "key"]
    starts = [position.line - 1 for position in headers] + [len(lines)]
    yield _Piece(None, "", "".join(lines[: starts[0]]))
    arrays: list[Path] = []
    for header, start, after in zip(headers, starts, starts[1:], strict=False):
        ends = [position.last_line for position in found if start < position.last_line <= after]
        arrays += [header.path] if header.kind == "array" else []
        is_array = any(header.path[: len(path)] == path for path in arrays)
        path = None if is_array else header.path
        yield _Piece(path, "".join(lines[start : ends[-1]]), "".join(lines[ends[-1] : after]))


def _change_piece(
    piece: _Piece, path: Path, old: Mapping[str, Any], tree: Mapping[str, Any]
) -> None:
    import tomlkit

    before, after = get_at(old, path), get_at(tree, path)
    if not isinstance(after, Mapping):
        piece.path, piece.text = None, ""
        return
    document: Any = tomlkit.parse(piece.text)
    _change_table(get_at(document, path), before, after)
    piece.text = tomlkit.dumps(document)


def _change_table(table: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Change the values in `table` and add new ones; sections are other pieces."""
    from tomlkit.items import Table

    for key in list(table):
        old, new = before[key], after.get(key)
        if isinstance(table[key], Table) and isinstance(new, Mapping):
            _change_table(table[key], old, new)  # dotted keys
        elif key not in after or isinstance(new, Mapping) > isinstance(old, Mapping):
            del table[key]
        elif not _is_same(old, new):
            table[key] = toml_item(new, raw=True)
    for key, new in after.items():
        is_elsewhere = isinstance(new, Mapping) or (key in before and _is_same(before[key], new))
        if key not in table and not is_elsewhere:
            table.append(key, toml_item(new, raw=True))


def _add_missing(
    pieces: list[_Piece], path: Path, known: Mapping[str, Any], tree: Mapping[str, Any]
) -> None:
    """Add the settings at `path` that are in `tree` but not in `known`, those of the text."""
    missing = {key: value for key, value in tree.items() if key not in known}
    values = {key: value for key, value in missing.items() if not isinstance(value, Mapping)}
    if values:  # the section had no header; now it needs one, above the sections in it
        first = next(number for number, piece in enumerate(pieces) if piece.is_under(path))
        pieces.insert(first, _Piece(path, toml_section(values, path, raw=True), "\n"))
    for key, value in tree.items():
        if key not in known and key not in values:
            under = [number for number, piece in enumerate(pieces) if path and piece.is_under(path)]
            last = under[-1] if under else len(pieces) - 1
            text = toml_section(value, (*path, key), raw=True)
            blank = "\n" if _join(pieces[: last + 1]) else ""
            pieces.insert(last + 1, _Piece((*path, key), blank + text, pieces[last].gap))
            pieces[last].gap = ""
        elif isinstance(value, Mapping) and isinstance(known.get(key), Mapping):
            _add_missing(pieces, (*path, key), known[key], value)


def _join(pieces: list[_Piece]) -> str:
    return "".join(piece.text + piece.gap for piece in pieces)


def _is_same(one: Any, other: Any) -> bool:
    # 1, 1.0 and True are equal, and not the same.
    return bool(one == other) and repr(one) == repr(other)


_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BASIC: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL: Final = re.compile(r"'[^'\n]*'")
_LONG: Final = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}', re.DOTALL)
_STRINGS: Final = (_LONG, _BASIC, _LITERAL)
_SCALAR: Final = re.compile(r"[^,\]}\n#]*")


@frozen
class Position:
    """The position of a key or a header; `kind` is "key", "inner", "section" or "array".

    "inner" is a key of an inline table. Lines and columns count from 1; `last_line` is the line
    where the value ends.
    """

    path: Path
    kind: str
    line: int
    column: int
    last_line: int


def find_positions(text: str) -> list[Position]:
    """Return the positions of all keys and headers in a TOML text, in order.

    Keys in arrays are left out. If the text is not valid TOML, the list ends at the first error.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found = []
    for path, kind, start, end in sorted(_Scanner(text).scan(), key=lambda span: span[2]):
        line = bisect_right(starts, start)
        column = start - starts[line - 1] + 1
        found.append(Position(path, kind, line, column, bisect_right(starts, end - 1)))
    return found


_Span: TypeAlias = tuple[Path, str, int, int]


class _DeepError(Exception):
    """Lists and tables are nested too deep, at the index `at` of the text."""

    def __init__(self, at: int) -> None:
        super().__init__(f"nested more than {MAX_DEPTH} levels deep")
        self.at = at


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def scan(self) -> Iterator[_Span]:
        section: Path | None = ()
        while self._skip() < len(self.text):
            start = self.at
            if self._take("["):
                is_array = self._take("[")
                path = self._key()
                if path is None:
                    return
                self._take("]]" if is_array else "]")
                yield path, "array" if is_array else "section", start, self.at
                section = None if is_array else path
            else:
                yield from self._pair(section, "key")
                if self.at == start:
                    return

    def _pair(self, section: Path | None, kind: str) -> Iterator[_Span]:
        start = self.at
        key = self._key()
        if key is None or not self._take("="):
            self.at = start
            return
        path = None if section is None else (*section, *key)
        self._skip()
        yield from self._value(path)
        if path is not None:
            end = self.at
            while self.text[end - 1].isspace():
                end -= 1
            yield path, kind, start, end

    def _value(self, path: Path | None) -> Iterator[_Span]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _DeepError(self.at)
        yield from self._inside(path)
        self.depth -= 1

    def _inside(self, path: Path | None) -> Iterator[_Span]:
        if self._take("{"):
            while self._skip() < len(self.text) and not self._take("}"):
                start = self.at
                yield from self._pair(path, "inner")
                if not self._take(",") and self.at == start:
                    return
        elif self._take("["):
            while not self._take("]") and self.at < len(self.text):
                start = self.at
                for _ in self._value(None):
                    pass
                if not self._take(",") and self.at == start:
                    return
        else:
            self._match(
                next((known for known in _STRINGS if known.match(self.text, self.at)), _SCALAR)
            )

    def _key(self) -> Path | None:
        parts: list[str] = []
        while True:
            self._skip()
            part = self._match(_BASIC) or self._match(_LITERAL) or self._match(_BARE)
            if not part:
                return None
            parts.append(_unquote(part))
            if not self._take("."):
                return tuple(parts)

    def _skip(self) -> int:
        self._match(_SPACE)
        return self.at

    def _take(self, what: str) -> bool:
        self._skip()
        found = self.text.startswith(what, self.at)
        self.at += len(what) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]


def _unquote(part: str) -> str:
    if part.startswith("'"):
        return part[1:-1]
    if part.startswith('"'):
        try:
            return str(tomllib.loads(f"x = {part}")["x"])
        except tomllib.TOMLDecodeError:
            return part[1:-1]
    return part
