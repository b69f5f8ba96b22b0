"""Writing changes into a TOML text, whose comments, order and layout stay.

tomlkit 0.15 loses comments where a section is continued further down, and puts a new key
after the comment that belongs to the next header. So the text is cut behind the last key
of each section, each section is a document of its own for tomlkit, and what stands between
them stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define

from kernel.config.problems import Path
from kernel.config.toml import read_toml, toml_item, toml_section, write_toml
from kernel.config.toml_positions import find_positions


@define
class _Piece:
    """A section: its header and keys, and the text up to the next header.

    `path` is None for what is left as it is: the start of a file, arrays of tables.
    """

    path: Path | None
    text: str
    gap: str = ""

    def is_under(self, path: Path) -> bool:
        return self.path is not None and self.path[: len(path)] == path


def update_text(text: str, tree: Mapping[str, Any]) -> str:
    """Return `text`, a TOML file, changed as little as makes it say what `tree` says.

    `tree` still has its variables.
    """
    old = read_toml(text)
    arrays = {position.path for position in find_positions(text) if position.kind == "array"}
    if any(_at(old, path) != _at(tree, path) for path in arrays):
        return write_toml(tree, raw=True)  # an array of tables has no single position to write to
    pieces = list(_pieces(text))
    for piece in pieces:
        if piece.path is not None:
            _change_piece(piece, piece.path, old, tree)
    _add_missing(pieces, (), read_toml(_join(pieces)), tree)
    return _join(pieces)


def _pieces(text: str) -> Iterator[_Piece]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
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

    before, after = _at(old, path), _at(tree, path)
    if not isinstance(after, Mapping):
        piece.path, piece.text = None, ""
        return
    document: Any = tomlkit.parse(piece.text)
    _change_table(_at(document, path), before, after)
    piece.text = tomlkit.dumps(document)


def _change_table(table: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Change what stands in `table`, and add single values; sections are other pieces."""
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
    """Put in what `tree` has at `path` and the text, which says `known`, has not."""
    missing = {key: value for key, value in tree.items() if key not in known}
    values = {key: value for key, value in missing.items() if not isinstance(value, Mapping)}
    if values:  # a section without a header of its own; now it needs one, above those in it
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


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _is_same(one: Any, other: Any) -> bool:
    # 1, 1.0 and True are equal, and not the same.
    return bool(one == other) and repr(one) == repr(other)
