"""Decompression with a limit, which is checked while decompressing.

A byte of zlib data can stand for a thousand bytes, so a small file could fill the memory.
"""

from __future__ import annotations

import os
import zlib
from typing import Final

from kernel.errors import LoadError

VARIABLE: Final = "KERNEL_MAX_UNPACKED_MB"
CHUNK_BYTES: Final = 1 << 16
_MB: Final = 1 << 20
# Annotated docs are compressed by a factor of 5 to 30.
_MIN_LIMIT: Final = 256 * _MB
_MAX_RATIO: Final = 100


def max_unpacked(n_packed: int) -> int:
    """Return to how many bytes `n_packed` compressed bytes may be decompressed.

    100 times as many bytes, at least 256 MB; or KERNEL_MAX_UNPACKED_MB, if that is set.

    Raises `LoadError` if KERNEL_MAX_UNPACKED_MB is not a positive number.
    """
    value = os.environ.get(VARIABLE)
    if value is None:
        return max(_MIN_LIMIT, _MAX_RATIO * n_packed)
    if not value.isdecimal() or not int(value):
        raise LoadError(f"{VARIABLE} must be a number of megabytes, got {value!r}")
    return int(value) * _MB


def decompress(data: bytes, *, what: str = "the data", limit: int | None = None) -> bytes:
    """Return zlib data decompressed; `limit` is in bytes, by default `max_unpacked`.

    Raises `LoadError` that starts with `what` if `data` is damaged, truncated, followed by other
    bytes, or longer than the limit when decompressed.
    """
    limit = max_unpacked(len(data)) if limit is None else limit
    inflate = zlib.decompressobj()
    parts, n_bytes = [], 0
    for start in range(0, len(data), CHUNK_BYTES):
        try:
            parts.append(inflate.decompress(data[start : start + CHUNK_BYTES]))
        except zlib.error as error:
            raise LoadError(f"{what} is damaged: {error}") from error
        n_bytes += len(parts[-1])
        if n_bytes > limit:
            raise too_large(what, limit)
        if inflate.eof:
            n_left = len(data) - start - CHUNK_BYTES + len(inflate.unused_data)
            break
    else:
        raise LoadError(f"{what} is truncated")
    if inflate.unused_data or n_left > 0:
        raise LoadError(f"{what} is damaged: other bytes follow its end")
    return b"".join(parts)


def too_large(what: str, limit: int) -> LoadError:
    """Return the error for data that is larger than `limit` bytes when decompressed."""
    return LoadError(
        f"{what} is larger than {limit // _MB} MB when decompressed",
        hint=f"if you trust it, set the environment variable {VARIABLE} to a larger number",
    )
