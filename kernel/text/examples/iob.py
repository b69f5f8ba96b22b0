"""Entities as tags: BILUO and IOB, to and from offsets and spans.

B, I and L tag the first, inner and last tokens of an entity, U its only token, O a token outside
of entities. `-` and None say that nothing is known of a token.
"""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

from kernel.errors import TextError
from kernel.text.docs.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kernel.text.docs.doc import Doc

Offsets = tuple[int, int, str]
Tag = str | None

_FORM: Final = 'expected "O", "-" or a letter of B, I, L, U and a label, such as "B-PERSON"'


@frozen(kw_only=True)
class Misaligned:
    """An entity that does not fit the tokens: offsets in characters, and why."""

    start: int
    end: int
    label: str
    text: str
    reason: str


def find_misaligned(doc: Doc, entities: Iterable[Sequence[Any]]) -> list[Misaligned]:
    """Return the entities (start, end, label, …) that are not whole tokens of the doc."""
    text = doc.text
    found = []
    for start, end, label in _as_offsets(entities):
        reason = _why_misaligned(doc, text, start, end)
        if reason:
            shown = text[max(0, start) : max(0, end)]
            found.append(Misaligned(start=start, end=end, label=label, text=shown, reason=reason))
    return found


def _as_offsets(entities: Iterable[Sequence[Any]]) -> list[Offsets]:
    """Return (start, end, label) of each; raises TextError for offsets that are not integers."""
    found = []
    for entity in entities:
        start, end, label, *_ = entity
        if not (isinstance(start, int | np.integer) and isinstance(end, int | np.integer)):
            raise TextError(f"expected (start, end, label) with whole numbers, got {entity!r}")
        found.append((int(start), int(end), str(label)))
    return found


def snap(doc: Doc, start: int, end: int) -> tuple[int, int] | None:
    """Return the offsets widened to whole tokens, None if no token is touched."""
    span = doc.char_span(max(0, start), min(end, len(doc.text)), alignment_mode="expand")
    return None if span is None else (span.start_char, span.end_char)


def _why_misaligned(doc: Doc, text: str, start: int, end: int) -> str:
    if start < 0 or end > len(text):
        return f"it lies outside of the text, which has {len(text)} characters"
    if start >= end:
        return "it is empty"
    if doc.char_span(start, end) is not None:
        return ""
    if text[start].isspace() or text[end - 1].isspace():
        return "it starts or ends with whitespace"
    wide = doc.char_span(start, end, alignment_mode="expand")
    if wide is None:
        return "it touches no token"
    inside = []
    if wide.start_char != start:
        inside.append(f"starts inside of the token {wide[0].text!r}")
    if wide.end_char != end:
        inside.append(f"ends inside of the token {wide[-1].text!r}")
    return "it " + " and ".join(inside)


# Tags of offsets


def offsets_to_biluo_tags(
    doc: Doc, entities: Iterable[Sequence[Any]], missing: Tag = "O"
) -> list[Tag]:
    """Return the tags of entities given as (start, end, label), offsets in characters.

    Tokens that an entity touches without fitting are `-`, with a warning; tokens in no entity
    are `missing`. Raises TextError if entities overlap.
    """
    given = _as_offsets(entities)
    _check_overlap([entity for entity in given if entity[2]])
    firsts = {start: i for i, start in enumerate(doc.char_starts().tolist())}
    lasts = {end: i for i, end in enumerate(doc.char_ends().tolist())}
    tags: list[Tag] = [missing] * len(doc)
    misaligned: list[Offsets] = []
    for start, end, label in given:
        first, last = firsts.get(start), lasts.get(end)
        if not label:
            for i in (i for at, i in firsts.items() if start <= at < end):
                tags[i] = "O"
        elif first is None or last is None or first > last:
            misaligned.append((start, end, label))
        else:
            tags[first : last + 1] = _biluo(label, last + 1 - first)
    if misaligned:
        _mark_touched(doc, tags, misaligned)
        if missing != "-":
            _warn_misaligned(doc, misaligned)
    return tags


def _check_overlap(entities: list[Offsets]) -> None:
    for one, two in pairwise(sorted(entities)):
        if two[0] < one[1]:
            raise TextError(
                f"the entities {one} and {two} overlap", hint="a token can be in one entity only"
            )


def _biluo(label: str, n: int) -> list[Tag]:
    if n == 1:
        return [f"U-{label}"]
    return [f"B-{label}", *[f"I-{label}"] * (n - 2), f"L-{label}"]


def _mark_touched(doc: Doc, tags: list[Tag], misaligned: list[Offsets]) -> None:
    starts, ends = doc.char_starts(), doc.char_ends()
    for start, end, _ in misaligned:
        for i in ((starts < end) & (ends > start)).nonzero()[0].tolist():
            tags[i] = "-"


def _warn_misaligned(doc: Doc, misaligned: list[Offsets]) -> None:
    text = doc.text
    shown = ", ".join(
        f"{text[start:end]!r} {(start, end, label)}" for start, end, label in misaligned
    )
    warnings.warn(
        f"entities that are no whole tokens are left out of {text[:50]!r}: {shown}", stacklevel=3
    )


# From tags


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
            raise TextError(f"{tag!r} is no tag", hint=_FORM)
    return entities


def biluo_tags_to_spans(doc: Doc, tags: Iterable[Tag]) -> list[Span]:
    """Return the entities of BILUO tags as spans; unknown tokens have a span without a label."""
    return [Span(doc, start, end + 1, label) for label, start, end in tags_to_entities(tags)]


def biluo_tags_to_offsets(doc: Doc, tags: Iterable[Tag]) -> list[Offsets]:
    """Return the entities of BILUO tags as (start, end, label), offsets in characters."""
    spans = biluo_tags_to_spans(doc, tags)
    return [(span.start_char, span.end_char, span.label_) for span in spans]


def biluo_to_iob(tags: Iterable[Tag]) -> list[Tag]:
    """Return BILUO tags as IOB tags."""
    turned = {"U-": "B-", "L-": "I-"}
    return [tag and turned.get(tag[:2], tag[:2]) + tag[2:] for tag in tags]


def iob_to_biluo(tags: Iterable[Tag]) -> list[Tag]:
    """Return IOB tags as BILUO tags; an I without a beginning begins.

    Raises TextError for a tag without a label.
    """
    remaining = list(tags)
    return list(_consume(remaining))


def _consume(tags: Sequence[Tag]) -> Iterator[Tag]:
    i = 0
    while i < len(tags):
        tag = tags[i]
        if tag is None or tag in {"O", "-", ""}:
            yield tag
            i += 1
            continue
        label = tag[2:]
        if tag[:2] not in {"B-", "I-", "L-", "U-"} or not label:
            raise TextError(f"{tag!r} is no tag", hint=_FORM)
        n = 1
        goes_on = {f"I-{label}", f"L-{label}"}
        while i + n < len(tags) and tags[i + n] in goes_on:
            n += 1
        yield from _biluo(label, n)
        i += n


def split_bilu_label(tag: str) -> tuple[str, str]:
    """Return letter and label of a tag."""
    kind, _, label = tag.partition("-")
    return kind, label


def remove_bilu_prefix(tag: str) -> str:
    """Return the label of a tag."""
    return tag.partition("-")[2]


offsets_from_biluo_tags = biluo_tags_to_offsets
spans_from_biluo_tags = biluo_tags_to_spans
biluo_tags_from_offsets = offsets_to_biluo_tags
