"""Entities as tags: BILUO tags of offsets, and to and from IOB.

B, I and L tag the first, inner and last tokens of an entity, U its only token, O a token outside
of entities. `-` and None say that nothing is known of a token.
"""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import TextError
from kernel.text.examples.annotation_types import check_entities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kernel.text.docs.doc import Doc

Offsets = tuple[int, int, str]
Tag = str | None

_ORDER: Final = "the tags of an entity are B, I, …, L in this order, or only U, with the same label"
_UNLABELLED: Final = frozenset({kind + dash for kind in "BILU" for dash in ("", "-")})
_FORM: Final = 'expected "O", "-" or a letter of B, I, L, U and a label, such as "B-PERSON"'


def offsets_to_biluo_tags(
    doc: Doc, entities: Iterable[Sequence[Any]], missing: Tag = "O"
) -> list[Tag]:
    """Return the tags of entities given as (start, end, label), offsets in characters.

    Tokens that an entity touches without fitting are `-`, with a warning; tokens in no entity
    are `missing`. Raises TextError if entities overlap, or one is not (start, end, label).
    """
    listed = list(entities)
    check_entities(listed)
    given: list[Offsets] = [(int(start), int(end), label) for start, end, label in listed]
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
        f"entities that do not end at token boundaries are left out of {text[:50]!r}: {shown}",
        stacklevel=3,
    )


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


def settle_labels(tags: Iterable[Tag]) -> list[Tag]:
    """Return the tags; an entity with a tag without a label becomes unknown, and `O-X` is `O`.

    Augmenters that move tokens make such tags. Warns about the first one.
    """
    settled = list(tags)
    wrong = next((tag for tag in settled if tag in _UNLABELLED or _is_labelled_o(tag)), None)
    if wrong is None:
        return settled
    read = "O" if _is_labelled_o(wrong) else "-"
    warnings.warn(f"the entity tag {wrong!r} is not valid, and is read as {read!r}", stacklevel=5)
    start, is_unknown = 0, False
    for i, tag in enumerate(settled):
        if tag is None or tag[:1] not in {"I", "L"}:
            start, is_unknown = i, False
        if _is_labelled_o(tag):
            settled[i] = "O"
        is_unknown = is_unknown or tag in _UNLABELLED
        if is_unknown:
            settled[start : i + 1] = [None] * (i + 1 - start)
    return settled


def _is_labelled_o(tag: Tag) -> bool:
    return tag is not None and tag.startswith("O-")


def check_biluo(tags: Sequence[Tag]) -> None:
    """Raise TextError for an entity that does not begin with B or does not end with L.

    Tags without any L or U are IOB tags, which are not checked.
    """
    if not any(tag and tag[0] in "LU" for tag in tags):
        return
    is_open = None
    for i, tag in enumerate([*tags, "O"]):
        kind, label = (tag[:1], tag[2:]) if tag else ("-", "")
        continues = kind in {"I", "L"}
        if is_open is not None and not (continues and label == is_open):
            raise TextError(f"the entity {is_open!r} has no end before token {i}", hint=_ORDER)
        if continues and is_open is None:
            raise TextError(f"{tag!r}, the tag of token {i}, follows no beginning", hint=_ORDER)
        is_open = label if kind in {"B", "I"} else None


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
            raise TextError(f"{tag!r} is not a tag", hint=_FORM)
        n = 1
        goes_on = {f"I-{label}", f"L-{label}"}
        while i + n < len(tags) and tags[i + n] in goes_on:
            n += 1
        yield from _biluo(label, n)
        i += n
