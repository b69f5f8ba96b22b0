"""Many docs in one file, in the format of spaCy's `.spacy` files.

Axes: T tokens of all docs, D docs, K attributes.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import TextError
from kernel.files import BytesReader, decompress, pack, read_file
from kernel.text.files.doc_stream import CHUNK_DOCS, DocReading, check_start
from kernel.text.files.spacy_file import NO_SPANS, VERSION, PackedDocs, SpacyFile
from kernel.text.files.token_arrays import TokenArrays, encode
from kernel.text.words import attributes
from kernel.text.words.attributes import attr_id, attr_name
from kernel.text.words.column import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kernel.text.docs.columns import Columns
    from kernel.text.docs.doc import Doc
    from kernel.text.vocab.vocab import Vocab

ALL_ATTRS: Final = (
    "ORTH",
    "NORM",
    "LEMMA",
    "POS",
    "TAG",
    "DEP",
    "ENT_IOB",
    "ENT_TYPE",
    "HEAD",
    "SENT_START",
    "ENT_KB_ID",
    "MORPH",
    "ENT_ID",
)
NO_LIMIT: Final = 1 << 62


class DocBin:
    """Docs packed by attribute; `add` keeps a copy, `get_docs` makes docs of any vocabulary.

    Columns that plugins add are kept too: all of them, or those among `attrs` if that is given.
    They are in a part of the file of their own, which spaCy passes over.
    """

    def __init__(
        self,
        attrs: Iterable[str | int] = ALL_ATTRS,
        store_user_data: bool = False,
        docs: Iterable[Doc] = (),
    ) -> None:
        given = list(attrs)
        self.attrs: list[int] = _ordered(map(attr_id, given))
        self._column_names = None if given == list(ALL_ATTRS) else _added_columns(given)
        self.store_user_data = store_user_data
        self.cats: list[dict[str, float]] = []
        self.flags: list[dict[str, bool]] = []
        self.span_groups: list[bytes] = []
        self.user_data: list[bytes | None] = []
        self._strings: set[str] = {""}
        # The name in errors; docs are checked when they are made.
        self._what = "the bin"
        self._parts: list[TokenArrays] = []
        # Docs are encoded together, when something needs them encoded.
        self._added: list[Columns] = []
        for doc in docs:
            self.add(doc)

    def __len__(self) -> int:
        """Return the number of docs."""
        return len(self.cats)

    def __repr__(self) -> str:
        return f"DocBin({len(self)} docs)"

    def __reduce__(self) -> Any:
        arguments = (type(self), self.store_user_data, self.to_bytes())
        return _restored, arguments, {"_column_names": self._column_names}

    def add(self, doc: Doc) -> None:
        """Add a doc as it is now."""
        self._added.append(doc.snapshot())
        self.cats.append(dict(doc.cats))
        self.flags.append({"has_unknown_spaces": doc.has_unknown_spaces})
        self.span_groups.append(doc.spans.to_bytes() if doc.has_spans else NO_SPANS)
        self._strings |= doc.vocab.strings.known(doc.span_ids())
        if self.store_user_data:
            self.user_data.append(pack(doc.user_data))

    @property
    def strings(self) -> set[str]:
        """Every string that the docs need."""
        self._encode()
        return self._strings

    def arrays(self) -> TokenArrays:
        """Return the tokens of all docs."""
        self._encode()
        self._parts = [TokenArrays.joined(self._parts, len(self.attrs))]
        return self._parts[0]

    def get_docs(self, vocab: Vocab) -> Iterator[Doc]:
        """Yield the docs; their words and strings become those of `vocab`.

        Columns of plugins that are not installed are left out, with a warning; the bin itself
        keeps them. Raises LoadError if what was read does not make docs.
        """
        whole = self.arrays()
        reading = DocReading(vocab, self.attrs, list(self._strings), whole.columns, self._what)
        starts = np.concatenate(([0], np.cumsum(whole.lengths)))  # (D + 1,)
        for first in range(0, len(self), CHUNK_DOCS):
            last = min(first + CHUNK_DOCS, len(self))
            yield from reading.docs(
                PackedDocs(
                    first,
                    whole.part(first, last, int(starts[first]), int(starts[last])),
                    self.cats[first:last],
                    self.flags[first:last],
                    self.span_groups[first:last],
                    self.user_data[first:last] if self.store_user_data else [],
                )
            )

    def merge(self, other: DocBin) -> None:
        """Add the docs of another bin; raises TextError if it keeps other things of them."""
        if self.attrs != other.attrs or self.store_user_data != other.store_user_data:
            mine, theirs = ([attr_name(attr) for attr in bin_.attrs] for bin_ in (self, other))
            raise TextError(
                f"these bins keep different things: {mine} and {theirs}, user data "
                f"{self.store_user_data} and {other.store_user_data}"
            )
        self._strings |= other.strings
        self._encode()
        self._parts.append(other.arrays())
        self.cats += other.cats
        self.flags += other.flags
        self.span_groups += other.span_groups
        self.user_data += other.user_data

    def to_bytes(self) -> bytes:
        """Return the content of a `.spacy` file."""
        whole = self.arrays()
        data: dict[str, Any] = {
            "version": VERSION,
            "attrs": self.attrs,
            "tokens": whole.tokens.tobytes("C"),
            "spaces": whole.spaces.tobytes("C"),
            "lengths": whole.lengths.astype("<i4").tobytes("C"),
            "strings": sorted(self._strings),
            "cats": self.cats,
            "flags": self.flags,
            "span_groups": self.span_groups,
        }
        if self.store_user_data:
            data["user_data"] = self.user_data
        if whole.columns:
            data["columns"] = {name: stored.to_dict() for name, stored in whole.columns.items()}
        return zlib.compress(pack(data))

    def from_bytes(self, bytes_data: bytes) -> DocBin:
        """Replace everything by the content of a `.spacy` file.

        User data is kept if the file has it, even without `store_user_data`.

        Raises LoadError if it is not a `.spacy` file, or damaged.
        """
        return self._read(bytes_data, "the bin")

    def _read(self, bytes_data: bytes, what: str) -> DocBin:
        check_start(bytes_data, what)
        self._what = what
        content = SpacyFile(BytesReader(decompress(bytes_data, what=what)), what=what)
        n = len(content.lengths)
        self.attrs, self._strings = content.attrs, set(content.strings)
        self.store_user_data = self.store_user_data or content.has_user_data
        self._parts, self._added = [], []
        self.cats, self.flags, self.span_groups, self.user_data = [], [], [], []
        for part in content.parts(max(n, 1), NO_LIMIT):
            self._parts.append(part.arrays)
            self.cats, self.flags = part.cats, part.flags
            self.span_groups, self.user_data = part.span_groups, part.user_data
        if self.store_user_data and not content.has_user_data:
            self.user_data = [None] * n
        return self

    def to_disk(self, path: str | Path) -> None:
        """Write a `.spacy` file; its folder is made if it is missing."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path) -> DocBin:
        """Replace everything by the content of a `.spacy` file.

        Raises LoadError naming the file if it is not a `.spacy` file, or damaged.
        """
        return self._read(read_file(path), f"`{path}`")

    def _encode(self) -> None:
        if not self._added:
            return
        added, self._added = self._added, []
        parts, strings = encode(added, self.attrs, self._column_names)
        self._strings |= strings
        self._parts += parts


def merge_bins(bins: Sequence[bytes]) -> bytes | None:
    """Return the content of one `.spacy` file that has the docs of all, None of none."""
    merged: DocBin | None = None
    for data in bins:
        loaded = DocBin(store_user_data=True).from_bytes(data)
        if merged is None:
            merged = loaded
        else:
            merged.merge(loaded)
    return None if merged is None else merged.to_bytes()


def _restored(cls: type[DocBin], store_user_data: bool, data: bytes) -> DocBin:
    return cls(store_user_data=store_user_data).from_bytes(data)


def _ordered(numbers: Iterable[int]) -> list[int]:
    # Spaces are kept apart, and words come first.
    built_in = attributes.ATTR_NAMES.keys() - {attributes.ORTH, attributes.SPACY}
    rest = sorted(built_in.intersection(numbers))
    return [attributes.ORTH, *rest]


def _added_columns(attrs: Sequence[str | int]) -> set[str]:
    columns = [COLUMNS.of_attr(attr_id(attr)) for attr in attrs]
    return {column.name for column in columns if column is not None and not column.is_built_in}
