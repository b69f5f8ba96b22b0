"""Positions in bytes, in memory or compressed in a file, from which reading can go on later."""

from __future__ import annotations

import copy
import zlib
from typing import IO, Final, Protocol

from kernel.errors import LoadError
from kernel.files.compression import CHUNK_BYTES, too_large

MAX_BUFFER_BYTES: Final = 1 << 16


class Reader(Protocol):
    """A position in some bytes."""

    def read(self, n: int) -> bytes:
        """Return the next `n` bytes, fewer at the end."""

    def unread(self, data: bytes) -> None:
        """Go back to before `data`, which was read last."""

    def copy(self) -> Reader:
        """Return another reader at the same position."""


class BytesReader:
    """A position in bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._position = 0

    def read(self, n: int) -> bytes:
        """Return the next `n` bytes, fewer at the end."""
        start = self._position
        self._position = min(start + n, len(self._data))
        return bytes(self._data[start : self._position])

    def unread(self, data: bytes) -> None:
        """Go back to before `data`, which was read last."""
        self._position -= len(data)

    def copy(self) -> BytesReader:
        """Return another reader at the same position."""
        return copy.copy(self)


class InflatingReader:
    """A position in the decompressed content of a file of zlib data.

    A copy takes up about 50 kB plus what it has decompressed, at most 64 kB, and shares the file.

    Raises `LoadError` that starts with `what` as `decompress` does, when reading gets there.
    """

    def __init__(self, file: IO[bytes], *, what: str, limit: int) -> None:
        self._file = file
        self._what = what
        self._limit = limit
        self._inflate = zlib.decompressobj()
        self._offset = 0  # in the file
        self._packed = b""
        self._buffer = b""
        self._n_bytes = 0

    def read(self, n: int) -> bytes:
        """Return the next `n` bytes, fewer at the end."""
        parts = []
        while n and (self._buffer or self._fill()):
            parts.append(self._buffer[:n])
            self._buffer = self._buffer[n:]
            n -= len(parts[-1])
        return b"".join(parts)

    def unread(self, data: bytes) -> None:
        """Go back to before `data`, which was read last."""
        self._buffer = data + self._buffer

    def copy(self) -> InflatingReader:
        """Return another reader at the same position."""
        return copy.copy(self)

    def __copy__(self) -> InflatingReader:
        made = InflatingReader(self._file, what=self._what, limit=self._limit)
        vars(made).update(vars(self), _inflate=self._inflate.copy())
        return made

    def _fill(self) -> bool:
        """Decompress the next bytes; return whether there are any."""
        while not self._buffer and not self._inflate.eof:
            is_last = not self._packed and not self._load()
            try:
                self._buffer = self._inflate.decompress(self._packed, MAX_BUFFER_BYTES)
            except zlib.error as error:
                raise LoadError(f"{self._what} is damaged: {error}") from error
            self._packed = self._inflate.unconsumed_tail
            if is_last and not self._buffer:
                raise LoadError(f"{self._what} is truncated")
        self._n_bytes += len(self._buffer)
        if self._n_bytes > self._limit:
            raise too_large(self._what, self._limit)
        if self._inflate.eof and (self._inflate.unused_data or self._load()):
            raise LoadError(f"{self._what} is damaged: other bytes follow its end")
        return bool(self._buffer)

    def _load(self) -> bool:
        """Read the next packed bytes; return whether there are any."""
        self._file.seek(self._offset)
        self._packed = self._file.read(CHUNK_BYTES)
        self._offset += len(self._packed)
        return bool(self._packed)
