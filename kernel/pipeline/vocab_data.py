"""What a vocabulary gets from elsewhere: attributes of words, and word vectors."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, KernelError, LoadError
from kernel.text import Vectors, Vocab, attributes

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


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


def load_vectors(nlp: Language, name: str) -> None:
    """Take the vectors of the pipeline `name`: a folder, a vocabulary's folder or a package.

    Words rank by the rows of their vectors from then on. Raises `LoadError` if there is no
    such pipeline; warns if it has no vectors.
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
    from kernel.pipeline.loading import load  # which needs the language, and that this module

    folder = Path(name)
    for place in (folder / "vocab", folder):
        # Only the vocabulary is read: the components' plugins need not be there.
        if place.joinpath("vectors.cfg").exists() or place.joinpath("key2row").exists():
            return Vocab().from_disk(place, exclude=["lookups"])
    if folder.is_dir() and not folder.joinpath("meta.json").exists():
        raise LoadError(
            f"{name!r} has no word vectors: neither a file `key2row` nor a pipeline is there",
            hint="give the folder of a pipeline or of its `vocab`",
        )
    return load(name).vocab


def fingerprint(vocab: Vocab) -> str | None:
    """Return what tells one set of vectors from another, None if there are none."""
    if not vocab.has_vectors:
        return None
    packed = vocab.vectors.to_bytes(exclude=["strings"])
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


def warn_of_others(name: str, theirs: str | None, vocab: Vocab) -> None:
    """Warn if the component `name` was trained with other vectors than these.

    `theirs` is their fingerprint; a component that knew none does not mind.
    """
    if theirs is not None and theirs != fingerprint(vocab):
        warnings.warn(
            f"the component `{name}` was trained with other word vectors than this pipeline's: "
            "its predictions may be wrong if it uses them",
            stacklevel=3,
        )
