"""Writing entities that a ruler found into the columns of a batch.

Axes: N tokens of all docs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy.typing as npt

from kernel.text import DocBatch, ent_iob

# Start, end, label and id.
Entity: TypeAlias = tuple[int, int, int, int]
Values = npt.NDArray[Any]


def write_entities(docs: DocBatch, entities: Sequence[Sequence[Entity]]) -> None:
    """Add entities, which do not overlap, to each doc; replace those that overlap with a new one.

    All other tokens are outside of an entity, as after `doc.ents = …`.
    """
    iob, types = docs.column("ent_iob"), docs.column("ent_type")  # (N,)
    found = [
        (offset + start, offset + end, label, id_)
        for of_doc, offset in zip(entities, docs.offsets.tolist(), strict=False)
        for start, end, label, id_ in of_doc
    ]
    names = [name for name in ("ent_id", "ent_kb_id") if docs.has_column(name)]
    columns = {"ent_iob": iob, "ent_type": types, **{name: docs.column(name) for name in names}}
    if docs.has_column("ent_type"):
        is_outside = (types == 0) | (iob == ent_iob.MISSING) | (iob == ent_iob.OUTSIDE)
        iob[is_outside], types[is_outside] = ent_iob.OUTSIDE, 0
        if not is_outside.all():
            _remove_overlapping(columns, found)
    else:
        iob[:] = ent_iob.OUTSIDE
    for name in names:
        columns[name][types == 0] = 0
    if "ent_id" not in columns and any(id_ for *_, id_ in found):
        columns["ent_id"] = docs.column("ent_id")
    _add(columns, found)
    docs.write(**columns)


def _remove_overlapping(columns: dict[str, Values], entities: Iterable[Entity]) -> None:
    """Remove each entity that has a token of a new one."""
    iob, types = columns["ent_iob"], columns["ent_type"]
    for start, end, *_ in entities:
        if not types[start:end].any():
            continue
        while iob[start] == ent_iob.INSIDE:
            start -= 1  # noqa: PLW2901 — the start of what is removed
        while end < len(iob) and iob[end] == ent_iob.INSIDE:
            end += 1  # noqa: PLW2901 — the end of what is removed
        iob[start:end], types[start:end] = ent_iob.OUTSIDE, 0


def _add(columns: dict[str, Values], entities: Iterable[Entity]) -> None:
    iob, types, ids = columns["ent_iob"], columns["ent_type"], columns.get("ent_id")
    for start, end, label, id_ in entities:
        iob[start] = ent_iob.BEGIN
        if end > start + 1:
            iob[start + 1 : end] = ent_iob.INSIDE
        types[start:end] = label
        if ids is not None:
            ids[start:end] = id_
