"""What is in a `.spacy` file, checked once, and read part by part.

Axes: T tokens of all docs, D docs, K attributes.
"""

from __future__ import annotations

import itertools
import math
import reprlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import evolve, frozen

from kernel.errors import LoadError
from kernel.files import Blob, Items, check_type, scan_map
from kernel.text.files.doc_bytes import StoredColumn
from kernel.text.files.token_arrays import TokenArrays
from kernel.text.words import attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from kernel.files import Reader
    from kernel.text.docs.columns import Bools, Ints

VERSION: Final = "0.1"
NO_SPANS: Final = b"\x90"
_ID_BYTES: Final = 8
_LENGTH_BYTES: Final = 4
_MAX_ID: Final = (1 << 64) - 1
_COLUMN_FIELDS: Final = {"kind": Blob, "dtype": Blob, "values": Blob, "is_set": Blob}
_REQUIRED: Final = ("attrs", "tokens", "spaces", "lengths", "strings", "cats")


@frozen(eq=False)
class PackedDocs:
    """Docs as a file has them.

    first        the number of the first doc in the file, from 0
    arrays       tokens
    cats         categories of each doc
    flags        `has_unknown_spaces` of each doc
    span_groups  span groups of each doc, in spaCy's byte format
    user_data    MessagePack of the user data of each doc; empty if the file has none
    """

    first: int
    arrays: TokenArrays
    cats: list[dict[str, float]]
    flags: list[dict[str, bool]]
    span_groups: list[bytes]
    user_data: list[bytes | None]


