"""Batchers: from a stream of items to a stream of batches.

A batcher's factory returns a function from an iterator of items to an iterator of lists. All
batches of one factory share its sequence of sizes: a schedule continues where the last epoch ended.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from attrs import define, field

from kernel.errors import ArgumentError
from kernel.pipeline import minibatch, schedule

ItemT = TypeVar("ItemT")
SizeT = int | Iterable[int] | Iterable[float] | Callable[[int], float]
"""A batch size: a number, a generator, or a function from the number of sizes taken so far."""

Batcher = Callable[[Iterable[ItemT]], Iterator[list[ItemT]]]


def configure_minibatch_by_words(
    *,
    size: SizeT,
    tolerance: float,
    discard_oversize: bool,
    get_length: Callable[[Any], int] | None = None,
) -> Batcher[Any]:
    """Group the data into batches with about the same number of words.

    size              words per batch; a number or a schedule
    tolerance         share of `size` by which a batch may exceed it
    discard_oversize  skip items that are larger still; otherwise each is a batch of its own
    get_length        counts the words of an item; null: its length
    """
    sizes = _sizes(size)

    def batch_by_words(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
        return minibatch_by_words(
            items,
            sizes,
            tolerance=tolerance,
            discard_oversize=discard_oversize,
            get_length=get_length,
        )

    return batch_by_words


def configure_minibatch(
    size: SizeT, get_length: Callable[[Any], int] | None = None
) -> Batcher[Any]:
    """Group the data into batches with the same number of items of any length.

    size        items per batch; a number or a schedule
    get_length  has no effect
    """
    sizes = _sizes(size)

    def batch_by_sequence(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
        return minibatch(items, sizes)

    return batch_by_sequence


def configure_minibatch_by_padded_size(
    *,
    size: SizeT,
    buffer: int,
    discard_oversize: bool,
    get_length: Callable[[Any], int] | None = None,
) -> Batcher[Any]:
    """Group items of similar length into batches, limited by their padded size.

    size              number of items times longest item; a number or a schedule
    buffer            number of items that are sorted by length together
    discard_oversize  skip single items that are larger than `size`
    get_length        counts the words of an item; null: its length
    """
    sizes = _sizes(size)

    def batch_by_padded(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
        return minibatch_by_padded_size(
            items,
            sizes,
            buffer=buffer,
            discard_oversize=discard_oversize,
            get_length=get_length,
        )

    return batch_by_padded


def minibatch_by_words(
    items: Iterable[ItemT],
    size: SizeT,
    *,
    tolerance: float = 0.2,
    discard_oversize: bool = False,
    get_length: Callable[[ItemT], int] | None = None,
) -> Iterator[list[ItemT]]:
    """Yield batches of about `size` words.

    An item that would exceed `size` by no more than `tolerance` (a share of `size`) is kept back
    and starts the next batch. An item that is larger than this by itself becomes a batch of its
    own, or is skipped if `discard_oversize`.
    """
    length = get_length if get_length is not None else _length
    filling = _Filling[ItemT](sizes=_sizes(size), tolerance=tolerance)
    for item in items:
        n_words = length(item)
        if n_words > filling.limit:
            if not discard_oversize:
                yield [item]
        else:
            yield from filling.add(item, n_words)
    rest = filling.batch + filling.overflow
    if rest:
        yield rest


def minibatch_by_padded_size(
    items: Iterable[ItemT],
    size: SizeT,
    *,
    buffer: int = 256,
    discard_oversize: bool = False,
    get_length: Callable[[ItemT], int] | None = None,
) -> Iterator[list[ItemT]]:
    """Yield batches whose number of items times longest item is at most `size`.

    Items are sorted by length within each `buffer` of them, so that a batch has little padding.
    A single item that is larger than `size` is skipped if `discard_oversize`.
    """
    length = get_length if get_length is not None else _length
    sizes = _sizes(size)
    for outer in minibatch(items, buffer):
        target = next(sizes)
        lengths = [length(item) for item in outer]
        for group in _group_by_padded_size(lengths, target):
            padded = max(lengths[i] for i in group) * len(group)
            if discard_oversize and padded >= target:
                continue
            yield [outer[i] for i in group]


@define
class _Filling(Generic[ItemT]):
    """A batch that is being filled, and the items that will start the next one."""

    sizes: Iterator[int]
    tolerance: float
    target: int = 0
    limit: float = 0.0
    batch: list[ItemT] = field(factory=list)
    n_batch: int = 0
    overflow: list[ItemT] = field(factory=list)
    n_overflow: int = 0

    def __attrs_post_init__(self) -> None:
        self._take_size()

    def add(self, item: ItemT, n_words: int) -> Iterator[list[ItemT]]:
        """Add `item` to a batch; yield the batches that had to be finished first."""
        if self._try_to_add(item, n_words):
            return
        yield from self._start_next()
        if self._try_to_add(item, n_words):
            return
        yield from self._start_next()
        # The size may have become smaller than this item, which must be added all the same.
        self.batch, self.n_batch = [item], n_words

    def _start_next(self) -> Iterator[list[ItemT]]:
        if self.batch:
            yield self.batch
        self._take_size()
        self.batch, self.n_batch = self.overflow, self.n_overflow
        self.overflow, self.n_overflow = [], 0

    def _try_to_add(self, item: ItemT, n_words: int) -> bool:
        total = self.n_batch + self.n_overflow + n_words
        if not self.overflow and total <= self.target:
            self.batch.append(item)
            self.n_batch += n_words
        elif total <= self.limit:
            self.overflow.append(item)
            self.n_overflow += n_words
        else:
            return False
        return True

    def _take_size(self) -> None:
        self.target = next(self.sizes)
        self.limit = self.target + self.target * self.tolerance


def _group_by_padded_size(lengths: list[int], size: int) -> list[list[int]]:
    """Return the indices of `lengths` in groups, longest group first, each in original order."""
    groups: list[list[int]] = []
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Items are sorted by length, so the newest one is the longest.
        if group and lengths[index] * (len(group) + 1) > size:
            groups.append(group)
            group = []
        group.append(index)
    if group:
        groups.append(group)
    return [sorted(group) for group in reversed(groups)]


def _sizes(size: SizeT) -> Iterator[int]:
    """Return the size of each batch; a number is checked at once, a schedule at each step."""
    if isinstance(size, int | float):
        _checked_size(size)
    return map(_checked_size, schedule(size))


def _checked_size(size: float) -> int:
    if size < 1:
        raise ArgumentError(f"a batch needs a size of at least 1, got {size}")
    return int(size)


def _length(item: Any) -> int:
    return len(item)
