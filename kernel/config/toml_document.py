"""Writing changes into a TOML text, whose comments, order and layout stay.

Only what differs is touched: a value is replaced where it stands, a new key comes after the
last of its section, a new section after the last of its parent. tomlkit would do as much,
but loses comments (0.15) where a section is continued further down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kernel.config.toml import read_toml, toml_sections, toml_value, write_toml
from kernel.config.toml_places import Place, find_places, quote_key

if TYPE_CHECKING:
    from kernel.config.problems import Path

# Edits at one place are made from the highest rank down, so that the lowest comes first in the
# text; what is removed there must go before anything is put in.
_REMOVAL: Final = 9999
_HEADER: Final = 2000
_SECTION: Final = 1000

_Edit: TypeAlias = tuple[int, int, int, str]
"""Start and end of what is replaced; rank among insertions at one place; the new text."""


def update_text(text: str, tree: Mapping[str, Any]) -> str:
    """Return `text`, a TOML file, changed as little as makes it say what `tree` says.

    `tree` still has its variables.
    """
    text = text if text.endswith("\n") or not text else f"{text}\n"
    document, old = _Document(text), read_toml(text)
    if any(_at(old, path) != _at(tree, path) for path in document.arrays):
        return write_toml(tree, raw=True)  # an array of tables has no one place to write to
    edits = list(document.changes((), old, tree))
    for start, end, _, new in sorted(edits, key=lambda edit: (edit[0], edit[2]), reverse=True):
        text = text[:start] + new + text[end:]
    return text


class _Document:
    def __init__(self, text: str) -> None:
        self.text = text
        self.keys: dict[Path, Place] = {}
        self.headers: list[Place] = []
        self.ends: list[int] = []
        self.arrays: set[Path] = set()
        for place in find_places(text):
            if place.kind in {"section", "array"}:
                self.headers.append(place)
                self.arrays |= {place.path} if place.kind == "array" else set()
                self.ends.append(self._line_end(place.end))
            elif place.kind == "key":
                self.keys[place.path] = place
                if self.ends:
                    self.ends[-1] = self._line_end(place.end)

    def changes(
        self, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> Iterator[_Edit]:
        """Yield the edits that turn the section at `path` from `old` into `new`."""
        for key in old:
            if key not in new:
                yield from self._removed((*path, key))
        added = {key: value for key, value in new.items() if key not in old}
        for key, value in new.items():
            if key not in old or _is_same(old[key], value):
                continue
            at = (*path, key)
            if at in self.keys:
                place = self.keys[at]
                yield place.value, place.end, 0, toml_value(value, raw=True)
            elif isinstance(value, Mapping) and isinstance(old[key], Mapping):
                yield from self.changes(at, old[key], value)
            else:
                yield from self._removed(at)
                added[key] = value
        yield from self._added(path, added)

    def _removed(self, path: Path) -> Iterator[_Edit]:
        if path in self.keys:
            place = self.keys[path]
            yield self._line_start(place.start), self._line_end(place.end), _REMOVAL, ""
            return
        for place, end in zip(self.headers, self.ends, strict=True):
            if place.path[: len(path)] == path:
                yield self._line_start(place.start), end, _REMOVAL, ""
        for key, place in self.keys.items():
            dotted = key[: len(path)] == path and not self._is_under(place, path)
            if dotted:
                yield self._line_start(place.start), self._line_end(place.end), _REMOVAL, ""

    def _is_under(self, key: Place, path: Path) -> bool:
        above = [header for header in self.headers if header.start < key.start]
        return bool(above) and above[-1].path[: len(path)] == path

    def _added(self, path: Path, added: Mapping[str, Any]) -> Iterator[_Edit]:
        values = {key: value for key, value in added.items() if not isinstance(value, Mapping)}
        sections = {key: value for key, value in added.items() if key not in values}
        lines = "".join(
            f"{quote_key(key)} = {toml_value(value, raw=True)}\n" for key, value in values.items()
        )
        if lines:
            yield self._inserted(path, lines)
        after = self._end_under(path)
        for key, value in sections.items():
            blocks = "\n\n".join(toml_sections(value, (*path, key), raw=True))
            # Depth first: what is added to an inner section comes before what follows it.
            yield after, after, _SECTION - len(path), f"\n{blocks}\n"

    def _inserted(self, path: Path, lines: str) -> _Edit:
        for place, end in zip(self.headers, self.ends, strict=True):
            if place.path == path and place.kind == "section":
                return end, end, 0, lines
        header = f"[{'.'.join(map(quote_key, path))}]\n"
        inner = [place for place in self.headers if place.path[: len(path)] == path]
        if inner:
            start = self._line_start(inner[0].start)
            return start, start, _HEADER, f"{header}{lines}\n"
        end = len(self.text)
        return end, end, 0, f"\n{header}{lines}"

    def _end_under(self, path: Path) -> int:
        """Return where the last section under `path` ends; at the top, the end of the text."""
        ends = [
            end
            for place, end in zip(self.headers, self.ends, strict=True)
            if place.path[: len(path)] == path
        ]
        return ends[-1] if path and ends else len(self.text)

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end + 1


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _is_same(one: Any, other: Any) -> bool:
    # 1, 1.0 and True are equal, and not the same.
    return bool(one == other) and repr(one) == repr(other)
