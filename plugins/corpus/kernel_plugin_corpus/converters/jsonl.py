"""JSONL: one text per line, with its annotation.

- `text`: the text; required
- `words`, `spaces`: its tokens, and whether a space follows each; without `words` the pipeline
  tokenizes the text
- `entities` (or `ents`): `[[start, end, label], …]` or objects with `start`, `end`, `label`;
  character offsets
- `spans`: the same, but they may overlap: they become entities, or the span group `sc` if those of
  any text of the file overlap; or `{key: […], …}`, span groups
- `cats`: `{label: number}`
- `label`: the one label of the text, or a list of them; the other labels of the file get 0
- `meta`, and names that start with `_`, are ignored; any other key is reported
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.registry import registry
from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location, Mark, read_mark
from kernel_plugin_corpus.converters.records import (
    Record,
    other_format,
    read_records,
    unknown_format,
)
from kernel_plugin_corpus.converters.source import Source, open_source, shorten

if TYPE_CHECKING:
    from kernel.pipeline import Language

KNOWN_KEYS = frozenset(
    {"text", "words", "spaces", "entities", "ents", "spans", "cats", "label", "meta"}
)


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per line of `source`, tokenized by `nlp`.

    A file of another JSON format is passed to the converter of that format.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or change them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the line of a malformed entry.
    """
    opened = open_source(source)
    records = read_records(opened)
    other = other_format(records, "jsonl")
    if other is not None:
        convert_other = registry.converters.get(other)
        yield from convert_other(
            source, nlp=nlp, on_misaligned=on_misaligned, misaligned=misaligned
        )
        return
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    texts = [read_entry(record) for record in records]
    _report_unused_keys(opened, records)
    yield from make_docs(texts, nlp=nlp, name=opened.name, found=found)


def read_entry(record: Record) -> AnnotatedText:
    """Return the text and annotation of a line; raises `DataError` if it is malformed."""
    data, location = record.data, record.location
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise unknown_format(location, 'expected an object with a "text"')
    text = AnnotatedText(location=location, text=data["text"])
    if "words" in data:
        text.words, text.spaces = _read_words(data, location)
    for key in ("entities", "ents"):
        if key in data:
            text.entities = read_marks(data[key], key, location)
    if isinstance(data.get("spans"), dict):
        text.groups = {
            key: read_marks(value, "spans", location) for key, value in data["spans"].items()
        }
    elif "spans" in data:
        text.spans = read_marks(data["spans"], "spans", location)
    if "label" in data:
        text.labels = read_labels(data["label"], "label", location)
    text.cats = read_cats(data.get("cats", {}), location)
    return text


def read_marks(value: Any, key: str, location: Location) -> list[Mark]:
    """Return a list of marks; see `read_mark`."""
    return [read_mark(item, location) for item in as_list(value, key, location)]


def read_labels(value: Any, key: str, location: Location) -> list[str]:
    """Return a label, or a list of labels; raises `DataError` for other values."""
    labels = value if isinstance(value, list) else [value]
    for label in labels:
        if not isinstance(label, str) or not label.strip():
            raise location.error(f'"{key}" is {shorten(label)}; expected the name of a label')
    return labels


def read_cats(value: Any, location: Location) -> dict[str, float]:
    """Return the value of each label; raises `DataError` for anything but numbers."""
    if not isinstance(value, dict):
        raise location.error(f'"cats" is {shorten(value)}; expected an object of numbers')
    for label, number in value.items():
        if not label or not isinstance(number, int | float):
            raise location.error(
                f'"cats" has {shorten(label)}: {shorten(number)}; expected a number'
            )
    try:
        return {label: float(number) for label, number in value.items()}
    except OverflowError:
        raise location.error('"cats" has a number that is too large') from None


def as_list(value: Any, key: str, location: Location) -> list[Any]:
    """Return `value`; raises `DataError` if it is not a list."""
    if isinstance(value, list):
        return value
    raise location.error(f'"{key}" is {shorten(value)}; expected a list')


def _read_words(data: dict[str, Any], location: Location) -> tuple[list[str], list[bool]]:
    words, spaces = as_list(data["words"], "words", location), data.get("spaces")
    if not all(isinstance(word, str) and word for word in words):
        raise location.error('"words" has something else than words')
    if spaces is None:
        spaces = guess_spaces(words, data["text"])
    if not isinstance(spaces, list) or len(spaces) != len(words):
        raise location.error('"words" and "spaces" do not make up the "text"')
    made = "".join(word + " " * bool(space) for word, space in zip(words, spaces, strict=True))
    if made != data["text"]:
        raise location.error(f'"words" and "spaces" make up {shorten(made)}, not the "text"')
    return words, [bool(space) for space in spaces]


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


def _report_unused_keys(source: Source, records: Sequence[Record]) -> None:
    unused = {
        key
        for record in records
        for key in record.data
        if key not in KNOWN_KEYS and not key.startswith("_")
    }
    if unused:
        names = ", ".join(f"`{key}`" for key in sorted(unused))
        warnings.warn(f"{source.name}: these keys are not used: {names}", stacklevel=3)
