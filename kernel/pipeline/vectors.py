"""Word vectors of a pipeline: where they come from, and whether others were trained with them."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from kernel.errors import LoadError
from kernel.text import Vectors, Vocab, attributes

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


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
