"""Arrays of several docs in one block of memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kernel.arrays import array_module, as_numpy
from kernel.errors import ShapeError
from kernel.ops.types import Floats, Ints


class Packed(list[Floats]):
    """A list of arrays, one per doc, which are consecutive rows of one array.

    data     (N, D)  the rows of all docs
    lengths  (B,)    the number of rows of each doc; int32, on the host

    Other layers can use it as a list of arrays. The list must not be changed; the arrays may be.
    """

    __slots__ = ("data", "lengths")

    def __init__(self, data: Floats, lengths: Sequence[int] | Ints) -> None:
        self.data = data
        self.lengths: Ints = np.asarray(lengths, dtype="int32")
        ends = self.lengths.cumsum().tolist()
        if (ends[-1] if ends else 0) != len(data):
            raise ShapeError(
                f"lengths add up to {ends[-1] if ends else 0}, but rows are {len(data)}"
            )
        starts = [0, *ends[:-1]]
        super().__init__([data[start:end] for start, end in zip(starts, ends, strict=False)])

    def like(self, data: Floats) -> Packed:
        """Return other rows, (N, K), split in the same way."""
        return Packed(data, self.lengths)


def packed(arrays: Any, *, width: int | None = None, xp: Any = None) -> Packed:
    """Return a list of arrays as `Packed`; a packed list is returned unchanged.

    arrays   B of (n_i, D), or a `Ragged` of Thinc
    width    ()  D; required if the list may be empty
    xp       ()  the array module for an empty list, default numpy
    """
    if isinstance(arrays, Packed):
        return arrays
    if hasattr(arrays, "dataXd"):
        return Packed(arrays.dataXd, as_numpy(arrays.lengths))
    lengths = [len(array) for array in arrays]
    if not lengths:
        return Packed((xp or np).zeros((0, width or 0), dtype="float32"), lengths)
    module = xp or array_module(arrays[0])
    return Packed(module.concatenate(list(arrays)), lengths)
