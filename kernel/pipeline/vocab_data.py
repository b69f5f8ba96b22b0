"""Attributes of words from a file, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, KernelError

if TYPE_CHECKING:
    from kernel.text import Vocab


def read_vocab_data(vocab: Vocab, path: Path) -> None:
    """Set the attributes of the words in the JSONL file `path`; all ranks start anew.

    A line is `{"orth": word, "id": rank, "norm": ..., ...}`. A line of `settings` is skipped,
    and so are numbers with a fraction, as spaCy's files have them. Raises `DataError` naming
    the line that will not do.
    """
    vocab.lexemes.reset_ranks()
    for line, entry in _entries(path):
        word = entry.pop("orth", None)
        if not isinstance(word, str):
            raise DataError(f"expected a string `orth`, got {word!r}", path=path, line=line)
        try:
            vocab[word].set_attrs(**entry)
        except KernelError as error:
            raise DataError(error.message, path=path, line=line, hint=error.hint) from error


def _entries(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", path=path) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise DataError(f"not valid JSON: {error}", path=path, line=number) from error
        if not isinstance(entry, dict):
            raise DataError("expected a JSON object", path=path, line=number)
        if "settings" not in entry:
            yield number, entry
