"""What the BILUO system has to know of the docs of a batch, as one column for all of them.

Axes: B docs, N tokens of all of them, L entity types, C classes.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import Doc, DocBatch, LexemeTable
from kernel_plugin_ner.classes import Classes, Floats, Ints, Masks, as_penalties

_spaces: weakref.WeakKeyDictionary[LexemeTable, npt.NDArray[np.bool_]] = weakref.WeakKeyDictionary()


@frozen
class BiluoBatch:
    """Tokens are numbered through the batch.

    offsets    (B + 1,)  the first token of each doc, and N
    ends       (N,)      the token after the last one of its doc
    blocks     (N,)      where the rows of `penalties` for the token begin; add the open type
    penalties  (?, C)    0 where a class is valid, -inf elsewhere
    iob        (N,)      preset ENT_IOB, None if nothing is preset
    """

    offsets: Ints
    ends: Ints
    blocks: Ints
    penalties: Floats
    iob: Ints | None

    def __len__(self) -> int:
        return len(self.ends)


def make_batch(docs: DocBatch, classes: Classes) -> BiluoBatch:
    """Return the columns of `docs`."""
    offsets = docs.offsets
    lengths = offsets[1:] - offsets[:-1]
    ends = np.repeat(offsets[1:], lengths)
    last = np.zeros(len(ends), np.bool_)
    last[offsets[1:][lengths > 0] - 1] = True
    space = gather_spaces(docs)
    starts = concatenate(docs, "sent_start", np.int8)
    next_starts = np.zeros(len(ends), np.bool_)
    if starts is not None:
        np.equal(starts[1:], 1, out=next_starts[:-1])
        next_starts[last] = False
    iob = concatenate(docs, "ent_iob", np.int8)
    if iob is None or not iob.any():
        kinds = space + np.int32(4) * last
        if starts is not None:
            kinds += np.int32(2) * next_starts
        blocks = kinds * np.int32(classes.n_types)
        return BiluoBatch(offsets, ends, blocks, classes.plain_penalties(), None)
    types = concatenate(docs, "ent_type", np.uint64)
    preset = np.zeros(len(ends), np.int32) if types is None else classes.numbers(types)
    preset_blocks, penalties = _preset_penalties(classes, last, next_starts, space, iob, preset)
    return BiluoBatch(offsets, ends, preset_blocks, penalties, iob)


def concatenate(docs: Sequence[Doc], name: str, dtype: Any) -> npt.NDArray[Any] | None:
    """Return a column of all docs, zero where a doc does not have it; None if none has.

    returns  (N,)
    """
    columns = [doc.columns.get(name) for doc in docs]
    if all(column is None for column in columns):
        return None
    whole: npt.NDArray[Any] = np.concatenate(
        [
            np.zeros(len(doc), dtype) if column is None else column
            for doc, column in zip(docs, columns, strict=True)
        ]
    )
    return whole


def gather_spaces(docs: Sequence[Doc]) -> Masks:
    """Say of each token of the docs whether it is whitespace.

    returns  (N,)
    """
    if not docs:
        return np.zeros(0, np.bool_)
    table = docs[0].lexemes
    if all(doc.lexemes is table for doc in docs):
        return _is_space(table).take(np.concatenate([doc.lex for doc in docs]))
    return np.concatenate([_is_space(doc.lexemes)[doc.lex] for doc in docs])


def _is_space(table: LexemeTable) -> Masks:
    """Say of each row of the table whether it is whitespace; only new rows are looked at.

    The table's own flags would say it too, but making them costs eighteen times as much.
    """
    known = _spaces.get(table)
    n_known = 0 if known is None else len(known)
    if known is None or n_known < len(table):
        fresh = np.array([text.isspace() for text in table.texts[n_known:]], np.bool_)
        known = fresh if known is None else np.concatenate([known, fresh])
        _spaces[table] = known
    return known


def _preset_penalties(
    classes: Classes, last: Masks, next_starts: Masks, space: Masks, iob: Ints, preset: Ints
) -> tuple[Ints, Floats]:
    """Return the blocks of tokens with preset annotation, and a table for the kinds that occur."""
    next_iob = np.zeros_like(iob)
    next_iob[:-1] = iob[1:]
    next_iob[last] = 0
    columns = [last, next_starts, space, iob, preset, next_iob]
    kinds, numbers = np.unique(
        np.stack(columns, axis=1).astype(np.int32), axis=0, return_inverse=True
    )
    flags = [kinds[:, i] == 1 for i in range(3)]
    valid = classes.validity(flags[0], flags[1], flags[2], *kinds.T[3:])
    blocks = (numbers.reshape(-1) * classes.n_types).astype(np.int32)
    return blocks, as_penalties(valid)
