"""Reading and writing TOML: the same tree as `.cfg`, with `"${null}"` for null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kernel.config.cfg import lone_dollar
from kernel.config.problems import UNKNOWN, Origin, Path, Problem, raise_problems
from kernel.config.toml_positions import Position, find_positions
from kernel.config.tree import Block
from kernel.config.values import NULL, DollarError, escape, read_string
from kernel.errors import ConfigError

if TYPE_CHECKING:
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import Item, Table

_KINDS: Final = {"inner": "key"}


def read_toml(text: str, name: str | None = None) -> Block:
    """Return the tree of a TOML text; `name` is the file's, for the origins.

    Raises `ConfigError` with every mistake in it, or the first that is none of TOML.
    """
    # Imported here, as everywhere in this module: a `.cfg` file needs none of it.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    found = find_positions(text)
    raise_problems(_repeated(found, name))
    try:
        data = tomlkit.parse(text).unwrap()
    except TOMLKitError as error:
        raise ConfigError([_syntax_problem(error, text, name)]) from None
    origins: dict[Path, Origin] = {}
    for each in found:
        origin = Origin(layer="file", path=name, line=each.line, column=each.column)
        for depth in range(1, len(each.path)):
            origins.setdefault(each.path[:depth], origin)
        origins[each.path] = origin
    problems: list[Problem] = []
    root = _block(data, (), origins, problems)
    problems += [_outside(key, root) for key in root if not isinstance(root[key], dict)]
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
            problems.append(lone_dollar(at, origin, str(value)))
        except TypeError:
            problems.append(
                Problem(
                    path=at,
                    origin=origin,
                    message="dates and times have no place in a configuration",
                    hint="put it in quotes",
                )
            )
    return block


def _value(value: Any, path: Path, origins: Mapping[Path, Origin], problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        return _block(value, path, origins, problems)
    if isinstance(value, list):
        return [_value(item, path, origins, problems) for item in value]
    if isinstance(value, dt.date | dt.time):
        raise TypeError
    return read_string(value) if isinstance(value, str) else value


def _outside(key: str, root: Block) -> Problem:
    return Problem(
        path=(key,),
        origin=root.origins[key],
        message="a setting outside of any section",
        expected="a `[section]` above it",
    )


def _repeated(positions: list[Position], name: str | None) -> Iterator[Problem]:
    """Yield each key that is set twice; tomlkit would find only the first, without its position."""
    first: dict[Path, Position] = {}
    told: set[Path] = set()
    for position in positions:
        earlier = _key_above(position, first) or first.setdefault(position.path, position)
        if earlier is position or "array" in {position.kind, earlier.kind}:
            continue
        if _key_above(position, first) is not None and earlier.path in told:
            continue  # a key of a section that was told of
        told.add(earlier.path)
        one = _KINDS.get(earlier.kind, earlier.kind)
        two = (
            _KINDS.get(position.kind, position.kind) if earlier.path == position.path else "section"
        )
        yield Problem(
            path=earlier.path,
            origin=Origin(layer="file", path=name, line=position.line, column=position.column),
            message=f"the same {two} again; it is already at line {earlier.line}"
            if one == two
            else f"both a {one}, at line {earlier.line}, and a {two}",
            hint="remove one of them",
        )


def _key_above(position: Position, first: Mapping[Path, Position]) -> Position | None:
    """Return the key that a dotted key enters as if it were a section."""
    above = [first.get(position.path[:depth]) for depth in range(1, len(position.path))]
    found = (each for each in above if each is not None and each.kind == "key")
    return next(found, None) if position.kind == "key" else None


def _syntax_problem(error: TOMLKitError, text: str, name: str | None) -> Problem:
    lines = text.splitlines()
    line, column = getattr(error, "line", None), getattr(error, "col", None)
    said = str(error).removesuffix(f" at line {line} col {column}")
    received = lines[line - 1].strip() if line is not None and line <= len(lines) else None
    return Problem(
        path=_section_above(text, line) if line is not None else (),
        origin=Origin(
            layer="file",
            path=name,
            line=line,
            column=None if column is None else column + 1,  # tomlkit's counts from 0
        ),
        message=f"not valid TOML: {said}",
        received=f"`{received}`" if received is not None else None,
        hint='names with other characters than letters, digits, `_` and `-` need quotes: "@readers"'
        if (received or "").startswith("@")
        else None,
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
    """Return the text of the section `block`, which stands at `path`, and of those in it."""
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
        table.add(tomlkit.nl())  # tomlkit puts a blank line between sections, but for the first
    for key, value in sorted(block.items(), key=lambda pair: isinstance(pair[1], dict)):
        table.append(key, _table(key, value, raw))
    return table


def toml_item(value: Any, *, raw: bool) -> Item:
    """Return one value for tomlkit, tables inline; raises TypeError if TOML has none for it."""
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
