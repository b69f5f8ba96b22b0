"""The fields of a MessagePack map, located without reading them.

Large fields can then be read in parts, several at the same time. `.spacy` files need this: they
have all tokens first, then all lengths, and so on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from kernel.errors import LoadError
from kernel.files.messages import reason
from kernel.files.readers import Reader

CHUNK_BYTES: Final = 1 << 16
MAX_FIELDS: Final = 1000
MAX_DEPTH: Final = 3
MAX_KEY_BYTES: Final = 1 << 16
# Of a list or a map inside an item.
MAX_INNER_ITEMS: Final = 1 << 20

_SIZES: Final = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_COUNTS: Final = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}


@frozen(eq=False)
class Blob:
    """Bytes or a string in a file: `reader` is at its start, `n_bytes` is its length."""

    reader: Reader
    n_bytes: int
    is_text: bool

    def read_all(self) -> bytes:
        """Return all bytes."""
        return self.reader.copy().read(self.n_bytes)


@frozen(eq=False)
class Items:
    """A list in a file: `reader` is at its first item."""

    reader: Reader
    n_items: int
    what: str = field(repr=False)

    def __iter__(self) -> Iterator[Any]:
        return _Unpacker(self.reader.copy(), self.what).items(self.n_items)


Section: TypeAlias = "Blob | Items | dict[str, Section] | int | float | bool | None"


def scan_map(reader: Reader, *, what: str) -> dict[str, Section]:
    """Return where the fields of the map at `reader` are, up to the end of the data.

    Strings, bytes and lists are located, maps are scanned, numbers are read.

    Raises `LoadError` that starts with `what` if the data is damaged, truncated or followed by
    other bytes, or is not a map whose keys are strings.
    """
    kind, n = _header(reader, what)
    if kind != "map":
        raise LoadError(f"{what} is damaged: it is not a map")
    fields = _Scan(what).map(reader, n, depth=1)
    if reader.read(1):
        raise LoadError(f"{what} is damaged: other bytes follow its end")
    return fields


class _Scan:
    def __init__(self, what: str) -> None:
        self.what = what
        self.n_fields = 0

    def map(self, reader: Reader, n: int, *, depth: int) -> dict[str, Section]:
        """Return the fields of a map whose header has been read."""
        self.n_fields += n
        if self.n_fields > MAX_FIELDS or depth > MAX_DEPTH:
            raise LoadError(f"{self.what} is damaged: it has too many fields")
        fields: dict[str, Section] = {}
        for _ in range(n):
            key = self._key(reader)
            if key in fields:
                raise LoadError(f"{self.what} is damaged: it has `{key}` twice")
            fields[key] = self._value(reader, depth)
        return fields

    def _key(self, reader: Reader) -> str:
        kind, n = _header(reader, self.what)
        if kind != "text" or n > MAX_KEY_BYTES:
            raise LoadError(f"{self.what} is damaged: a key is not a string")
        try:
            return reader.read(n).decode("utf8")
        except UnicodeDecodeError as error:
            raise LoadError(f"{self.what} is damaged: a key is not UTF-8") from error

    def _value(self, reader: Reader, depth: int) -> Section:
        kind, n = _header(reader, self.what)
        if kind in {"bytes", "text"}:
            blob = Blob(reader.copy(), n, is_text=kind == "text")
            self._skip_bytes(reader, n)
            return blob
        if kind == "list":
            items = Items(reader.copy(), n, self.what)
            self._skip_items(reader, n)
            return items
        if kind == "map":
            return self.map(reader, n, depth=depth + 1)
        unpacker = _Unpacker(reader, self.what)
        value = unpacker.unpack()
        unpacker.give_back()
        if not isinstance(value, int | float | None):
            raise LoadError(f"{self.what} is damaged: unexpected {type(value).__name__}")
        return value

    def _skip_bytes(self, reader: Reader, n: int) -> None:
        while n:
            piece = reader.read(min(n, CHUNK_BYTES))
            if not piece:
                raise LoadError(f"{self.what} is truncated")
            n -= len(piece)

    def _skip_items(self, reader: Reader, n: int) -> None:
        unpacker = _Unpacker(reader, self.what)
        unpacker.skip(n)
        unpacker.give_back()


def _header(reader: Reader, what: str) -> tuple[str, int]:
    """Read the start of a value: return its kind, and how many bytes, items or pairs follow.

    For another kind, nothing is read.
    """
    first = reader.read(1)
    if not first:
        raise LoadError(f"{what} is truncated")
    byte = first[0]
    if 0x80 <= byte <= 0x8F:
        return "map", byte & 0x0F
    if 0x90 <= byte <= 0x9F:
        return "list", byte & 0x0F
    if 0xA0 <= byte <= 0xBF:
        return "text", byte & 0x1F
    size = _SIZES.get(byte) or _COUNTS.get(byte)
    if size is None:
        reader.unread(first)
        return "other", 0
    number = reader.read(size)
    if len(number) < size:
        raise LoadError(f"{what} is truncated")
    return _KINDS[byte], int.from_bytes(number, "big")


_KINDS: Final = {
    **dict.fromkeys((0xC4, 0xC5, 0xC6), "bytes"),
    **dict.fromkeys((0xD9, 0xDA, 0xDB), "text"),
    **dict.fromkeys((0xDC, 0xDD), "list"),
    **dict.fromkeys((0xDE, 0xDF), "map"),
}


class _Unpacker:
    """Values from a reader, one after the other."""

    def __init__(self, reader: Reader, what: str) -> None:
        from srsly.msgpack._unpacker import Unpacker

        self._reader = reader
        self._what = what
        self._n_bytes = 0
        self._unpacker = Unpacker(
            self,
            read_size=CHUNK_BYTES,
            raw=False,
            unicode_errors=b"surrogatepass",  # bytes here, a string in `unpackb`
            max_buffer_size=(1 << 31) - 1,
            max_array_len=MAX_INNER_ITEMS,
            max_map_len=MAX_INNER_ITEMS,
        )

    def read(self, n: int) -> bytes:
        """Return the next bytes; the unpacker calls this."""
        data = self._reader.read(n)
        self._n_bytes += len(data)
        return data

    def unpack(self) -> Any:
        """Return the next value."""
        with self._reading():
            return self._unpacker.unpack()

    def items(self, n: int) -> Iterator[Any]:
        """Yield the next `n` values."""
        unpack = self._unpacker.unpack
        with self._reading():
            for _ in range(n):
                yield unpack()

    def skip(self, n: int) -> None:
        """Pass over the next `n` values."""
        skip = self._unpacker.skip
        with self._reading():
            for _ in range(n):
                skip()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except LoadError:
            raise
        except Exception as error:
            raise LoadError(f"{self._what} is damaged: {reason(error)}") from error

    def give_back(self) -> None:
        """Let the reader continue after the last value."""
        n_left = self._n_bytes - self._unpacker.tell()
        self._reader.unread(self._unpacker.read_bytes(n_left) if n_left else b"")
