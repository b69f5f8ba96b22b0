"""Entities given by character offsets, aligned with the tokens of a doc."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from kernel.errors import DataError
from kernel.text import Doc, Span
from kernel_plugin_corpus.converters.misaligned import (
    MisalignedEntity,
    Misalignments,
    why_misaligned,
)

Entity = tuple[int, int, str]


@frozen
class Location:
    """The location of a document: its file, its line if known, and its number from 1."""

    path: Path | str
    line: int | None
    document: int

    def error(self, message: str, *, hint: str | None = None) -> DataError:
        """Return an error that names the file, and the line or, if unknown, the document."""
        if self.line is None:
            message = f"document {self.document}: {message}"
        return DataError(message, path=self.path, line=self.line, hint=hint)


def read_entity(value: Any, text: str, location: Location) -> Entity:
    """Return `[start, end, label]`, or an object with these keys, as a tuple.

    Raises `DataError` for any other value, offsets outside `text`, and a missing label.
    """
    if isinstance(value, dict):
        value = [value.get("start"), value.get("end"), value.get("label")]
    match value:
        case [int(start), int(end), str(label), *_]:
            pass
        case [int(start), int(end), None] | [int(start), int(end)]:
            raise location.error(f"the entity at characters {start} to {end} has no label")
        case _:
            raise location.error(f"expected an entity as [start, end, label], got {value!r}")
    if not 0 <= start < end <= len(text):
        raise location.error(
            f"the entity {label} at characters {start} to {end} is outside the text, "
            f"which has {len(text)} characters"
        )
    if not label.strip():
        raise location.error(
            f"the entity {text[start:end]!r} at characters {start} to {end} has no label"
        )
    return start, end, label


def set_entities(
    doc: Doc, entities: Sequence[Entity], location: Location, found: Misalignments
) -> None:
    """Set `doc.ents`; entities that do not align are widened to whole tokens or left unknown.

    Raises `DataError` naming both if two entities overlap.
    """
    text = doc.text
    spans: list[Span] = []
    loose: list[Entity] = []
    for entity in _without_overlap(entities, text, location):
        span = doc.char_span(entity[0], entity[1], label=entity[2])
        if span is None:
            loose.append(entity)
        else:
            spans.append(span)
    unknown: list[Span] = []
    for start, end, label in loose:
        wide = doc.char_span(start, end, label=label, alignment_mode="expand")
        found.add(_describe(doc, (start, end, label), wide, location))
        if wide is None:
            continue
        taken = any(span.start < wide.end and wide.start < span.end for span in spans)
        if found.policy == "snap" and not taken:
            spans.append(wide)
        else:
            unknown += _free_tokens(doc, wide, spans)
    doc.set_ents(spans, missing=unknown)


def char_spans(
    doc: Doc, entities: Sequence[Entity], location: Location, found: Misalignments
) -> list[Span]:
    """Return spans that may overlap; spans that do not align are widened or left out."""
    spans = []
    for start, end, label in entities:
        span = doc.char_span(start, end, label=label)
        if span is None:
            wide = doc.char_span(start, end, label=label, alignment_mode="expand")
            found.add(_describe(doc, (start, end, label), wide, location))
            span = wide if found.policy == "snap" else None
        if span is not None:
            spans.append(span)
    return spans


def _without_overlap(entities: Sequence[Entity], text: str, location: Location) -> Iterator[Entity]:
    last: Entity | None = None
    for entity in sorted(set(entities)):
        if last is not None and entity[0] < last[1]:
            one, other = (
                f"{label} {text[start:end]!r} (characters {start} to {end})"
                for start, end, label in (last, entity)
            )
            raise location.error(
                f"entities overlap: {one} and {other}",
                hint="keep one of them, or put spans that overlap under `spans`",
            )
        last = entity
        yield entity


def _free_tokens(doc: Doc, wide: Span, spans: Sequence[Span]) -> list[Span]:
    return [
        doc[index : index + 1]
        for index in range(wide.start, wide.end)
        if not any(span.start <= index < span.end for span in spans)
    ]


def _describe(doc: Doc, entity: Entity, wide: Span | None, location: Location) -> MisalignedEntity:
    start, end, label = entity
    suggestion = (
        "leave it out"
        if wide is None
        else f"{wide.text!r} at {wide.start_char} to {wide.end_char} would fit"
    )
    return MisalignedEntity(
        path=location.path,
        line=location.line,
        document=location.document,
        start=start,
        end=end,
        label=label,
        text=doc.text[max(0, start) : max(0, end)],
        reason=why_misaligned(doc, start, end),
        suggestion=suggestion,
    )
