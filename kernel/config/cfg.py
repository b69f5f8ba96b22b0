"""Reading and writing `.cfg`: sections with dotted names, values in JSON.

The format is that of Python's ConfigParser. This reader also records the line and column of every
key, and reports all mistakes of a file at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field

from kernel.config.describe import nearest
from kernel.config.literals import (
    MAX_DEPTH,
    DollarError,
    UnreadableError,
    escape_strings,
    has_variable,
    lone_dollar,
    read_value,
)
from kernel.config.place import Place
from kernel.config.tree import Block, copy_tree
from kernel.errors import raise_problems
from kernel.problems import Origin, Path, Problem

_HEADER: Final = re.compile(r"\[(?P<name>.+)\]")
_LINE_END: Final = re.compile(r"\r\n?|\n")
_SEPARATOR: Final = re.compile("[=:]")
_SAFE_KEY: Final = re.compile(r"[^\s=:\[\]#;.][^=:.\[\]\n\r]*(?<!\s)")


@define
class _Entry:
    """A key with the lines of its value, or a section's header (`key` is None).

    `comments` are the lines of the comments above it.
    """

    section: Path
    key: str | None
    line: int
    column: int
    value: list[str] = field(factory=list)
    comments: list[str] = field(factory=list)

    @property
    def path(self) -> Path:
        return self.section if self.key is None else (*self.section, self.key)

    def text(self) -> str:
        return "\n".join(self.value).rstrip()


class _Reader:
    """The state of reading one text, line by line."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.entries: list[_Entry] = []
        self.problems: list[Problem] = []
        self.comments: list[str] = []
        self.section: Path | None = None
        self.option: _Entry | None = None
        self.indent = 0

    def read(self, text: str) -> None:
        for number, line in enumerate(_LINE_END.split(text), 1):
            content = line.strip()
            if content.startswith(("#", ";")):
                self.comments.append(content)
                continue
            if not content:
                self._continue("")
                continue
            indent = len(line) - len(line.lstrip())
            if self.option is None or indent <= self.indent or not self._continue(content):
                self.indent = indent
                self._start(content, number, indent + 1)

    def _continue(self, content: str) -> bool:
        if self.option is None:
            return False
        self.option.value.append(content)
        return True

    def _start(self, content: str, line: int, column: int) -> None:
        self.option = None
        header = _HEADER.match(content)
        if header is not None:
            self.section = tuple(part.strip() for part in header["name"].split("."))
            self._add(_Entry(self.section, None, line, column))
            return
        separator = _SEPARATOR.search(content)
        key = content[: separator.start()].rstrip() if separator is not None else ""
        if separator is None or not key:
            hint = "lines that continue a value are indented" if self.entries else None
            message = "not a section and not a setting"
            self._report(line, column, message, "`key = value`", content, hint)
        elif not _is_key(key):
            message = "not a name for a setting, which could not be written again"
            self._report(line, column, message, "a key without brackets", content, None)
        elif self.section is None:
            message = "a setting outside of any section"
            self._report(line, column, message, "a `[section]`", content, None)
        else:
            value = content[separator.end() :].lstrip()
            self.option = _Entry(self.section, key, line, column, [value])
            self._add(self.option)

    def _add(self, entry: _Entry) -> None:
        entry.comments, self.comments = self.comments, []
        self.entries.append(entry)

    def _report(
        self, line: int, column: int, message: str, expected: str, content: str, hint: str | None
    ) -> None:
        place = Place(self.section or (), self._origin(line, column))
        received = f"`{content}`"
        self.problems.append(
            place.problem(message, expected=expected, received=received, hint=hint)
        )

    def place(self, entry: _Entry) -> Place:
        return Place(entry.path, self._origin(entry.line, entry.column))

    def _origin(self, line: int, column: int) -> Origin:
        return Origin(layer="file", path=self.name, line=line, column=column)


def read_cfg(text: str, name: str | None = None) -> Block:
    """Return the tree of a `.cfg` text; `name` is the name of the file, for messages.

    Raises `ConfigError` with every mistake in the text.
    """
    reader = _Reader(name)
    reader.read(text)
    root = Block()
    seen: dict[Path, _Entry] = {}
    # Outer sections first: a file may have a section before its parent.
    headers = [entry for entry in reader.entries if entry.key is None]
    headers = [entry for entry in headers if _is_new(entry, seen, reader)]
    for entry in sorted(headers, key=lambda entry: len(entry.path)):
        _add_section(root, entry, seen, reader)
    for entry in reader.entries:
        if entry.key is not None and _is_new(entry, seen, reader):
            _add_option(root, entry, reader)
    raise_problems(reader.problems)
    return root


def _is_new(entry: _Entry, seen: dict[Path, _Entry], reader: _Reader) -> bool:
    first = seen.setdefault(entry.path, entry)
    if first is entry:
        return True
    one, two = ("section" if item.key is None else "key" for item in (first, entry))
    if one == two:
        message = f"the same {one} again; it is already at line {first.line}"
        hint = "remove one of them"
    else:
        message = f"both a {one}, at line {first.line}, and a {two}"
        hint = f"put the settings of the {two} into the section, or remove one"
    reader.problems.append(reader.place(entry).problem(message, hint=hint))
    return False


