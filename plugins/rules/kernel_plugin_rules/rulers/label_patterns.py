"""Patterns with labels: what the dicts of the rulers say, and the files that hold them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from attrs import frozen

from kernel.errors import ArgumentError, DataError, LoadError
from kernel.files import parse_json
from kernel.lines import is_blank, read_lines

# Returns the place of a pattern for messages, by its index among those that are added.
Place: TypeAlias = Callable[[int], str]


@frozen
class LabelPattern:
    """A phrase or a pattern of tokens, with the label and the id ("": none) of its matches."""

    label: str
    pattern: str | list[dict[str, Any]]
    id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the pattern as `add_patterns` takes it."""
        given: dict[str, Any] = {"label": self.label, "pattern": self.pattern}
        return {**given, "id": self.id} if self.id else given


def check_patterns(entries: Any, place: Place) -> list[LabelPattern]:
    """Return dicts such as `{"label": "GPE", "pattern": "Berlin", "id": "Q64"}` as patterns.

    Warns of unknown keys. Raises ArgumentError for a key that is missing, or another value.
    """
    if isinstance(entries, str | Mapping) or not isinstance(entries, Iterable):
        raise ArgumentError(f"expected a list of patterns, got {entries!r:.80}")
    return [_checked(entry, place(i)) for i, entry in enumerate(entries)]


def _checked(entry: Any, place: str) -> LabelPattern:
    if not isinstance(entry, Mapping):
        raise ArgumentError(f"{place}: expected a dict, got {entry!r:.80}")
    for key in ("label", "pattern"):
        if key not in entry:
            raise ArgumentError(f"{place} has no `{key}`")
    unknown = [key for key in entry if key not in {"label", "pattern", "id"}]
    if unknown:
        warnings.warn(f"{place}: the unknown key {unknown[0]!r} is ignored", stacklevel=6)
    label, pattern, id_ = entry["label"], entry["pattern"], entry.get("id")
    if not isinstance(label, str) or not label:
        raise ArgumentError(f"{place}, `label`: expected a string, got {label!r:.80}")
    if not isinstance(pattern, str | list) or not pattern:
        kinds = "a phrase or a list of dicts"
        raise ArgumentError(f"{place}, `pattern`: expected {kinds}, got {pattern!r:.80}")
    if not isinstance(id_, str | None):
        raise ArgumentError(f"{place}, `id`: expected a string, got {id_!r:.80}")
    return LabelPattern(label, pattern, id_ or "")


def to_jsonl(patterns: Iterable[LabelPattern]) -> bytes:
    """Return one line of JSON for each pattern."""
    lines = (
        json.dumps(pattern.as_dict(), ensure_ascii=False, separators=(",", ":")) + "\n"
        for pattern in patterns
    )
    return "".join(lines).encode("utf8", "surrogatepass")


def read_jsonl(path: Path) -> tuple[list[Any], Place]:
    """Return the dicts in a file of patterns, and what names the line of each.

    Raises LoadError for a file that cannot be read, with the line if it is not JSON.
    """
    numbers, entries = [], []
    for number, entry in _lines(path):
        numbers.append(number)
        entries.append(entry)
    return entries, lambda i: f"`{path}`, line {numbers[i]}"


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        for number, line in read_lines(path):
            if not is_blank(line):
                yield number, parse_json(line, what=f"`{path}`, line {number}")
    except DataError as error:
        raise LoadError(error.message, hint=error.hint) from error
