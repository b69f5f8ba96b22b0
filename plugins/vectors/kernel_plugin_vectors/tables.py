"""Setting the word vectors of a vocabulary.

Axes: R rows, D width.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from kernel.errors import ArgumentError, DataError, TextError
from kernel.text import NO_RANK, Vectors, Vocab
from kernel_plugin_vectors.files import (
    WordVectors,
    read_array,
    read_floret_table,
    read_word_vectors,
)

ARRAY_SUFFIXES = (".npz", ".npy")


def make_vectors() -> Callable[[Vocab], Vectors]:
    """Return a function that creates an empty table; the mode is set when data is loaded."""
    return lambda vocab: Vectors(strings=vocab.strings)


@frozen
class Report:
    """How many vectors were read and kept.

    n_read    number of words in the file, or of rows in a floret table
    n_rows    number of rows of the table
    n_pruned  number of words that got the vector of another word
    """

    n_read: int
    n_rows: int
    n_pruned: int


def load_file(
    vocab: Vocab,
    path: Path,
    *,
    mode: str = "default",
    truncate: int = 0,
    prune: int = -1,
    name: str | None = None,
    attr: str = "ORTH",
) -> Report:
    """Set the vectors of `vocab` to those in a file.

    mode      "default": one vector per word; "floret": a table of n-grams written by floret
    truncate  number of words to read from the start of the file; 0: all
    prune     number of vectors to keep, other words get the most similar one; -1: keep all
    name      name of the vectors
    attr      token attribute by which vectors are looked up

    Raises `DataError` for a file that cannot be used, `ArgumentError` if `truncate` is given for
    a floret table.
    """
    if mode == "floret":
        if truncate:
            raise ArgumentError("a floret table cannot be truncated: all words share its rows")
        table = read_floret_table(path)
        try:
            vocab.vectors = Vectors(
                strings=vocab.strings,
                data=table.data,
                name=name,
                mode=mode,
                attr=attr,
                **table.settings,
            )
        except TextError as error:
            raise DataError(error.message, path=path, line=1, hint=error.hint) from error
        return Report(len(table.data), len(table.data), 0)
    words = _read_words(vocab, path, truncate)
    vocab.vectors = Vectors(
        strings=vocab.strings,
        data=words.data,
        keys=vocab.strings.add_all(words.words).tolist(),
        name=name,
        attr=attr,
    )
    vocab.lexemes.rows(words.words)
    # Files list the most frequent words first; pruning keeps the first vectors.
    pruned = vocab.prune_vectors(prune) if prune >= 0 else {}
    vocab.deduplicate_vectors()
    return Report(len(words.words), len(vocab.vectors), len(pruned))


def _read_words(vocab: Vocab, path: Path, limit: int) -> WordVectors:
    if path.suffix not in ARRAY_SUFFIXES:
        return read_word_vectors(path, limit=limit)
    data = read_array(path)
    ranked = {lexeme.rank: lexeme.text for lexeme in vocab if lexeme.rank != NO_RANK}
    stop = min(limit or len(data), len(data))
    missing = [rank for rank in range(stop) if rank not in ranked]
    if missing:
        raise DataError(
            f"no word has the rank {missing[0]}, but the array has {stop} rows to read",
            path=path,
            hint="list the words and their ranks (`id`) in a file, and pass it as --lexemes-jsonl",
        )
    return WordVectors([ranked[rank] for rank in range(stop)], data[:stop])
