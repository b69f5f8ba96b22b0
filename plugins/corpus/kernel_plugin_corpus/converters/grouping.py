"""Grouping of sentences into docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from kernel.errors import DataError

ItemT = TypeVar("ItemT")


def check_n_sents(n_sents: int) -> None:
    """Raise `DataError` if the number of sentences is negative."""
    if n_sents < 0:
        raise DataError(
            f"`n_sents` is {n_sents}; expected 0 or more",
            hint="0 puts all sentences of a file into one doc",
        )


def group(sentences: Sequence[ItemT], n_sents: int) -> Iterator[Sequence[ItemT]]:
    """Yield groups of `n_sents` sentences; the last may be smaller. 0 makes one group of all."""
    size = n_sents or max(len(sentences), 1)
    for start in range(0, len(sentences), size):
        yield sentences[start : start + size]
