"""Named entities of a doc, from and to its columns.

Axes: N tokens, E entities. ENT_IOB is 0 (missing), 1 (inside), 2 (outside) or 3 (begin).
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.docs.ent_iob import BEGIN, ID_COLUMNS, INSIDE, MISSING, OUTSIDE
from kernel.text.docs.span import Span
from kernel.text.errors import BoundsError, TextTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel.text.docs.columns import Ids, Ints
    from kernel.text.docs.doc import Doc

_BEGINS: Final = bytes([BEGIN])
_INSIDES: Final = bytes([INSIDE])
_MISSING_INSIDE: Final = bytes([MISSING, INSIDE])
_OUTSIDE_INSIDE: Final = bytes([OUTSIDE, INSIDE])
DEFAULTS: Final = ("outside", "missing", "blocked", "unmodified")


# The IOB column is read as bytes: entities are few, and `split` passes over what is between
# them. A loop over entities, as each becomes an object anyway, but not over tokens.


def _bounds(data: bytes) -> list[tuple[int, int]]:
    """Return first token and end of each entity of an IOB column."""
    if data.startswith(_INSIDES) or _MISSING_INSIDE in data or _OUTSIDE_INSIDE in data:
        raise TextError(
            "a token is inside an entity that nothing begins",
            hint="set ENT_IOB to 3 on the first token of each entity",
        )
    before, *pieces = data.split(_BEGINS)
    bounds = []
    start = len(before)
    for piece in pieces:
        # Nothing inside comes after something outside, so counting finds the end.
        bounds.append((start, start + 1 + piece.count(_INSIDES)))
        start += 1 + len(piece)
    return bounds


def ent_arrays(doc: Doc) -> tuple[Ints, Ints, Ids]:
    """Return first token, end and label of every entity; those without a label are left out.

    returns  (E,)  each
    """
    iob = doc.annotations.get("ent_iob")
    bounds = [] if iob is None else _bounds(iob.tobytes())
    both = np.array(bounds, np.int32).reshape(-1, 2)
    labels: Ids = doc.column("ent_type")[both[:, 0]]
    has_label = labels != 0
    return both[has_label, 0], both[has_label, 1], labels[has_label]


def get_ents(doc: Doc) -> tuple[Span, ...]:
    """Return the entities that have a label."""
    columns = doc.annotations
    iob, types = columns.get("ent_iob"), columns.get("ent_type")
    if iob is None:
        return ()
    if types is None or "ent_kb_id" in columns or "ent_id" in columns:
        return _ents_with_ids(doc, iob.tobytes())
    return Span.make_labelled(doc, _bounds(iob.tobytes()), types.data)


def _ents_with_ids(doc: Doc, iob: bytes) -> tuple[Span, ...]:
    label_of, kb_id_of, id_of = (doc.column(name).item for name in ID_COLUMNS)
    return tuple(
        [
            Span.make(doc, start, end, label, kb_id_of(start), id_of(start))
            for start, end in _bounds(iob)
            if (label := label_of(start))
        ]
    )


def _checked_spans(entities: Iterable[Any] | None) -> list[Span]:
    spans = list(entities or ())
    for span in spans:
        if not isinstance(span, Span):
            raise TextTypeError(f"expected a Span, got {span!r}")
    return spans


def set_ents(
    doc: Doc,
    entities: Iterable[Span],
    *,
    blocked: Iterable[Span] | None = None,
    missing: Iterable[Span] | None = None,
    outside: Iterable[Span] | None = None,
    default: str = "outside",
) -> None:
    """Set entities, and what is known of the tokens outside of them.

    `default` is what tokens in none of the lists become: "outside", "missing", "blocked"
    or "unmodified". The `ent_id` of tokens changes only where a span has an id.
    Raises TextError if spans overlap, or for an unknown `default`, BoundsError for tokens that
    are not there.
    """
    if default not in DEFAULTS:
        raise TextError(f"expected a default of {', '.join(DEFAULTS)}, got {default!r}")
    entities, *others = map(_checked_spans, (entities, blocked, missing, outside))
    # An entity without a label is none, but its tokens may be in no other list either.
    _check_spans(doc, [*entities, *others[0], *others[1], *others[2]])
    columns = _start_columns(doc, default)
    for spans, tag in zip(others, (BEGIN, MISSING, OUTSIDE), strict=True):
        _clear(columns, spans, tag)
    for span in entities:
        if span.label and span.end > span.start:
            _write(doc, columns, span)
    if default == "unmodified" or blocked or missing or outside:
        columns["ent_iob"] = repair(columns["ent_iob"], columns["ent_type"])
    doc.annotations.pop("ent_kb_id", None)
    doc.annotations.update(columns)


def as_span(doc: Doc, entity: Any) -> Span:
    """Return what `doc.ents` may be set to: a span, or a tuple of label, start and end."""
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
    raise TextTypeError(f"expected a Span or a tuple (label, start, end), got {entity!r}")


def _check_spans(doc: Doc, spans: list[Span]) -> None:
    last: Span | None = None
    for span in sorted(spans, key=_start):
        if span.end > len(doc):
            raise BoundsError(
                f"no tokens {span.start} to {span.end} in a doc of {len(doc)}",
                hint="spans do not follow their words when tokens are merged or split",
            )
        if last is not None and span.start < last.end:
            raise TextError(
                f"the spans {last.text!r} (tokens {last.start} to {last.end}, {last.label_}) and "
                f"{span.text!r} (tokens {span.start} to {span.end}, {span.label_}) overlap",
                hint="a token can be in one entity only; keep the longest of those that overlap",
            )
        if span.end > span.start:
            last = span


_start: Final = attrgetter("start")


def _start_columns(doc: Doc, default: str) -> dict[str, npt.NDArray[Any]]:
    """Return the columns to write to; those of ids are made when an entity has one."""
    present = doc.annotations.keys()
    if default == "unmodified":
        kept = {"ent_iob", "ent_type", *(present & ID_COLUMNS)}
        return {name: doc.column(name).copy() for name in kept}
    tag = {"outside": OUTSIDE, "missing": MISSING, "blocked": BEGIN}[default]
    n = len(doc)
    ids = {name: doc.column(name).copy() for name in present & {"ent_id"}}
    return {"ent_iob": np.full(n, tag, np.int8), "ent_type": np.zeros(n, np.uint64), **ids}


def _write(doc: Doc, columns: dict[str, npt.NDArray[Any]], span: Span) -> None:
    start, end = span.start, span.end
    columns["ent_iob"][start:end] = INSIDE
    columns["ent_iob"][start] = BEGIN
    columns["ent_type"][start:end] = span.label
    if span.kb_id or "ent_kb_id" in columns:
        _writable(doc, columns, "ent_kb_id")[start:end] = span.kb_id
    if span.id:
        _writable(doc, columns, "ent_id")[start:end] = span.id


def _clear(columns: dict[str, npt.NDArray[Any]], spans: list[Span], tag: int) -> None:
    for span in spans:
        columns["ent_iob"][span.start : span.end] = tag
        for name in columns.keys() & {"ent_type", "ent_kb_id"}:
            columns[name][span.start : span.end] = 0


def _writable(doc: Doc, columns: dict[str, npt.NDArray[Any]], name: str) -> npt.NDArray[Any]:
    if name not in columns:
        columns[name] = np.zeros(len(doc), np.uint64)
    return columns[name]


def repair(iob: npt.NDArray[np.int8], types: Ids) -> npt.NDArray[np.int8]:
    """Begin an entity where one goes on that has lost its beginning.

    iob      (N,)
    types    (N,)
    returns  (N,)
    """
    before, type_before = np.roll(iob, 1), np.roll(types, 1)
    before[:1] = OUTSIDE
    goes_on = ((before == INSIDE) | (before == BEGIN)) & (types == type_before)
    return np.where((iob == INSIDE) & ~goes_on, np.int8(BEGIN), iob)
