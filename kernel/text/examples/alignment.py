"""Which tokens of one tokenization share characters with which of another.

Axes: N tokens of one side, M of the other, P pairs of tokens that share characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = npt.NDArray[np.int32]


class AlignmentArray:
    """For each token of one side, the tokens of the other that it is aligned with.

    data     (P,)  positions on the other side, those of the first token first
    lengths  (N,)  how many belong to each token
    """

    __slots__ = ("data", "lengths", "starts")

    def __init__(
        self, alignment: Sequence[Sequence[int]] = (), *, arrays: tuple[Any, Any] | None = None
    ) -> None:
        """Take the positions on the other side, one list per token, or `data` and `lengths`."""
        data, lengths = arrays or (
            [position for each in alignment for position in each],
            [len(each) for each in alignment],
        )
        self.data: Ints = np.asarray(data, np.int32)
        self.lengths: Ints = np.asarray(lengths, np.int32)
        self.starts: Ints = np.cumsum(self.lengths, dtype=np.int32) - self.lengths

    @property
    def ends(self) -> Ints:
        """Where the part of each token ends in `data`.

        returns  (N,)
        """
        return self.starts + self.lengths

    def __len__(self) -> int:
        return len(self.lengths)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AlignmentArray):
            return NotImplemented
        same = np.array_equal(self.lengths, other.lengths)
        return same and np.array_equal(self.data, other.data)

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, key: int | slice) -> Ints:
        """Return the positions that one token, or all of a slice, are aligned with."""
        if isinstance(key, slice):
            if key.step not in {None, 1}:
                raise TextError(
                    f"an alignment only supports slicing with a step of 1, got {key.step}"
                )
            start, stop, _ = key.indices(len(self))
            if start >= stop:
                return self.data[:0]
            return self.data[self.starts[start] : self.ends[stop - 1]]
        if not isinstance(key, int | np.integer):
            raise TextError(
                f"an alignment only supports indexing using an int or a slice, got {key!r}"
            )
        return self.data[self.starts[key] : self.starts[key] + self.lengths[key]]


@frozen(eq=False)
class Alignment:
    """The alignment of two tokenizations, both ways.

    `is_identity` says that the tokens are the same, one for one.
    """

    x2y: AlignmentArray
    y2x: AlignmentArray
    is_identity: bool = False

    @classmethod
    def identity(cls, n: int) -> Alignment:
        """Return the alignment of `n` tokens with themselves."""
        array = AlignmentArray(arrays=(np.arange(n), np.ones(n, np.int32)))
        return cls(array, array, is_identity=True)

    @classmethod
    def from_indices(cls, x2y: Sequence[Sequence[int]], y2x: Sequence[Sequence[int]]) -> Alignment:
        """Return the alignment of these lists of positions, one list a token."""
        return cls(AlignmentArray(x2y), AlignmentArray(y2x))

    @classmethod
    def from_strings(cls, A: Sequence[str], B: Sequence[str]) -> Alignment:  # noqa: N803
        """Align the tokens of one text, cut in two ways; case and whitespace may differ.

        Raises TextError if it is not the same text.
        """
        if len(A) == len(B) and list(A) == list(B):
            return cls.identity(len(A))
        a, b = _fold("".join(A)), _fold("".join(B))
        if "".join(a.split()) != "".join(b.split()):
            raise TextError(_difference(a, b), hint="both sides must be tokens of the same text")
        lengths_a = np.fromiter(map(len, A), np.int64, len(A))
        lengths_b = np.fromiter(map(len, B), np.int64, len(B))
        if a == b and not any(char.isspace() for char in a):
            first = np.repeat(np.arange(len(A)), lengths_a)
            second = np.repeat(np.arange(len(B)), lengths_b)
        else:
            first, second = _walk(_cut(a, lengths_a), _cut(b, lengths_b))
        return cls._of_characters(first, second, len(A), len(B))

    @classmethod
    def _of_characters(
        cls, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], n: int, m: int
    ) -> Alignment:
        """Return the alignment of tokens that share characters.

        first    (chars,)  the token of one side that each character is in
        second   (chars,)  the token of the other side
        """
        is_new = np.ones(len(first), np.bool_)
        is_new[1:] = (np.diff(first) != 0) | (np.diff(second) != 0)
        first, second = first[is_new], second[is_new]  # (P,)
        return cls(
            AlignmentArray(arrays=(second, np.bincount(first, minlength=n))),
            AlignmentArray(arrays=(first, np.bincount(second, minlength=m))),
        )


def _fold(text: str) -> str:
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    # A few letters become two in lower case; they stay as they are.
    return "".join([char.lower() if len(char.lower()) == 1 else char for char in text])


def _cut(text: str, lengths: npt.NDArray[np.int64]) -> list[str]:
    ends = np.cumsum(lengths).tolist()
    return [text[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def _walk(
    A: list[str],  # noqa: N803
    B: list[str],  # noqa: N803
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the pairs of tokens that share a character, where there is whitespace to skip.

    This is a loop because what is skipped depends on what came before; it takes tokens that
    are the same on both sides in one step.
    """
    pairs: list[tuple[int, int]] = []
    i = j = at = bt = 0
    while i < len(A) and j < len(B):
        if at == bt == 0 and A[i] == B[j]:
            pairs.append((i, j))
            at, bt = len(A[i]), len(B[j])
        elif A[i][at : at + 1] == B[j][bt : bt + 1]:
            pairs.append((i, j))
            at, bt = at + 1, bt + 1
        elif A[i][at : at + 1].isspace():
            at += 1
        else:
            bt += 1
        if at >= len(A[i]):
            i, at = i + 1, 0
        if bt >= len(B[j]):
            j, bt = j + 1, 0
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _difference(a: str, b: str) -> str:
    a, b = "".join(a.split()), "".join(b.split())
    place = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    start = max(0, place - 10)
    return (
        "the tokens are not those of one text: "
        f"one goes {a[start : place + 20]!r}, the other {b[start : place + 20]!r}"
    )
