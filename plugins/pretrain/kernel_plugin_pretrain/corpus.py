"""Raw text in compact form: tokenized once, then read in a new order in each epoch.

Tokenization takes a tenth of the time of an epoch, and the text may be larger than the memory. The
words of all docs are therefore stored in a temporary file, at four bytes per word.

Axes: N tokens of one doc.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from kernel.errors import DataError
from kernel.random import generator
from kernel.text import Doc, DocBatch, Example

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.text import Vocab

Reader = Callable[[Any], Iterable[Example]]

# The number of words that are held in memory before they are written.
_BUFFER_SIZE: Final = 1_000_000


class StoredDocs:
    """The words and spaces of docs, in a temporary file that the system deletes.

    Docs are added inside a `with` block, and read after it.

    A value in the file is the word's row in the vocabulary's lexeme table, times two, plus one if a
    space follows. Annotations are not stored.

    digest  a checksum of all words in their order
    """

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 — open as long as the object lives
        self._ends = array("q", [0])
        self._buffer: list[Any] = []
        self._n_buffered = 0
        self._values: Any = np.zeros(0, np.int32)
        self._hash = hashlib.blake2b(digest_size=16)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._flush()
            self._file.flush()
            if self.n_words:  # an empty file cannot be mapped
                self._values = np.memmap(self._file, np.int32, mode="r", shape=(self.n_words,))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def n_words(self) -> int:
        """The number of words of all docs."""
        return self._ends[-1]

    @property
    def digest(self) -> str:
        """A checksum of all words in their order."""
        return self._hash.hexdigest()

    def add(self, doc: Doc) -> None:
        """Store a doc whose words are in the vocabulary."""
        lex = doc.lex if doc.lexemes is self._vocab.lexemes else self._rows(doc)
        values = lex.astype(np.int32) * 2 + doc.spaces
        self._ends.append(self._ends[-1] + len(values))
        self._buffer.append(values)
        self._n_buffered += len(values)
        if self._n_buffered >= _BUFFER_SIZE:
            self._flush()

    def read(self, indices: Iterable[int]) -> Iterator[Doc]:
        """Yield the docs with these indices."""
        ends, vocab, lexemes = self._ends, self._vocab, self._vocab.lexemes
        for index in indices:
            values = np.array(self._values[ends[index] : ends[index + 1]])  # (N,)
            yield Doc.from_rows(vocab, values >> 1, (values & 1).astype(np.bool_), lexemes)

    def _rows(self, doc: Doc) -> Any:
        return Doc(self._vocab, words=[token.text for token in doc]).lex

    def _flush(self) -> None:
        if not self._buffer:
            return
        values = np.concatenate(self._buffer)
        self._buffer, self._n_buffered = [], 0
        self._hash.update(self._vocab.lexemes.column("ORTH")[values >> 1].tobytes())
        self._file.write(values.tobytes())


class RawCorpus:
    """The docs to learn from, in a new random order in each epoch, and the held-out docs.

    The order is drawn from the current random stream. It is a corpus: called with a pipeline, it
    yields examples whose predicted and reference doc are the same.
    """

    def __init__(self, docs: StoredDocs, held_out: StoredDocs) -> None:
        self.docs = docs
        self.held_out = held_out

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Yield all docs to learn from."""
        for doc in self.docs.read(generator().permutation(len(self.docs))):
            yield Example(doc, doc)

    def held_out_batches(self, n_words: int) -> Iterator[DocBatch]:
        """Yield the held-out docs in their order, in batches of about `n_words` words."""
        batch: list[Doc] = []
        size = 0
        for doc in self.held_out.read(range(len(self.held_out))):
            batch.append(doc)
            size += len(doc)
            if size >= n_words:
                yield DocBatch(batch)
                batch, size = [], 0
        if batch:
            yield DocBatch(batch)

    @property
    def digest(self) -> list[str]:
        """Checksums of the docs to learn from and the held-out docs."""
        return [self.docs.digest, self.held_out.digest]


def read_corpus(
    vocab: Vocab,
    examples: Iterable[Example],
    held_out_examples: Iterable[Example] | None,
    *,
    held_out: float,
    where: str,
    watch: Callable[[int], None],
) -> RawCorpus:
    """Read all text, and return it in compact form.

    held_out  the share of the docs that are held out, at equal distances; rounded up, so that there
              is one of few docs
    where     the name of the corpus in the config, for errors
    watch     is called with the number of words read so far, now and then

    Raises `DataError` if there is no text, or none is held out.
    """
    with StoredDocs(vocab) as kept, StoredDocs(vocab) as out:
        for number, doc in enumerate(_docs(examples), start=1):
            is_out = math.ceil(number * held_out) > math.ceil((number - 1) * held_out)
            (out if is_out else kept).add(doc)
            if number % 1000 == 0:
                watch(kept.n_words + out.n_words)
        for doc in _docs(held_out_examples or ()):
            out.add(doc)
    if not len(kept):
        raise DataError(
            f"`{where}` has no text to learn from",
            hint="the file may be empty, or its texts shorter or longer than the reader accepts",
        )
    if not len(out) and held_out_examples is not None:
        raise DataError("`pretraining.held_out_corpus` has no text")
    return RawCorpus(kept, out)


def _docs(examples: Iterable[Example]) -> Iterator[Doc]:
    return (example.reference for example in examples if len(example.reference))


def docs_of(examples: Sequence[Example]) -> DocBatch:
    """Return the docs of a batch."""
    return DocBatch([example.reference for example in examples])