def _add_section(root: Block, entry: _Entry, seen: dict[Path, _Entry], reader: _Reader) -> None:
    place = reader.place(entry)
    if entry.section[0] == "DEFAULT" or "" in entry.section:
        reader.problems.append(place.problem("not a name for a section"))
        return
    if len(entry.section) > MAX_DEPTH:
        reader.problems.append(place.problem(f"nested more than {MAX_DEPTH} levels deep"))
        return
    block, missing = root, []
    for depth, part in enumerate(entry.section[:-1], 1):
        if part not in block:
            if "*" not in entry.section[:depth]:
                missing.append(entry.section[:depth])
            block.set(part, Block(), place.origin)
        block = block[part]
    if missing:
        reader.problems.append(_undeclared(place, missing, seen, reader))
    block.setdefault(entry.section[-1], Block())
    block.origins[entry.section[-1]] = place.origin


def _undeclared(
    place: Place, parents: list[Path], seen: Mapping[Path, _Entry], reader: _Reader
) -> Problem:
    """Return the problem of a section whose parents are missing: one of them is misspelled."""
    parent = parents[0]
    name = ".".join(parent)
    siblings = {".".join(path): path for path in seen if len(path) == len(parent)}
    close = nearest(name, siblings)
    if close is not None and _count_under(siblings[close], seen) < _count_under(parent, seen):
        return reader.place(seen[siblings[close]]).problem(
            f"other sections stand under [{name}], which is not there", suggestion=f"[{name}]"
        )
    if close is not None:
        suggestion = f"[{'.'.join((close, *place.path[len(parent) :]))}]"
        return place.problem(f"its parent section [{name}] is not there", suggestion=suggestion)
    names = " and ".join(f"[{'.'.join(each)}]" for each in parents)
    one = len(parents) == 1
    return place.problem(
        f"its parent section{'' if one else 's'} {names} {'is' if one else 'are'} not there",
        hint=f"add {'a line' if one else 'the lines'} {names} above it",
    )


def _count_under(path: Path, headers: Iterable[Path]) -> int:
    return sum(len(other) > len(path) and other[: len(path)] == path for other in headers)


def _add_option(root: Block, entry: _Entry, reader: _Reader) -> None:
    block: Any = root
    for part in entry.section:
        block = block.get(part) if isinstance(block, dict) else None
    if not isinstance(block, Block):
        return  # the problem of its section is reported already
    place = reader.place(entry)
    try:
        value = read_value(entry.text())
    except DollarError:
        reader.problems.append(lone_dollar(place, entry.text()))
        return
    except UnreadableError as error:
        reader.problems.append(place.problem(str(error)))
        return
    block.set(entry.path[-1], copy_tree(value, place.origin), place.origin)


def write_cfg(tree: dict[str, Any], *, raw: bool, old_text: str = "") -> str:
    """Return `tree` as the text of a `.cfg` file; `raw` says that it still has variables.

    Comments in `old_text`, another `.cfg` text, are written above the same key or section.

    Raises TypeError for names and values that the format cannot hold.
    """
    for name, section in tree.items():
        if not _is_section(name, section):
            raise TypeError(f"[{name}] cannot be a section of a .cfg file")
    old = _Reader(None)
    old.read(old_text)
    comments = {entry.path: entry.comments for entry in old.entries}
    parts = [*_sections(tree, (), raw, comments), *filter(None, ["\n".join(old.comments)])]
    return "\n\n".join(parts) + "\n"


def _sections(
    block: dict[str, Any], path: Path, raw: bool, comments: Mapping[Path, list[str]]
) -> Iterator[str]:
    inner = {key: value for key, value in block.items() if not path or _is_section(key, value)}
    lines = []
    for key, value in block.items():
        if key not in inner:
            lines += [*comments.get((*path, key), ()), f"{key} = {_value_text(value, raw)}"]
    # `[x.*]` needs no header, and spaCy cannot read one.
    if path and (lines or path[-1] != "*" or not inner):
        yield "\n".join([*comments.get(path, ()), f"[{'.'.join(path)}]", *lines])
    for key, value in inner.items():
        yield from _sections(value, (*path, key), raw, comments)


def _is_section(key: str, value: Any) -> bool:
    """Return whether `value` can be a section; a table with unusual keys is written as JSON."""
    return (
        isinstance(value, dict)
        and _SAFE_KEY.fullmatch(key) is not None
        and all(map(_is_key, value))
    )


def _is_key(name: str) -> bool:
    """Return whether a section can have a setting with this name."""
    return _SAFE_KEY.fullmatch(name.replace(".", "_")) is not None


def _value_text(value: Any, raw: bool) -> str:
    if isinstance(value, str) and raw and has_variable(value):
        text = value.strip()
        # Text of several lines is read line by line, and each line is stripped.
        lines = [line.strip() for line in text.split("\n")]
        if "\n".join(lines) == text and not any(line[:1] in {"#", ";"} for line in lines[1:]):
            return "\n    ".join(lines)
        return json.dumps(text)
    return json.dumps(escape_strings(value, raw=raw), ensure_ascii=False)
