"""The training batches of a run: epoch after epoch, in an order given by the seed.

The position in the data is the number of batches taken. To restore it, the corpus and the batcher
are created again and that many batches are skipped. This also restores their internal state, such
as schedules of sizes and random numbers of augmenters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING, Final

from kernel.errors import DataError
from kernel.pipeline import Language
from kernel.text import Example

if TYPE_CHECKING:
    from kernel.random import Streams

Corpus = Callable[[Language], Iterable[Example]]
Batcher = Callable[[Iterable[Example]], Iterable[list[Example]]]

ORDER_STREAM: Final = "data"
READING_STREAM: Final = "augment"
_EXAMPLES_PER_SCOPE: Final = 64


class Batches(Iterator[tuple[int, list[Example]]]):
    """Yields (epoch, examples), with epochs from 0, and counts the batches taken.

    max_epochs  0: endless, with the corpus in memory; n: n epochs; -1: endless, reading the corpus
                again in each epoch without shuffling
    where       the name of the corpus in the config, for errors

    Shuffling and batching draw from the stream `data`, reading from the stream `augment`.
    Raises `DataError` if there is nothing to train on.
    """

    def __init__(
        self,
        nlp: Language,
        corpus: Corpus,
        batcher: Batcher,
        *,
        max_epochs: int,
        streams: Streams,
        where: str = "training.train_corpus",
    ) -> None:
        self.taken = 0
        self.words = 0
        self._nlp = nlp
        self._corpus = corpus
        self._batcher = batcher
        self._streams = streams
        self._where = where
        self._stream = self._read_epochs() if max_epochs == -1 else self._keep(max_epochs)

    def __next__(self) -> tuple[int, list[Example]]:
        with self._streams.use(ORDER_STREAM):
            epoch, examples = next(self._stream)
        self.taken += 1
        self.words += sum(len(example.predicted) for example in examples)
        return epoch, examples

    def skip(self, n_batches: int) -> None:
        """Skip `n_batches` batches.

        Raises `DataError` if there are fewer.
        """
        with self._streams.use(ORDER_STREAM):  # once, not for each batch
            for _ in range(n_batches):
                if next(self, None) is None:
                    raise DataError(
                        f"`{self._where}` gives {self.taken} batches, expected at least {n_batches}"
                    )

    def _keep(self, max_epochs: int) -> Iterator[tuple[int, list[Example]]]:
        examples = list(read(self._corpus, self._nlp, self._streams))
        for epoch in islice(count(), max_epochs or None):
            with self._streams.use(ORDER_STREAM) as generator:
                order = generator.permutation(len(examples)).tolist()
            examples = [examples[index] for index in order]
            yield from self._epoch(epoch, examples)

    def _read_epochs(self) -> Iterator[tuple[int, list[Example]]]:
        for epoch in count():
            yield from self._epoch(epoch, read(self._corpus, self._nlp, self._streams))

    def _epoch(
        self, epoch: int, examples: Iterable[Example]
    ) -> Iterator[tuple[int, list[Example]]]:
        is_empty = True
        for batch in self._batcher(examples):
            is_empty = False
            yield epoch, batch
        if is_empty:
            raise DataError(
                f"`{self._where}` has no training examples",
                hint="the file may be empty, or every doc longer than the batcher accepts",
            )


def read(
    corpus: Corpus, nlp: Language, streams: Streams, stream: str = READING_STREAM
) -> Iterator[Example]:
    """Yield the examples of `corpus`; its random numbers come from one stream.

    They are read in chunks, because entering a stream takes as long as reading a short doc.
    """
    with streams.use(stream):
        examples = iter(corpus(nlp))
        chunk = list(islice(examples, _EXAMPLES_PER_SCOPE))
    while chunk:
        yield from chunk
        with streams.use(stream):
            chunk = list(islice(examples, _EXAMPLES_PER_SCOPE))


def subdivide(examples: Sequence[Example], n_parts: int) -> list[list[Example]]:
    """Split a batch into `n_parts` of similar size, shortest docs first.

    The remainder of the division is one more part; a batch smaller than `n_parts` is not split.
    """
    if n_parts <= 1 or len(examples) < n_parts:
        return [list(examples)] if examples else []
    ordered = sorted(examples, key=lambda example: len(example.predicted))
    size = len(ordered) // n_parts
    parts = [ordered[start : start + size] for start in range(0, size * n_parts, size)]
    rest = ordered[size * n_parts :]
    return [*parts, rest] if rest else parts
