"""Docs read from a `.spacy` file one after the other, in memory that does not grow with the file.

See docs/design/streaming.md.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from kernel.errors import LoadError
from kernel.files import InflatingReader, check_type, max_unpacked, open_file, unpack
from kernel.text.files.doc_bytes import known_columns
from kernel.text.files.spacy_file import NO_SPANS, SpacyFile
from kernel.text.files.token_arrays import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kernel.text.docs.doc import Doc
    from kernel.text.files.doc_bytes import StoredColumn
    from kernel.text.files.spacy_file import PackedDocs
    from kernel.text.vocab.vocab import Vocab

CHUNK_DOCS: Final = 1000
CHUNK_TOKENS: Final = 1 << 13
_HEADER_BYTES: Final = 2
_DEFLATE: Final = 8


def read_docs(path: str | Path, vocab: Vocab) -> Iterator[Doc]:
    """Yield the docs of a `.spacy` file; their words and strings become those of `vocab`.

    Only a part of the file is in memory: about 8,000 tokens, and the different strings of all
    docs. User data is read if the file has it. Columns of plugins that are not installed are left
    out, with a warning.

    Raises LoadError naming the file if it is not a `.spacy` file, or damaged.
    """
    what = f"`{path}`"
    with open_file(path) as file:
        check_start(file.read(_HEADER_BYTES), what)
        limit = max_unpacked(os.fstat(file.fileno()).st_size)
        content = SpacyFile(InflatingReader(file, what=what, limit=limit), what=what)
        reading = DocReading(vocab, content.attrs, content.strings, content.columns, what)
        for part in content.parts(CHUNK_DOCS, CHUNK_TOKENS):
            yield from reading.docs(part)


def check_start(data: bytes, what: str) -> None:
    """Raise LoadError if `data` does not start as zlib data does (RFC 1950, section 2.2)."""
    is_zlib = (
        len(data) >= _HEADER_BYTES and data[0] & 15 == 8 and not (data[0] * 256 + data[1]) % 31
    )
    if not is_zlib:
        raise LoadError(
            f"{what} is not a `.spacy` file",
            hint="`kernel convert` makes `.spacy` files of other formats",
        )


class DocReading:
    """Makes docs of `vocab` from what a file has; `what` names the file in errors."""

    def __init__(
        self,
        vocab: Vocab,
        attrs: Sequence[int],
        strings: Sequence[str],
        columns: Mapping[str, StoredColumn],
        what: str,
    ) -> None:
        self.vocab = vocab
        self.attrs = attrs
        self.what = what
        self.columns = known_columns(columns)
        # All docs have this table, in which their strings are.
        self.table = vocab.table_for_docs()
        self.table.intern_all(strings)

    def docs(self, packed: PackedDocs) -> Iterator[Doc]:
        """Yield docs; raises LoadError if what was read does not make docs."""
        arrays = packed.arrays
        known = {name: arrays.columns[name] for name in self.columns}
        unknown = [flags.get("has_unknown_spaces", False) for flags in packed.flags]
        docs = decode(evolve(arrays, columns=known), self.attrs, self.vocab, self.table, unknown)
        place = f"docs {packed.first} to {packed.first + len(unknown) - 1}"
        try:
            for i, doc in enumerate(docs):
                place = f"doc {packed.first + i}"
                _complete(doc, packed, i)
                yield doc
        except LoadError as error:
            message = f"{self.what} is damaged: {place}: {error.message}"
            raise LoadError(message, hint=error.hint) from error


def _complete(doc: Doc, packed: PackedDocs, i: int) -> None:
    """Set what doc `i` has besides columns."""
    doc.cats = dict(packed.cats[i])
    if packed.span_groups[i] not in {NO_SPANS, b""}:
        doc.spans.from_bytes(packed.span_groups[i])
    user_data = packed.user_data[i] if packed.user_data else None
    if user_data is not None:
        what = "the user data"
        doc.user_data.update(check_type(unpack(user_data, tuples=True, what=what), dict, what=what))
