"""The positions of keys in a TOML text, which tomlkit (0.15) does not provide."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, TypeAlias

from attrs import frozen

from kernel.problems import Path

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


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

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
