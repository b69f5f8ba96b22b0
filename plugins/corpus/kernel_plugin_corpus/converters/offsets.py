"""Entities and spans given by character offsets, aligned with the tokens of a doc."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from kernel.errors import DataError
from kernel.text import Doc, Span
from kernel_plugin_corpus.converters.misaligned import (
    MisalignedEntity,
    Misalignments,
    why_misaligned,
)
from kernel_plugin_corpus.converters.source import shorten


@frozen(order=True)
class Mark:
    """A labelled part of a text: its first character, the one after its last, and its label.

    text       what the export says these characters are, None if it does not
    fault      why no span of tokens can be this mark, empty if one may be
    is_placed  whether the offsets are those of the text
    line       its line in the file, None if it has no line of its own
    """

    start: int
    end: int
    label: str
    text: str | None = field(default=None, order=False, eq=False)
    fault: str = field(default="", order=False, eq=False)
    is_placed: bool = field(default=True, order=False, eq=False)
    line: int | None = field(default=None, order=False, eq=False)


@frozen
class Location:
    """The location of a document: its file, its line if known, and its number from 1."""

    path: Path | str
    line: int | None
    document: int

    def of(self, mark: Mark) -> Location:
        """Return the location of a mark of this document."""
        return self if mark.line is None else evolve(self, line=mark.line)

    def error(self, message: str, *, hint: str | None = None) -> DataError:
        """Return an error that names the file, and the line or, if unknown, the document."""
        if self.line is None:
            message = f"document {self.document}: {message}"
        return DataError(message, path=self.path, line=self.line, hint=hint)


def read_mark(value: Any, location: Location) -> Mark:
    """Return `[start, end, label]`, or an object with these keys.

    Raises `DataError` for any other value.
    """
    if isinstance(value, dict):
        value = [value.get("start"), value.get("end"), value.get("label")]
    match value:
        case [bool(), *_] | [_, bool(), *_]:
            pass
        case [int(start), int(end), str(label), *_]:
            return Mark(start, end, label)
        case [int(start), int(end), None] | [int(start), int(end)]:
            raise location.error(f"the entity at characters {start} to {end} has no label")
        case _:
            pass
    raise location.error(f"expected an entity as [start, end, label], got {shorten(value)}")


def check_mark(mark: Mark, text: str, location: Location) -> None:
    """Raise `DataError` if `mark` is empty, outside of `text`, or without a label."""
    location = location.of(mark)
    if mark.start == mark.end:
        raise location.error(f"the entity {mark.label} at character {mark.start} is empty")
    if not 0 <= mark.start < mark.end <= len(text):
        raise location.error(
            f"the entity {mark.label} at characters {mark.start} to {mark.end} is outside the "
            f"text, which has {len(text)} characters"
        )
    if not mark.label.strip():
        raise location.error(
            f"the entity {text[mark.start : mark.end]!r} at characters {mark.start} to {mark.end} "
            "has no label"
        )


def first_overlap(marks: Sequence[Mark]) -> tuple[Mark, Mark] | None:
    """Return the first two marks that share characters; None if there are none."""
    last: Mark | None = None
    for mark in sorted(set(marks)):
        if last is not None and mark.start < last.end:
            return last, mark
        last = mark
    return None


def set_entities(
    doc: Doc,
    marks: Sequence[Mark],
    location: Location,
    found: Misalignments,
    *,
    is_complete: bool = True,
) -> None:
    """Set `doc.ents`; those that do not align are widened to whole tokens or left unknown.

    is_complete  whether the tokens outside of the entities are known to be outside

    Raises `DataError` naming both if two entities overlap.
    """
    overlap = first_overlap(marks)
    if overlap is not None:
        raise location.error(
            "entities overlap: " + " and ".join(_quote(mark, doc.text) for mark in overlap),
            hint="keep one of them, or put spans that overlap under `spans`",
        )
    aligned = {mark: _aligned(doc, mark) for mark in sorted(set(marks))}
    spans = [span for span in aligned.values() if span is not None]
    unknown: set[int] = set()
    for mark in (mark for mark, span in aligned.items() if span is None):
        wide = _widened(doc, mark)
        others = [span for span in spans if _touch(span, wide)]
        outcome = _outcome(mark, wide, others, found.policy)
        found.add(_describe(doc, mark, wide, location, outcome))
        if found.policy == "snap" and wide is not None and not others:
            spans.append(wide)
        elif wide is not None:
            unknown.update(range(wide.start, wide.end))
    unknown -= {index for span in spans for index in range(span.start, span.end)}
    if is_complete:
        doc.set_ents(spans, missing=[doc[index : index + 1] for index in sorted(unknown)])
    else:
        doc.set_ents(spans, default="missing")


def char_spans(
    doc: Doc, marks: Sequence[Mark], location: Location, found: Misalignments
) -> list[Span]:
    """Return spans that may overlap; those that do not align are widened or left out."""
    spans = []
    for mark in marks:
        span = _aligned(doc, mark)
        if span is None:
            wide = _widened(doc, mark)
            outcome = _outcome(mark, wide, [], found.policy)
            found.add(_describe(doc, mark, wide, location, outcome))
            span = wide if found.policy == "snap" else None
        if span is not None:
            spans.append(span)
    return spans


def report_whitespace(doc: Doc, location: Location, found: Misalignments) -> None:
    """Trim the entities that start or end with whitespace tokens, which no model can predict.

    Unless the policy is "snap", their tokens become unknown.
    """
    marks = [Mark(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
    if any(_aligned(doc, mark) is None for mark in marks):
        unknown = [doc[token.i : token.i + 1] for token in doc if not token.ent_iob_]
        set_entities(doc, marks, location, found)
        if unknown:
            doc.set_ents([], missing=unknown, default="unmodified")


def _aligned(doc: Doc, mark: Mark) -> Span | None:
    """Return the tokens of `mark`, None if they are not whole or whitespace at an end."""
    span = None if mark.fault else doc.char_span(mark.start, mark.end, label=mark.label)
    if span is None or not span or span[0].is_space or span[-1].is_space:
        return None
    return span


def _widened(doc: Doc, mark: Mark) -> Span | None:
    """Return the tokens that `mark` touches, without whitespace at its ends, None if none."""
    if not mark.is_placed:
        return None
    text = doc.text[mark.start : mark.end]
    start = mark.start + len(text) - len(text.lstrip())
    end = mark.end - len(text) + len(text.rstrip())
    if start >= end:
        return None
    return doc.char_span(start, end, label=mark.label, alignment_mode="expand")


def _touch(one: Span, other: Span | None) -> bool:
    return other is not None and one.start < other.end and other.start < one.end


def _outcome(mark: Mark, wide: Span | None, others: Sequence[Span], policy: str) -> str:
    if policy == "error":
        return ""
    if policy == "skip" or wide is None:
        return "left out"
    if not others:
        return f"changed to {wide.text!r} at {wide.start_char} to {wide.end_char}"
    [*_, other] = others
    if other.label_ == mark.label and other.start <= wide.start and wide.end <= other.end:
        return f"joined with {other.label_} {other.text!r}"
    return f"left out, because it overlaps with {other.label_} {other.text!r}"


def _quote(mark: Mark, text: str) -> str:
    return f"{mark.label} {text[mark.start : mark.end]!r} (characters {mark.start} to {mark.end})"


def _describe(
    doc: Doc, mark: Mark, wide: Span | None, location: Location, outcome: str
) -> MisalignedEntity:
    suggestion = (
        "leave it out"
        if wide is None
        else f"{wide.text!r} at {wide.start_char} to {wide.end_char} would fit"
    )
    return MisalignedEntity(
        path=location.path,
        line=location.of(mark).line,
        document=location.document,
        start=mark.start,
        end=mark.end,
        label=mark.label,
        text=doc.text[max(0, mark.start) : max(0, mark.end)],
        reason=mark.fault or why_misaligned(doc, mark.start, mark.end),
        suggestion=suggestion,
        outcome=outcome,
    )
