"""The tokens of a batch of examples, and the alignment of predicted and gold tokens.

Axes: N predicted tokens of all examples, M gold tokens of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.text import DocBatch

if TYPE_CHECKING:
    from kernel.text import Example

Ints = npt.NDArray[Any]


class AlignedBatch:
    """The predicted and gold docs of examples, and the alignment of their tokens.

    gold_of  (N,) the index in the batch of the only gold token aligned with a predicted token; -1
             if there are none or several
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self.predicted = DocBatch([example.predicted for example in examples])
        self.reference = DocBatch([example.reference for example in examples])
        self.gold_of = _gold_of(examples, self.reference.offsets)

    def words(self) -> tuple[Ints, Ints]:
        """Return the predicted words that are aligned with one gold token, and those tokens.

        returns  (k,) and (k,)  whitespace is left out
        """
        rows = np.flatnonzero((self.gold_of >= 0) & ~self.predicted.whitespace())
        return rows, self.gold_of[rows]

    def gold_words(self) -> npt.NDArray[np.bool_]:
        """Return which gold tokens are words; whitespace does not count in any score.

        returns  (M,)
        """
        return ~self.reference.whitespace()


def has_repeats(aligned: Ints) -> bool:
    """Return whether several predicted tokens are aligned with the same gold token.

    aligned  (k,)  gold tokens, in the order of predicted tokens
    """
    return bool((np.diff(aligned) == 0).any())


def _gold_of(examples: Sequence[Example], offsets: Ints) -> Ints:
    arrays = [example.alignment.x2y for example in examples]
    if not arrays:
        return np.zeros(0, np.int64)
    lengths = np.concatenate([array.lengths for array in arrays])
    shifts = np.repeat(offsets[:-1], [len(array.data) for array in arrays])
    data = np.concatenate([array.data for array in arrays]) + shifts
    single = lengths == 1
    gold_of = np.full(len(lengths), -1, np.int64)
    gold_of[single] = data[(np.cumsum(lengths) - lengths)[single]]
    return gold_of
