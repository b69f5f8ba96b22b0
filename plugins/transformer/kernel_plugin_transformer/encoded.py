"""What an encoder computes for a batch of docs: flat arrays, without padding.

Axes: B docs, N tokens of all docs, S spans of all docs, M word pieces of all spans, W width,
K pairs of a token and one of its word pieces, H heads of attention.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from thinc.types import Ragged

from kernel.ops import Floats, Ints


@frozen(eq=False, kw_only=True)
class EncodedBatch:
    """The word pieces of a batch of docs and their vectors, in the order doc, span, piece.

    hidden          (M, W)  float32, an array of the model's ops; special pieces have rows too
    input_ids       (M,)    int64, ids of the word pieces
    token_type_ids  (M,)    int64; None if the tokenizer has none
    span_lengths    (S,)    int32, word pieces per span
    span_bounds     (S, 2)  int32, the tokens of each span, start and end in its doc
    doc_spans       (B,)    int32, spans per doc
    doc_lengths     (B,)    int32, tokens per doc
    align           (K,)    rows of `hidden`, int32 on the model's device; its `lengths` are (N,),
                            the number of rows of each token, on the host. The rows of a token
                            ascend; a token in overlapping spans has the rows of all of them, and a
                            token without word pieces has none.
    cut_off         (B,)    int32, tokens per doc with a word piece that the encoder has no room for
                            and without any other
    outputs         further outputs of the encoder by their names at Hugging Face:
                    `pooler_output` (S, W); if the config asks for them, `hidden_states`, one (M, W)
                    for the embedding and each layer, and `attentions`, for each layer S arrays of
                    (H, pieces of the span, pieces of the span)

    Arrays without a mention of the device are numpy arrays.
    """

    hidden: Floats
    input_ids: Ints
    token_type_ids: Ints | None
    span_lengths: Ints
    span_bounds: Ints
    doc_spans: Ints
    doc_lengths: Ints
    align: Ragged
    cut_off: Ints
    outputs: Mapping[str, Any]

    @property
    def width(self) -> int:
        """The size of a vector."""
        return self.hidden.shape[1]

    @property
    def doc_pieces(self) -> Ints:
        """The number of word pieces of each doc.

        returns  (B,)
        """
        return sums(self.span_lengths, self.doc_spans)


def sums(values: Ints, lengths: Ints) -> Ints:
    """Return the sum of each group of consecutive values.

    values   (S,)
    lengths  (B,)  values per group, which may be 0
    returns  (B,)
    """
    ends = np.cumsum(lengths)
    totals = np.concatenate([[0], np.cumsum(values)])  # (S + 1,)
    return (totals[ends] - totals[ends - lengths]).astype(np.int32)


def offsets(lengths: Sequence[int] | Ints) -> Ints:
    """Return where each group starts among the items of all, and their number last.

    lengths  (B,)
    returns  (B + 1,)  int64
    """
    ends = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """Return consecutive numbers from each start, one group after the other.

    starts   (G,)
    lengths  (G,)
    returns  (sum of lengths,)  int64
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
