"""Entities of BILUO tags, as offsets and spans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kernel.errors import TextError
from kernel.text import Doc, Span

Offsets = tuple[int, int, str]
Tag = str | None

_FORM: Final = 'expected "O", "-" or a letter of B, I, L, U and a label, such as "B-PERSON"'


def tags_to_entities(tags: Iterable[Tag]) -> list[tuple[str, int, int]]:
    """Return label, first and last token of each entity of BILUO tags; `-` gives label "".

    Raises TextError for tags that do not follow each other.
    """
    entities = []
    start: int | None = None
    for i, tag in enumerate(tags):
        kind = "-" if tag is None else tag[:1]
        label = "" if tag is None else tag[2:]
        if kind == "B":
            start = i
        elif kind == "U" or (kind == "-" and start is None):
            entities.append((label if kind == "U" else "", i, i))
        elif kind in {"I", "L"}:
            if start is None:
                raise TextError(f"token {i} goes on with an entity that none begins: {tag!r}")
            if kind == "L":
                entities.append((label, start, i))
                start = None
        elif kind not in {"O", "-"}:
            raise TextError(f"{tag!r} is not a tag", hint=_FORM)
    return entities


def biluo_tags_to_spans(doc: Doc, tags: Iterable[Tag]) -> list[Span]:
    """Return the entities of BILUO tags as spans; unknown tokens have a span without a label."""
    return [Span(doc, start, end + 1, label) for label, start, end in tags_to_entities(tags)]


def biluo_tags_to_offsets(doc: Doc, tags: Iterable[Tag]) -> list[Offsets]:
    """Return the entities of BILUO tags as (start, end, label), offsets in characters."""
    spans = biluo_tags_to_spans(doc, tags)
    return [(span.start_char, span.end_char, span.label_) for span in spans]


def split_bilu_label(label: str) -> tuple[str, str]:
    """Return the letter and the name of a BILUO label such as `B-ORG`."""
    kind, _, name = label.partition("-")
    return kind, name


def remove_bilu_prefix(label: str) -> str:
    """Return the name of a BILUO label such as `B-ORG`."""
    return label.partition("-")[2]