class SpacyFile:
    """The content of a `.spacy` file. Only its lengths and strings are in memory.

    Raises LoadError that starts with `what` if the content is damaged; what single docs have is
    checked when they are read.
    """

    def __init__(self, reader: Reader, *, what: str) -> None:
        self.what = what
        self._sections = scan_map(reader, what=what)
        for key in _REQUIRED:
            if self._sections.get(key) is None:
                raise LoadError(f"{what} is not a `.spacy` file: it has no `{key}`")
        self._check_version()
        self.attrs: list[int] = self._attrs()
        self.strings: list[str] = list(self._each("strings", _is_text, "a string"))
        self.lengths: Ints = self._lengths()  # (D,)
        self._column_blobs: dict[str, tuple[Blob, Blob]] = {}
        self.columns: dict[str, StoredColumn] = self._columns()
        for name in ("cats", "flags", "span_groups", "user_data"):
            self._items(name)

    @property
    def n_tokens(self) -> int:
        """The number of tokens of all docs."""
        return int(self.lengths.sum(dtype=np.int64))

    @property
    def has_user_data(self) -> bool:
        """Whether the file has the user data of docs."""
        return self._sections.get("user_data") is not None

    def parts(self, max_docs: int, max_tokens: int) -> Iterator[PackedDocs]:
        """Yield the docs, at most so many at a time; a longer doc comes alone."""
        tokens, spaces = self._blob("tokens").reader.copy(), self._blob("spaces").reader.copy()
        cats = self._each("cats", _is_cats, "a map from categories to finite numbers")
        flags = self._each("flags", _is_flags, "a map with `has_unknown_spaces`", default=dict)
        spans = self._each("span_groups", _is_bytes, "bytes", default=lambda: NO_SPANS)
        user_data = self._each("user_data", _is_bytes_or_none, "bytes")
        columns = {name: self._column_reader(name) for name in self.columns}
        n_attrs, first = len(self.attrs), 0
        for lengths in _cut(self.lengths, max_docs, max_tokens):
            n, d = int(lengths.sum()), len(lengths)
            matrix: npt.NDArray[np.uint64] = np.frombuffer(
                tokens.read(n * n_attrs * _ID_BYTES), "<u8"
            ).reshape(n, n_attrs)
            arrays = TokenArrays(
                matrix,
                self._bools(spaces.read(n), "spaces"),
                lengths,
                {name: read(n, d) for name, read in columns.items()},
            )
            yield PackedDocs(
                first,
                arrays,
                *(list(itertools.islice(each, d)) for each in (cats, flags, spans, user_data)),
            )
            first += d

    # Fields

    def _check_version(self) -> None:
        version = self._sections.get("version")
        found = version.read_all() if isinstance(version, Blob) else version
        if found is not None and found != VERSION.encode():
            raise LoadError(
                f"{self.what} has the version {reprlib.repr(found)}, expected {VERSION}",
                hint="it was made by a newer program, or is damaged",
            )

    def _attrs(self) -> list[int]:
        attrs: list[int] = check_type(
            list(self._list("attrs")), list[int], what=f"{self.what}: `attrs`"
        )
        if not attrs or attrs[0] != attributes.ORTH or len(set(attrs)) < len(attrs):
            raise LoadError(f"{self.what} is damaged: `attrs` are {attrs}, expected ORTH first")
        if not all(0 <= attr <= _MAX_ID for attr in attrs):
            raise LoadError(f"{self.what} is damaged: `attrs` has a number that is not an id")
        return attrs

    def _lengths(self) -> Ints:
        blob = self._blob("lengths")
        if blob.n_bytes % _LENGTH_BYTES:
            raise LoadError(f"{self.what} is damaged: `lengths` has {blob.n_bytes} bytes")
        lengths = np.frombuffer(blob.read_all(), "<i4").astype(np.int32)
        if (lengths < 0).any():
            raise LoadError(f"{self.what} is damaged: a doc has a negative length")
        n = int(lengths.sum(dtype=np.int64))
        self._check_size("tokens", n * len(self.attrs) * _ID_BYTES)
        self._check_size("spaces", n)
        return lengths

    def _check_size(self, name: str, n_bytes: int) -> None:
        found = self._blob(name).n_bytes
        if found != n_bytes:
            raise LoadError(
                f"{self.what} is damaged: `{name}` has {found} bytes, expected {n_bytes} for the "
                "lengths of its docs"
            )

    def _columns(self) -> dict[str, StoredColumn]:
        """Return the columns of plugins, without their values."""
        sections = self._sections.get("columns") or {}
        if not isinstance(sections, dict):
            raise LoadError(f"{self.what} is damaged: `columns` is not a map")
        return {name: self._empty_column(name, fields) for name, fields in sections.items()}

    def _empty_column(self, name: str, fields: Any) -> StoredColumn:
        what = f"{self.what}: the doc column `{name}`"
        check_type(fields, _COLUMN_FIELDS, what=what)
        names = {key: fields[key].read_all().decode("utf8", "replace") for key in ("kind", "dtype")}
        column = StoredColumn.from_dict({**names, "values": b"", "is_set": b""}, what=what)
        self._column_blobs[name] = fields["values"], fields["is_set"]
        sizes = fields["values"].n_bytes, fields["is_set"].n_bytes
        if sizes != (self.n_tokens * column.values.itemsize, len(self.lengths)):
            raise LoadError(f"{what} is damaged: it has other numbers of tokens or docs")
        return column

    def _column_reader(self, name: str) -> Callable[[int, int], StoredColumn]:
        """Return a function that reads the values of the next N tokens of D docs."""
        values, is_set = (blob.reader.copy() for blob in self._column_blobs[name])
        column = self.columns[name]
        dtype = column.values.dtype

        def read(n: int, d: int) -> StoredColumn:
            found = np.frombuffer(values.read(n * dtype.itemsize), dtype.newbyteorder("<"))
            return evolve(
                column,
                values=found.astype(dtype),
                is_set=self._bools(is_set.read(d), f"columns.{name}.is_set"),
            )

        return read

    def _bools(self, data: bytes, name: str) -> Bools:
        values = np.frombuffer(data, np.uint8)
        if values.max(initial=0) > 1:
            raise LoadError(f"{self.what} is damaged: `{name}` has a byte that is not 0 or 1")
        return values.view(np.bool_)

    def _blob(self, name: str) -> Blob:
        section = self._sections[name]
        if not isinstance(section, Blob) or section.is_text:
            raise LoadError(f"{self.what} is damaged: `{name}` is not bytes")
        return section

    def _list(self, name: str) -> Items:
        section = self._sections[name]
        if not isinstance(section, Items):
            raise LoadError(f"{self.what} is damaged: `{name}` is not a list")
        return section

    def _items(self, name: str) -> Items | None:
        """Return a field with an item for each doc, None if the file does not have it."""
        if self._sections.get(name) is None:
            return None
        items = self._list(name)
        if items.n_items != len(self.lengths):
            raise LoadError(
                f"{self.what} is damaged: {items.n_items} `{name}` for {len(self.lengths)} docs"
            )
        return items

    def _each(
        self,
        name: str,
        is_valid: Callable[[Any], bool],
        expected: str,
        *,
        default: Callable[[], Any] | None = None,
    ) -> Iterator[Any]:
        """Yield the items of a field; `default()` for each doc if the file does not have it."""
        items = self._list(name) if name == "strings" else self._items(name)
        if items is None:
            yield from (default() for _ in self.lengths) if default else ()
            return
        for i, item in enumerate(items):
            if not is_valid(item):
                raise LoadError(
                    f"{self.what} is damaged: `{name}[{i}]` is {reprlib.repr(item)}, "
                    f"expected {expected}"
                )
            yield item


def _cut(lengths: Ints, max_docs: int, max_tokens: int) -> Iterator[Ints]:
    """Yield the lengths of docs that are read together.

    lengths  (D,)
    yields   (d,)
    """
    ends = np.cumsum(lengths, dtype=np.int64)  # (D,)
    start = 0
    while start < len(lengths):
        limit = ends[start] - lengths[start] + max_tokens
        stop = int(np.searchsorted(ends, limit, side="right"))
        stop = min(max(stop, start + 1), start + max_docs)
        yield lengths[start:stop]
        start = stop


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_bytes(value: Any) -> bool:
    return isinstance(value, bytes)


def _is_bytes_or_none(value: Any) -> bool:
    return value is None or isinstance(value, bytes)


def _is_flags(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("has_unknown_spaces", False), bool)


def _is_cats(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(label, str) and isinstance(score, int | float) and math.isfinite(score)
        for label, score in value.items()
    )
