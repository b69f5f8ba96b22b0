"""Sub-batches: which spans go through the encoder together.

The spans of a sub-batch are padded to the longest of them. Spans of similar length are put
together, so that there is little padding, but not so few that a call of the encoder costs more
than the padding it saves.

Axes: S spans, U distinct lengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen

from kernel.errors import ArgumentError
from kernel.ops import Ints


@frozen
class Costs:
    """What a call of the encoder costs, in the time that one padded word piece takes.

    call  a call by itself
    pair  a pair of padded word pieces in the same span, for attention
    """

    call: float
    pair: float


# Set by hand between the costs of prediction and of training, which
# `benchmarks/transformer_batches.py` measures with an encoder of six layers.
CPU_COSTS: Final = Costs(call=24, pair=0.0008)
GPU_COSTS: Final = Costs(call=2000, pair=0.0002)


def plan(lengths: Ints, budget: int, costs: Costs) -> list[Ints]:
    """Return the spans of each sub-batch, longest first.

    lengths  (S,)  word pieces of each span
    budget   most padded word pieces of a sub-batch, except for a single span that is longer
    returns  for each sub-batch the indices of its spans, ascending within a length; spans without
             word pieces are in none

    The cheapest partition of the spans, sorted by length, into consecutive groups: dynamic
    programming over the distinct lengths. The result depends only on the arguments.

    Raises `ArgumentError` for a budget of less than 1.
    """
    if budget < 1:
        raise ArgumentError(f"`max_batch_items` must be at least 1, got {budget!r}")
    order = np.argsort(lengths, kind="stable")
    order = order[np.count_nonzero(lengths == 0) :]
    sizes, counts = np.unique(lengths[order], return_counts=True)  # (U,), (U,)
    groups: list[Ints] = []
    ends = np.concatenate([[0], np.cumsum(counts)])
    for first, last in _cheapest(sizes, ends, budget, costs):
        spans = order[ends[first] : ends[last + 1]]
        groups += _chunks(spans, max(1, budget // int(sizes[last])))
    return groups[::-1]


def _cheapest(sizes: Ints, ends: Ints, budget: int, costs: Costs) -> Sequence[tuple[int, int]]:
    """Return the first and the last distinct length of each group.

    sizes  (U,)      ascending
    ends   (U + 1,)  how many spans are shorter than each length, and S
    """
    best = np.zeros(len(sizes) + 1)  # the cost of the spans of the first lengths
    start_of = np.zeros(len(sizes), np.int64)
    per_span = np.maximum(budget // sizes, 1)  # (U,) spans of a sub-batch
    for last, size in enumerate(sizes.tolist()):
        counts = ends[last + 1] - ends[: last + 1]
        calls = -(-counts // per_span[last])
        totals = best[: last + 1] + calls * costs.call + counts * size * (1 + costs.pair * size)
        start_of[last] = totals.argmin()
        best[last + 1] = totals[start_of[last]]
    groups = []
    last = len(sizes) - 1
    while last >= 0:
        groups.append((int(start_of[last]), last))
        last = int(start_of[last]) - 1
    return groups[::-1]


def _chunks(spans: Ints, size: int) -> list[Ints]:
    """Return `spans` in equal parts of at most `size`."""
    n_parts = -(-len(spans) // size)
    return np.array_split(spans, n_parts)
