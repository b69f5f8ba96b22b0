"""Vocabularies get word vectors.

Axes: R rows, D width.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from kernel.errors import DataError, KernelError
from kernel.text import NO_RANK, Vectors, Vocab
from kernel_plugin_vectors.files import (
    WordVectors,
    read_array,
    read_floret_table,
    read_word_vectors,
)

ARRAYS = (".npz", ".npy")


def make_vectors() -> Callable[[Vocab], Vectors]:
    """Make what gives a vocabulary an empty table; its mode comes with the data."""
    return lambda vocab: Vectors(strings=vocab.strings)


@frozen
class Report:
    """What became of a file of vectors.

    n_read    words in the file, or rows of floret's table
    n_rows    rows of the table
    n_pruned  words whose vectors are those of others now
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
    """Give `vocab` the word vectors in a file.

    mode      "default": a vector a word; "floret": the table of n-grams that floret wrote
    truncate  read only so many words, the first of the file; 0: all
    prune     keep so many vectors, and give other words the nearest of them; -1: keep all
    name      what the vectors are called
    attr      the attribute of a token by which its vector is found

    Raises `DataError` for a file that will not do, `KernelError` for settings that do not fit.
    """
    if mode == "floret":
        if truncate:
            raise KernelError("a floret table cannot be truncated: all words share its rows")
        table = read_floret_table(path)
        vocab.vectors = Vectors(
            strings=vocab.strings,
            data=table.data,
            name=name,
            mode=mode,
            attr=attr,
            **table.settings,
        )
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
    # The first words of a file are the most frequent ones: these keep their vectors.
    pruned = vocab.prune_vectors(prune) if prune >= 0 else {}
    vocab.deduplicate_vectors()
    return Report(len(words.words), len(vocab.vectors), len(pruned))


def _read_words(vocab: Vocab, path: Path, limit: int) -> WordVectors:
    if path.suffix not in ARRAYS:
        return read_word_vectors(path, limit=limit)
    data = read_array(path)
    ranked = {lexeme.rank: lexeme.text for lexeme in vocab if lexeme.rank != NO_RANK}
    stop = min(limit or len(data), len(data))
    missing = [rank for rank in range(stop) if rank not in ranked]
    if missing:
        raise DataError(
            f"no word has the rank {missing[0]}, one of {stop} rows",
            path=path,
            hint="give the words and their ranks (`id`) with --lexemes-jsonl",
        )
    return WordVectors([ranked[rank] for rank in range(stop)], data[:stop])
