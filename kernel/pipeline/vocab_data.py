"""External data of a vocabulary: attributes of words, and word vectors."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.errors import DataError, KernelError, LoadError
from kernel.lines import is_blank, read_lines
from kernel.registry import registry
from kernel.text import Vectors, Vocab, attributes

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


_COMPUTED: Final = {"length", "is_oov"}


def read_vocab_data(vocab: Vocab, path: Path) -> None:
    """Set the attributes of the words in the JSONL file `path`; existing ranks are reset.

    A line is `{"orth": word, "id": rank, "norm": ..., ...}`. A line with `settings`, and attributes
    that are computed, which occur in spaCy's files, are skipped. Raises `DataError` with the number
    of an invalid line.
    """
    vocab.lexemes.reset_ranks()
    for line, entry in _entries(path):
        word = entry.pop("orth", None)
        if not isinstance(word, str):
            raise DataError(f"expected a string `orth`, got {word!r}", path=path, line=line)
        try:
            lexeme = vocab[word]
            if "prob" in entry:
                lexeme.prob = entry.pop("prob")
            if str(entry.get("cluster", "")).isdecimal():  # a string in spaCy's files
                entry["cluster"] = int(entry["cluster"])
            lexeme.set_attrs(**{key: entry[key] for key in entry if key.lower() not in _COMPUTED})
        except KernelError as error:
            raise DataError(error.message, path=path, line=line, hint=error.hint) from error


def _entries(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in read_lines(path):
        if is_blank(line):
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise DataError(f"not valid JSON: {error}", path=path, line=number) from error
        if not isinstance(entry, dict):
            raise DataError("expected a JSON object", path=path, line=number)
        if "settings" not in entry:
            yield number, entry


def load_vectors(nlp: Language, name: str) -> None:
    """Load the vectors of the pipeline `name`: a folder, a vocabulary's folder or a package.

    The rank of a word becomes the row of its vector. Raises `LoadError` if there is no such
    pipeline; warns if it has no vectors.
    """
    source = _vocab_of(name)
    if not source.has_vectors:
        warnings.warn(f"{name!r} has no word vectors", stacklevel=2)
    nlp.vocab.vectors = source.vectors
    if isinstance(source.vectors, Vectors):
        source.vectors.strings = nlp.vocab.strings
        _rank_by_rows(nlp.vocab, source.vectors)


def _rank_by_rows(vocab: Vocab, vectors: Vectors) -> None:
    table = vocab.lexemes
    table.reset_ranks()
    for key, row in vectors.key2row.items():
        if key in vocab.strings:
            table.set_value(table.row_of_orth(key), attributes.ID, row)


def _vocab_of(name: str) -> Vocab:
    from kernel.pipeline.loading import load  # imports the language, which imports this module

    folder = Path(name)
    for candidate in (folder / "vocab", folder):
        # Only the vocabulary is loaded, so the plugins of the components need not be installed.
        if candidate.joinpath("vectors.cfg").exists() or candidate.joinpath("key2row").exists():
            return Vocab().from_disk(candidate, exclude=["lookups"])
    if folder.is_dir() and not folder.joinpath("meta.json").exists():
        raise LoadError(
            f"{name!r} has no word vectors: it is neither a folder with a file `key2row` nor a "
            "pipeline",
            hint="use the folder of a pipeline or of its `vocab`",
        )
    if not folder.exists() and not registry.models.has(name):
        raise LoadError(
            f"no word vectors {name!r}: no such folder or installed package",
            hint="make them with `kernel init vectors`, or set `paths.vectors` to null",
        )
    return load(name).vocab


def fingerprint(vocab: Vocab) -> str | None:
    """Return a fingerprint of the vectors, None if there are none."""
    if not vocab.has_vectors:
        return None
    packed = vocab.vectors.to_bytes(exclude=["strings"])
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


def warn_of_others(name: str, theirs: str | None, vocab: Vocab) -> None:
    """Warn if the component `name` was trained with other vectors than those of `vocab`.

    `theirs` is the fingerprint of the component's vectors; None never gives a warning.
    """
    if theirs is not None and theirs != fingerprint(vocab):
        warnings.warn(
            f"the component `{name}` was trained with other word vectors than this pipeline's: "
            "its predictions may be wrong if it uses them",
            stacklevel=3,
        )
