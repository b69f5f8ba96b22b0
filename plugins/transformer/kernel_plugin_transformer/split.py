"""The part of a batch that belongs to one doc, in memory of its own."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from thinc.types import Ragged

from kernel_plugin_transformer.encoded import EncodedBatch, offsets


def split_by_doc(batch: EncodedBatch) -> list[EncodedBatch]:
    """Return each doc of a batch as a batch of one.

    Arrays are copied, so that a doc that is kept does not keep the vectors of all others.
    """
    align: Any = batch.align
    spans, tokens = offsets(batch.doc_spans), offsets(batch.doc_lengths)
    pieces, pairs = offsets(batch.span_lengths)[spans], offsets(align.lengths)[tokens]
    docs = range(len(batch.doc_spans) + 1)
    ends = (_slices(list(each)) for each in (docs, spans, pieces, tokens, pairs))
    return [_part(batch, *each) for each in zip(*ends, strict=True)]


def _slices(ends: Sequence[int]) -> list[slice]:
    return [slice(int(start), int(end)) for start, end in itertools.pairwise(ends)]


def _part(
    batch: EncodedBatch, doc: slice, spans: slice, pieces: slice, tokens: slice, pairs: slice
) -> EncodedBatch:
    ragged: Any = Ragged
    types = batch.token_type_ids
    return EncodedBatch(
        hidden=batch.hidden[pieces].copy(),
        input_ids=batch.input_ids[pieces].copy(),
        token_type_ids=None if types is None else types[pieces].copy(),
        span_lengths=batch.span_lengths[spans].copy(),
        span_bounds=batch.span_bounds[spans].copy(),
        doc_spans=batch.doc_spans[doc].copy(),
        doc_lengths=batch.doc_lengths[doc].copy(),
        align=ragged(batch.align.dataXd[pairs] - pieces.start, batch.align.lengths[tokens].copy()),
        cut_off=batch.cut_off[doc].copy(),
        outputs={
            name: _output(value, len(batch.input_ids), spans, pieces)
            for name, value in batch.outputs.items()
        },
    )


def _output(value: Any, n_pieces: int, spans: slice, pieces: slice) -> Any:
    """Return the part of an output: of spans, (S, W), of pieces, (M, W), or a list of spans."""
    if isinstance(value, tuple):
        return tuple(_output(each, n_pieces, spans, pieces) for each in value)
    if isinstance(value, list):
        return value[spans]
    return value[pieces if len(value) == n_pieces else spans].copy()
