"""Named entities of a doc, from and to its columns.

Axes: N tokens, E entities. ENT_IOB is 0 (missing), 1 (inside), 2 (outside) or 3 (begin).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.span import Span

if TYPE_CHECKING:
    from kernel.text.doc import Doc

Ints = npt.NDArray[np.int32]
Ids = npt.NDArray[np.uint64]

MISSING: Final = 0
INSIDE: Final = 1
OUTSIDE: Final = 2
BEGIN: Final = 3
DEFAULTS: Final = ("outside", "missing", "blocked", "unmodified")

# The IOB column as bytes is searched with regular expressions: quicker than arrays for a
# sentence, as quick for a book.
_ENTITY: Final = re.compile(rb"\x03\x01*")
_LOOSE: Final = re.compile(rb"(?:^|[\x00\x02])\x01")


def _bounds(iob: npt.NDArray[np.int8]) -> list[tuple[int, int]]:
    data = iob.tobytes()
    if b"\x01" in data and _LOOSE.search(data):
        raise TextError(
            "a token is inside an entity that nothing begins",
            hint="set ENT_IOB to 3 on the first token of each entity",
        )
    return [match.span() for match in _ENTITY.finditer(data)]


def ent_arrays(doc: Doc) -> tuple[Ints, Ints, Ids]:
    """Return first token, end and label of every entity; those without a label are left out.

    returns  (E,)  each
    """
    iob = doc.columns.get("ent_iob")
    bounds = [] if iob is None else _bounds(iob)
    both = np.array(bounds, np.int32).reshape(-1, 2)
    labels = doc.column("ent_type")[both[:, 0]] if bounds else np.zeros(0, np.uint64)
    has_label = labels != 0
    return both[has_label, 0], both[has_label, 1], labels[has_label]


def get_ents(doc: Doc) -> tuple[Span, ...]:
    """See `Doc.ents`."""
    iob = doc.columns.get("ent_iob")
    bounds = [] if iob is None else _bounds(iob)
    types = doc.columns.get("ent_type")
    if not bounds or types is None:
        return ()
    kb_ids, ids = doc.columns.get("ent_kb_id"), doc.columns.get("ent_id")
    found = []
    for start, end in bounds:
        label = int(types[start])
        if label:
            kb_id = 0 if kb_ids is None else int(kb_ids[start])
            ent_id = 0 if ids is None else int(ids[start])
            found.append(Span.make(doc, start, end, label, kb_id, ent_id))
    return tuple(found)


def as_spans(doc: Doc, entities: Iterable[Any]) -> list[Span]:
    """Return spans of what `doc.ents` may be set to: spans, or tuples of label, start and end."""
    return [_as_span(doc, entity) for entity in entities]


def checked_spans(entities: Iterable[Any]) -> list[Span]:
    """Return the spans; raises TextError if something else is among them."""
    spans = list(entities)
    for span in spans:
        if not isinstance(span, Span):
            raise TextError(f"expected a Span, got {span!r}")
    return spans


def set_ents(
    doc: Doc,
    entities: list[Span],
    *,
    blocked: Iterable[Span] | None = None,
    missing: Iterable[Span] | None = None,
    outside: Iterable[Span] | None = None,
    default: str = "outside",
) -> None:
    """See `Doc.set_ents`."""
    if default not in DEFAULTS:
        raise TextError(f"expected a default of {', '.join(DEFAULTS)}, got {default!r}")
    others = [checked_spans(spans or ()) for spans in (blocked, missing, outside)]
    # An entity without a label is none, but its tokens may be in no other list either.
    _check_overlap(doc, [entities, *others])
    columns = _start_columns(doc, default)
    for spans, tag in zip(others, (BEGIN, MISSING, OUTSIDE), strict=True):
        for span in spans:
            columns["ent_iob"][span.start : span.end] = tag
            for name in ("ent_type", "ent_kb_id", "ent_id"):
                columns[name][span.start : span.end] = 0
    for span in entities:
        if span.label and span.end > span.start:
            _write(columns, span)
    columns["ent_iob"] = _repair(columns["ent_iob"], columns["ent_type"])
    doc.columns.update(columns)


def _as_span(doc: Doc, entity: Any) -> Span:
    if isinstance(entity, Span):
        return entity
    if isinstance(entity, tuple | list):
        match entity:
            case label, start, end:
                return Span(doc, start, end, label)
            case label, kb_id, start, end:
                return Span(doc, start, end, label, kb_id=kb_id)
            case ent_id, kb_id, label, start, end:
                return Span(doc, start, end, label, kb_id=kb_id, span_id=ent_id)
            case _:
                pass
    raise TextError(f"expected a Span or a tuple (label, start, end), got {entity!r}")


def _check_overlap(doc: Doc, groups: list[list[Span]]) -> None:
    spans = sorted((span for group in groups for span in group), key=lambda span: span.start)
    last: Span | None = None
    for span in spans:
        if last is not None and span.start < last.end:
            raise TextError(
                f"the spans {last.text!r} (tokens {last.start} to {last.end}, {last.label_}) and "
                f"{span.text!r} (tokens {span.start} to {span.end}, {span.label_}) overlap",
                hint="a token can be in one entity only; kernel.util.filter_spans keeps the longest",
            )
        if span.end > span.start:
            last = span


def _start_columns(doc: Doc, default: str) -> dict[str, npt.NDArray[Any]]:
    names = ("ent_iob", "ent_type", "ent_kb_id", "ent_id")
    if default == "unmodified":
        return {name: doc.column(name).copy() for name in names}
    tag = {"outside": OUTSIDE, "missing": MISSING, "blocked": BEGIN}[default]
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.zeros(len(doc), np.uint64) for name in names[1:]
    }
    return {"ent_iob": np.full(len(doc), tag, np.int8), **columns}


def _write(columns: dict[str, npt.NDArray[Any]], span: Span) -> None:
    start, end = span.start, span.end
    columns["ent_iob"][start:end] = INSIDE
    columns["ent_iob"][start] = BEGIN
    columns["ent_type"][start:end] = span.label
    columns["ent_kb_id"][start:end] = span.kb_id
    if span.id:
        columns["ent_id"][start:end] = span.id


def _repair(iob: npt.NDArray[np.int8], types: Ids) -> npt.NDArray[np.int8]:
    """Begin an entity where one goes on that has lost its beginning.

    iob      (N,)
    types    (N,)
    returns  (N,)
    """
    before, type_before = np.roll(iob, 1), np.roll(types, 1)
    before[:1] = OUTSIDE
    goes_on = ((before == INSIDE) | (before == BEGIN)) & (types == type_before)
    return np.where((iob == INSIDE) & ~goes_on, np.int8(BEGIN), iob)
