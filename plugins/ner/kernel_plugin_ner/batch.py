"""The columns of a batch of docs that the BILUO system needs.

Axes: B docs, N tokens of all of them, L entity types, C classes.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from kernel.text import DocBatch
from kernel_plugin_ner.classes import Classes, Floats, Ints, Masks, as_penalties


@frozen
class BiluoBatch:
    """The columns of a batch. Tokens are numbered through the batch.

    offsets    (B + 1,)  the first token of each doc, and N
    ends       (N,)      the token after the last one of its doc
    blocks     (N,)      the token's first row in `penalties`; add the number of the open type
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
    """Return the batch of `docs`."""
    offsets = docs.offsets
    lengths = offsets[1:] - offsets[:-1]
    ends = np.repeat(offsets[1:], lengths)
    last = np.zeros(len(ends), np.bool_)
    last[offsets[1:][lengths > 0] - 1] = True
    space = docs.whitespace()
    next_starts = np.zeros(len(ends), np.bool_)
    if docs.has_column("sent_start"):
        np.equal(docs.column("sent_start")[1:], 1, out=next_starts[:-1])
        next_starts[last] = False
    iob = docs.column("ent_iob") if docs.has_column("ent_iob") else None
    if iob is None or not iob.any():
        kinds = space + np.int32(4) * last + np.int32(2) * next_starts
        blocks = kinds * np.int32(classes.n_types)
        return BiluoBatch(offsets, ends, blocks, classes.plain_penalties(), None)
    preset = classes.numbers(docs.column("ent_type"))
    preset_blocks, penalties = _preset_penalties(classes, last, next_starts, space, iob, preset)
    return BiluoBatch(offsets, ends, preset_blocks, penalties, iob)


def _preset_penalties(
    classes: Classes, last: Masks, next_starts: Masks, space: Masks, iob: Ints, preset: Ints
) -> tuple[Ints, Floats]:
    """Return the blocks of tokens with preset annotation, and a table of the kinds that occur."""
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
