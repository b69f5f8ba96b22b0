"""JSONL: one text per line, with its annotation.

- `text`: the text; required
- `words`, `spaces`: its tokens, and whether a space follows each; without `words` the pipeline
  tokenizes the text
- `entities` (or `ents`): `[[start, end, label], …]` or objects with `start`, `end`, `label`;
  character offsets
- `spans`: the same, but they may overlap (under the key `sc`), or `{key: […], …}`
- `cats`: `{label: number}`
- `label`: the one label of the text, or a list of them; the other labels of the file get 0
- `meta`, and names that start with `_`, are ignored; any other key is reported
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from kernel.lines import is_blank
from kernel.text import Doc
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import (
    Location,
    Mark,
    char_spans,
    check_mark,
    read_mark,
    set_entities,
)
from kernel_plugin_corpus.converters.source import Source, open_source, shorten
from kernel_plugin_corpus.files import parse_json

if TYPE_CHECKING:
    from kernel.pipeline import Language

SPANS_KEY = "sc"
KNOWN_KEYS = frozenset(
    {"text", "words", "spaces", "entities", "ents", "spans", "cats", "label", "meta"}
)


@define
class _Entry:
    """A line of the file."""

    location: Location
    data: dict[str, Any]
    labels: list[str] = field(factory=list)


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per line of `source`, tokenized by `nlp`.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or widen them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the line of a malformed entry.
    """
    opened = open_source(source)
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    entries = list(_read_entries(opened))
    labels = sorted({label for entry in entries for label in entry.labels})
    _report_unused_keys(opened, entries)
    docs = [_make_doc(nlp, entry, labels, found) for entry in entries]
    found.finish()
    yield from docs


def _read_entries(source: Source) -> Iterator[_Entry]:
    for number, line in source.lines():
        if is_blank(line):
            continue
        data = parse_json(line, source.name, line=number)
        location = Location(source.name, number, number)
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise location.error('expected an object with a "text"')
        yield _Entry(location, data, _read_labels(data, location))


def _read_labels(data: dict[str, Any], location: Location) -> list[str]:
    if "label" not in data:
        return []
    labels = data["label"] if isinstance(data["label"], list) else [data["label"]]
    for label in labels:
        if not isinstance(label, str) or not label.strip():
            raise location.error(f'"label" is {shorten(label)}; expected the name of a label')
    return labels


def _make_doc(nlp: Language, entry: _Entry, labels: Sequence[str], found: Misalignments) -> Doc:
    data, location = entry.data, entry.location
    doc = _tokenize(nlp, data, location)
    for key in ("entities", "ents"):
        if key in data:
            items = _as_list(data[key], key, location)
            set_entities(doc, _read_marks(items, doc.text, location), location, found)
    spans = data.get("spans", {})
    for key, value in (spans if isinstance(spans, dict) else {SPANS_KEY: spans}).items():
        items = _as_list(value, "spans", location)
        doc.spans[key] = char_spans(doc, _read_marks(items, doc.text, location), location, found)
    doc.cats = _read_cats(entry, labels)
    return doc


def _read_marks(items: Sequence[Any], text: str, location: Location) -> list[Mark]:
    marks = [read_mark(item, location) for item in items]
    for mark in marks:
        check_mark(mark, text, location)
    return marks


def _tokenize(nlp: Language, data: dict[str, Any], location: Location) -> Doc:
    if "words" not in data:
        return nlp.make_doc(data["text"])
    words, spaces = _as_list(data["words"], "words", location), data.get("spaces")
    if spaces is None:
        spaces = guess_spaces(words, data["text"])
    if spaces is None or len(spaces) != len(words):
        raise location.error('"words" and "spaces" do not make up the "text"')
    doc = Doc(nlp.vocab, words=words, spaces=[bool(space) for space in spaces])
    if doc.text != data["text"]:
        raise location.error(
            f'"words" and "spaces" make up {shorten(doc.text)}, not the "text"',
        )
    return doc


def guess_spaces(words: Sequence[str], text: str) -> list[bool] | None:
    """Return whether a space follows each word in `text`; None if the words do not match it."""
    spaces = []
    position = 0
    for word in words:
        if not text.startswith(word, position):
            return None
        position += len(word)
        spaces.append(text.startswith(" ", position))
        position += spaces[-1]
    return spaces if position == len(text) else None


def _read_cats(entry: _Entry, labels: Sequence[str]) -> dict[str, float]:
    cats = entry.data.get("cats", {})
    if not isinstance(cats, dict):
        raise entry.location.error(f'"cats" is {shorten(cats)}; expected an object of numbers')
    for label, value in cats.items():
        if not label or not isinstance(value, int | float):
            raise entry.location.error(
                f'"cats" has {shorten(label)}: {shorten(value)}; expected a number'
            )
    own = {label: float(label in entry.labels) for label in labels} if entry.labels else {}
    return own | {label: float(value) for label, value in cats.items()}


def _as_list(value: Any, key: str, location: Location) -> list[Any]:
    if isinstance(value, list):
        return value
    raise location.error(f'"{key}" is {shorten(value)}; expected a list')


def _report_unused_keys(source: Source, entries: Sequence[_Entry]) -> None:
    unused = {
        key
        for entry in entries
        for key in entry.data
        if key not in KNOWN_KEYS and not key.startswith("_")
    }
    if unused:
        names = ", ".join(f"`{key}`" for key in sorted(unused))
        warnings.warn(f"{source.name}: these keys are not used: {names}", stacklevel=3)
