"""Reading and writing TOML: the same tree as `.cfg`, with `"${null}"` for null."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kernel.config.cfg import lone_dollar
from kernel.config.problems import UNKNOWN, Origin, Path, Problem, raise_problems
from kernel.config.toml_places import Place, find_places, quote, quote_key
from kernel.config.tree import Block
from kernel.config.values import NULL, DollarError, escape, read_string
from kernel.errors import ConfigError

_KINDS: Final = {"inner": "key"}
_POSITION: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(text: str, name: str | None = None) -> Block:
    """Return the tree of a TOML text; `name` is the file's, for the origins.

    Raises `ConfigError` with every mistake in it, or the first that is none of TOML.
    """
    found = find_places(text)
    raise_problems(_repeated(found, name))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(error, text, name)]) from None
    places: dict[Path, Origin] = {}
    for each in found:
        place = Origin(layer="file", path=name, line=each.line, column=each.column)
        for depth in range(1, len(each.path)):
            places.setdefault(each.path[:depth], place)
        places[each.path] = place
    problems: list[Problem] = []
    root = _block(data, (), places, problems)
    problems += [_outside(key, root) for key in root if not isinstance(root[key], dict)]
    raise_problems(problems)
    return root


def _block(
    data: Mapping[str, Any], path: Path, places: Mapping[Path, Origin], problems: list[Problem]
) -> Block:
    block = Block()
    for key, value in data.items():
        at = (*path, key)
        place = places.get(at) or places.get(path) or UNKNOWN
        try:
            block.put(key, _value(value, at, places, problems), place)
        except DollarError:
            problems.append(lone_dollar(at, place, str(value)))
        except TypeError:
            problems.append(
                Problem(
                    path=at,
                    origin=place,
                    message="dates and times have no place in a configuration",
                    hint="put it in quotes",
                )
            )
    return block


def _value(value: Any, path: Path, places: Mapping[Path, Origin], problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        return _block(value, path, places, problems)
    if isinstance(value, list):
        return [_value(item, path, places, problems) for item in value]
    if isinstance(value, dt.date | dt.time):
        raise TypeError
    return read_string(value) if isinstance(value, str) else value


def _outside(key: str, root: Block) -> Problem:
    return Problem(
        path=(key,),
        origin=root.places[key],
        message="a setting outside of any section",
        expected="a `[section]` above it",
    )


def _repeated(places: list[Place], name: str | None) -> Iterator[Problem]:
    first: dict[Path, Place] = {}
    for place in places:
        earlier = first.setdefault(place.path, place)
        if earlier is place or "array" in {place.kind, earlier.kind}:
            continue
        one, two = (_KINDS.get(item.kind, item.kind) for item in (earlier, place))
        yield Problem(
            path=place.path,
            origin=Origin(layer="file", path=name, line=place.line, column=place.column),
            message=f"the same {two} again; it is already at line {earlier.line}"
            if one == two
            else f"both a {one}, at line {earlier.line}, and a {two}",
            hint="remove one of them",
        )


def _syntax_problem(error: tomllib.TOMLDecodeError, text: str, name: str | None) -> Problem:
    message = str(error)
    position = _POSITION.search(message)
    lines = text.splitlines()
    line, column = len(lines) or 1, 1
    if position is not None and position[1]:
        line, column = int(position[1]), int(position[2])
    return Problem(
        path=_section_above(text, line),
        origin=Origin(layer="file", path=name, line=line, column=column),
        message=f"not valid TOML: {_POSITION.sub('', message)}",
        received=f"`{lines[line - 1].strip()}`" if line <= len(lines) else "the end of the file",
        hint='names with other characters than letters, digits, `_` and `-` need quotes: "@readers"'
        if line <= len(lines) and lines[line - 1].lstrip().startswith("@")
        else None,
    )


def _section_above(text: str, line: int) -> Path:
    headers = [
        place.path
        for place in find_places(text)
        if place.kind in {"section", "array"} and place.line <= line
    ]
    return headers[-1] if headers else ()


# ---- writing


def write_toml(tree: Mapping[str, Any], *, raw: bool) -> str:
    """Return `tree` as TOML; `raw` says that it still has variables."""
    return "\n\n".join(toml_sections(tree, (), raw)) + "\n"


def toml_sections(block: Mapping[str, Any], path: Path, raw: bool) -> Iterator[str]:
    """Yield the text of each section of `block`, which stands at `path`."""
    inner = {key: value for key, value in block.items() if isinstance(value, dict)}
    lines = [
        f"{quote_key(key)} = {toml_value(value, raw=raw)}"
        for key, value in block.items()
        if key not in inner
    ]
    if path and (lines or path[-1] != "*" or not inner):
        yield "\n".join([f"[{'.'.join(map(quote_key, path))}]", *lines])
    for key, value in inner.items():
        yield from toml_sections(value, (*path, key), raw)


def toml_value(value: Any, *, raw: bool) -> str:
    """Return the text of one value, tables inline; raises TypeError if TOML has none for it."""
    if value is None:
        return f'"{NULL}"'
    if isinstance(value, str):
        return quote(escape(value, raw=raw))
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item, raw=raw) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = [f"{quote_key(key)} = {toml_value(item, raw=raw)}" for key, item in value.items()]
        return f"{{{', '.join(pairs)}}}"
    raise TypeError(f"a {type(value).__name__} cannot be written")
