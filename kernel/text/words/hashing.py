"""The hash function MurmurHash64A, for one string or many.

Axes: N strings, W eight-byte words (those of all strings in order).
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

_M: Final = 0xC6A4A7935BD1E995
_MASK: Final = (1 << 64) - 1
# For fewer strings, and for longer strings, plain integers are faster than arrays.
_ARRAYS_FROM_STRINGS: Final = 24
_ARRAYS_UP_TO_BYTES: Final = 256


def murmur64(data: bytes, seed: int = 1) -> int:
    """Return the 64-bit hash of `data`."""
    size = len(data)
    full = size & ~7
    h = (seed ^ (size * _M)) & _MASK
    if full:
        for word in unpack_from(f"<{full >> 3}Q", data):
            k = (word * _M) & _MASK
            h = ((h ^ (((k ^ (k >> 47)) * _M) & _MASK)) * _M) & _MASK
    if full != size:
        h = ((h ^ int.from_bytes(data[full:], "little")) * _M) & _MASK
    h = ((h ^ (h >> 47)) * _M) & _MASK
    return h ^ (h >> 47)


def murmur64_all(texts: Sequence[bytes], seed: int = 1) -> npt.NDArray[np.uint64]:
    """Hash many byte strings at once.

    returns  (N,)  the same as `murmur64` of each
    """
    if len(texts) < _ARRAYS_FROM_STRINGS:
        return np.array([murmur64(text, seed) for text in texts], np.uint64)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    is_short = sizes <= _ARRAYS_UP_TO_BYTES
    if is_short.all():
        return _hash_short(b"".join(texts), sizes, seed)
    hashes = np.empty(len(texts), np.uint64)
    short = [text for text in texts if len(text) <= _ARRAYS_UP_TO_BYTES]
    hashes[is_short] = _hash_short(b"".join(short), sizes[is_short], seed)
    hashes[~is_short] = [murmur64(text, seed) for text in texts if len(text) > _ARRAYS_UP_TO_BYTES]
    return hashes


def _hash_short(data: bytes, sizes: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.uint64]:
    """Hash the N strings whose concatenation is `data`.

    sizes    (N,)  number of bytes of each string
    returns  (N,)
    """
    words, starts = pad_to_blocks(data, sizes, (sizes + 7) >> 3, 8)
    m, r = np.uint64(_M), np.uint64(47)
    n_full = sizes >> 3
    h = np.uint64(seed) ^ (sizes.astype(np.uint64) * m)
    for step in range(int(n_full.max(initial=0))):
        todo = np.flatnonzero(n_full > step)
        k = words[starts[todo] + step] * m
        h[todo] = (h[todo] ^ ((k ^ (k >> r)) * m)) * m
    rest = np.flatnonzero(sizes & 7)
    h[rest] = (h[rest] ^ words[starts[rest] + n_full[rest]]) * m
    h = (h ^ (h >> r)) * m
    return h ^ (h >> r)


def pad_to_blocks(
    data: bytes, sizes: npt.NDArray[np.int64], n_blocks: npt.NDArray[np.int64], block_bytes: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Align each of the strings whose concatenation is `data` to blocks, padded with zeros.

    sizes     (N,)  bytes of each string
    n_blocks  (N,)  blocks of each string
    returns   (W,)  and (N,), the first block of each string
    """
    starts = np.cumsum(n_blocks) - n_blocks
    shifts = starts * block_bytes - (np.cumsum(sizes) - sizes)
    padded = np.zeros(int(n_blocks.sum()) * block_bytes, np.uint8)
    padded[np.arange(len(data)) + np.repeat(shifts, sizes)] = np.frombuffer(data, np.uint8)
    return padded.view("<u8").astype(np.uint64, copy=False), starts
