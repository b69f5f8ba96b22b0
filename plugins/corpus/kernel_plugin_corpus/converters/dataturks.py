"""DataTurks: its exports of labelled documents and of classified texts, as JSONL.

A document is `{"content": text, "annotation": [{"label": […], "points": [range, …]}, …]}` or
`{"content": text, "annotation": {"labels": […]}}`. A range is `{"start", "end", "text"}`, where
`end` is the last character, not the one after it. See `offset_units` for the offsets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs
from kernel_plugin_corpus.converters.jsonl import as_list, read_labels
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location, Mark, read_mark
from kernel_plugin_corpus.converters.records import Record, read_records, unknown_format
from kernel_plugin_corpus.converters.source import open_source, shorten

if TYPE_CHECKING:
    from kernel.pipeline import Language


def convert(
    source: Path | str,
    *,
    nlp: Language,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield one doc per document of `source`.

    on_misaligned  what to do with entities that do not align with the tokens: stop, leave their
                   tokens without annotation, or change them to whole tokens
    misaligned     receives those entities

    Raises `DataError` with the line of a malformed document.
    """
    opened = open_source(source)
    texts = [_read_document(record) for record in read_records(opened)]
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    yield from make_docs(texts, nlp=nlp, name=opened.name, found=found, is_unit_known=False)


def _read_document(record: Record) -> AnnotatedText:
    data, location = record.data, record.location
    if not isinstance(data, dict) or not isinstance(data.get("content"), str):
        raise unknown_format(location, 'expected an object with a "content"')
    text = AnnotatedText(location=location, text=data["content"])
    annotation = data.get("annotation")
    if isinstance(annotation, dict):
        text.labels = read_labels(annotation.get("labels"), "labels", location)
    else:
        items = as_list(annotation or [], "annotation", location)
        text.spans = [mark for item in items for mark in _read_marks(item, location)]
    return text


def _read_marks(item: Any, location: Location) -> Iterator[Mark]:
    """Yield a mark for each label of each of the item's ranges; an item may have no label."""
    if not isinstance(item, dict):
        raise location.error(f"expected an annotation, an object, got {shorten(item)}")
    for label in read_labels(item.get("label") or [], "label", location):
        for point in as_list(item.get("points") or [], "points", location):
            match point:
                case {"start": start, "end": int(last)}:
                    mark = read_mark([start, last + 1, label], location)
                case _:
                    raise location.error(f"expected a range of characters, got {shorten(point)}")
            surface = point.get("text")
            yield Mark(mark.start, mark.end, label, surface if isinstance(surface, str) else None)
