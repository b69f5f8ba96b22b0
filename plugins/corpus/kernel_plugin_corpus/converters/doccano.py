"""doccano: its exports as JSONL or JSON, of text classification and sequence labelling.

A document has its text in `text` (or `data`), and one of

- `label` or `labels`: `[[start, end, label], …]`
- `entities`: `[{"start_offset", "end_offset", "label"}, …]`, with `relations`, which are not used
- `label`, `labels` or `cats`: `["category", …]`; the other categories of the file get 0

See `offset_units` for the offsets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.text import Doc
from kernel_plugin_corpus.converters.annotated import AnnotatedText, make_docs, report
from kernel_plugin_corpus.converters.jsonl import as_list, read_labels
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.offsets import Location, Mark, read_mark
from kernel_plugin_corpus.converters.records import Record, read_records, unknown_format
from kernel_plugin_corpus.converters.source import open_source

if TYPE_CHECKING:
    from kernel.pipeline import Language

_LABEL_KEYS = ("label", "labels", "entities", "annotations", "cats")


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
    records = read_records(opened)
    texts = [_read_document(record) for record in records]
    if any(text.spans for text in texts):
        for text in texts:
            # In a project of sequence labelling, a document without labels has no entities.
            text.spans = text.spans or []
    relations = sum(
        len(record.data["relations"])
        for record in records
        if isinstance(record.data.get("relations"), list)
    )
    report(opened.name, relations, "relation", "not used")
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    yield from make_docs(texts, nlp=nlp, name=opened.name, found=found, is_unit_known=False)


def _read_document(record: Record) -> AnnotatedText:
    data, location = record.data, record.location
    content = data.get("text", data.get("data")) if isinstance(data, dict) else None
    if not isinstance(content, str):
        raise unknown_format(location, 'expected an object with a "text"')
    text = AnnotatedText(location=location, text=content)
    for key in _LABEL_KEYS:
        for item in as_list(data.get(key) or [], key, location):
            _read_label(text, item, key, location)
    return text


def _read_label(text: AnnotatedText, item: Any, key: str, location: Location) -> None:
    """Add a label of a part of the text, or of the whole text."""
    match item:
        case {"start_offset": start, "end_offset": end, "label": label}:
            mark = read_mark([start, end, _name(label)], location)
        case [start, end, label, *_]:
            mark = read_mark([start, end, _name(label)], location)
        case {"label": label}:
            text.labels = [*(text.labels or []), *read_labels(_name(label), key, location)]
            return
        case _:
            text.labels = [*(text.labels or []), *read_labels(_name(item), key, location)]
            return
    text.spans = [*(text.spans or []), Mark(mark.start, mark.end, mark.label)]


def _name(label: Any) -> Any:
    """Return the number of a label, which old versions write instead of its name, as its name."""
    return str(label) if isinstance(label, int) and not isinstance(label, bool) else label
