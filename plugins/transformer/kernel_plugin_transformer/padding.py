"""Flat arrays of word pieces as matrices with one row per span, padded to the longest.

Axes: S spans, L word pieces of the longest span, M word pieces, W width, H heads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernel.ops import Ints, array_module
from kernel_plugin_transformer.encoded import ranges


class Padding:
    """The places of word pieces in the padded matrix.

    lengths  (S,)  word pieces per span
    """

    def __init__(self, lengths: Ints) -> None:
        self.shape = (len(lengths), int(lengths.max()) if len(lengths) else 0)
        starts = np.arange(len(lengths)) * self.shape[1]
        self.places: Ints = ranges(starts, lengths)  # (M,)

    def pad(self, values: Any, fill: float = 0) -> Any:
        """Return values of pieces in the matrix.

        values   (M, …)
        returns  (S, L, …)
        """
        xp: Any = array_module(values)
        matrix = xp.full((self.shape[0] * self.shape[1], *values.shape[1:]), fill, values.dtype)
        matrix[xp.asarray(self.places)] = values
        return matrix.reshape(*self.shape, *values.shape[1:])

    def pad_output(self, value: Any) -> Any:
        """Return an output of `EncodedBatch.outputs` as Hugging Face has it.

        value  (S, W), (M, W), S of (H, l, l), or a tuple of them
        """
        if isinstance(value, tuple):
            return tuple(map(self.pad_output, value))
        if isinstance(value, list):
            return self._pad_maps(value)
        return self.pad(value) if self._is_of_pieces(value) else value

    def _is_of_pieces(self, value: Any) -> bool:
        # If both numbers are equal, every span has one piece, and padding would add an axis of 1.
        return len(value) == len(self.places) and len(value) != self.shape[0]

    def _pad_maps(self, maps: list[Any]) -> Any:
        n_spans, longest = self.shape
        xp: Any = array_module(maps[0]) if maps else np
        heads = len(maps[0]) if maps else 0
        matrix = xp.zeros((n_spans, heads, longest, longest), dtype="float32")
        for index, each in enumerate(maps):
            matrix[index, :, : each.shape[1], : each.shape[2]] = each
        return matrix
