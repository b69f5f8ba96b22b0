"""Word vectors computed from vectors of character n-grams, in the format of floret.

Axes: N strings, B blocks of sixteen bytes (those of all strings in order), K words, R rows
of the table, D width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.arrays import array_module
from kernel.errors import TextError
from kernel.text.words.hashing import pad_to_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

Words64 = npt.NDArray[np.uint64]

_C1: Final = np.uint64(0x87C37B91114253D5)
_C2: Final = np.uint64(0x4CF5AD432745937F)
_MIX1: Final = np.uint64(0xFF51AFD7ED558CCD)
_MIX2: Final = np.uint64(0xC4CEB9FE1A85EC53)
_BLOCK_BYTES: Final = 16
MAX_HASHES: Final = 4
_N_SEEDS: Final = 1 << 32


@frozen(kw_only=True)
class Floret:
    """The settings of a floret table: n-grams of `minn` to `maxn` characters, and hashing.

    Each n-gram has `hash_count` rows of the table, from 1 to 4. `bow` and `eow` are the marks
    put before and after a word.

    Raises TextError if a number is outside of its range.
    """

    minn: int
    maxn: int
    hash_count: int
    hash_seed: int
    bow: str
    eow: str

    def __attrs_post_init__(self) -> None:
        if self.minn < 0:
            raise TextError(f"expected `minn` of at least 0, got {self.minn}")
        if self.maxn < self.minn:
            raise TextError(f"expected `maxn` of at least `minn`, {self.minn}, got {self.maxn}")
        if not 1 <= self.hash_count <= MAX_HASHES:
            raise TextError(f"expected a `hash_count` from 1 to 4, got {self.hash_count}")
        if not 0 <= self.hash_seed < _N_SEEDS:
            raise TextError(f"expected a `hash_seed` of 32 bits, got {self.hash_seed}")

    def pieces(self, word: str) -> list[str]:
        """Return the word with its marks, and its n-grams; an empty list for an empty word."""
        if not word:
            return []
        padded = f"{self.bow}{word}{self.eow}"
        grams = [
            padded[start : start + size]
            for size in range(self.minn, min(self.maxn, len(padded)) + 1)
            for start in range(len(padded) - size + 1)
        ]
        return [padded, *grams]

    def vectors(self, words: Sequence[str], table: Any) -> Any:
        """Return the mean of the rows of each word's pieces, zeros for an empty word.

        table    (R, D)
        returns  (K, D)
        """
        pieces = [self.pieces(word) for word in words]
        sizes = np.array([len(own) for own in pieces], np.int64) * self.hash_count  # (K,)
        xp = array_module(table)
        made = xp.zeros((len(words), table.shape[1]), np.float32)
        filled = np.flatnonzero(sizes)
        if not len(filled):
            return made
        encoded = [piece.encode("utf8", "surrogatepass") for own in pieces for piece in own]
        hashes = murmur128_all(encoded, self.hash_seed)[:, : self.hash_count]
        rows = table[xp.asarray(hashes.reshape(-1) % np.uint32(len(table)))]
        starts = (np.cumsum(sizes) - sizes)[filled]
        sums = xp.add.reduceat(rows, xp.asarray(starts), axis=0)
        made[xp.asarray(filled)] = sums / xp.asarray(sizes[filled, None])
        return made


def murmur128_all(texts: Sequence[bytes], seed: int) -> npt.NDArray[np.uint32]:
    """Hash byte strings with MurmurHash3_x64_128.

    returns  (N, 4)  low and high half of the first 64-bit number, then of the second
    """
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    n_full = sizes >> 4
    # At least one zero byte ends each string.
    words, starts = pad_to_blocks(b"".join(texts), sizes, n_full + 1, _BLOCK_BYTES)
    blocks = words.reshape(-1, 2)  # (B, 2)
    h1 = np.full(len(texts), seed, np.uint64)
    h2 = h1.copy()
    for step in range(int(n_full.max(initial=0))):
        todo = np.flatnonzero(n_full > step)
        k = blocks[starts[todo] + step]  # (., 2)
        h1[todo], h2[todo] = _mix_block(h1[todo], h2[todo], k[:, 0], k[:, 1])
    # The bytes after the last full block, padded with zeros; zeros alone change nothing.
    rest = blocks[starts + n_full]
    h2 ^= _rotated(rest[:, 1] * _C2, 33) * _C1
    h1 ^= _rotated(rest[:, 0] * _C1, 31) * _C2
    return _finished(h1, h2, sizes.astype(np.uint64))


def _mix_block(h1: Words64, h2: Words64, k1: Words64, k2: Words64) -> tuple[Words64, Words64]:
    h1 = _rotated(h1 ^ _rotated(k1 * _C1, 31) * _C2, 27) + h2
    h1 = h1 * np.uint64(5) + np.uint64(0x52DCE729)
    h2 = _rotated(h2 ^ _rotated(k2 * _C2, 33) * _C1, 31) + h1
    return h1, h2 * np.uint64(5) + np.uint64(0x38495AB5)


def _finished(h1: Words64, h2: Words64, sizes: Words64) -> npt.NDArray[np.uint32]:
    h1, h2 = h1 ^ sizes, h2 ^ sizes
    h1 = h1 + h2
    h2 = h2 + h1
    h1, h2 = _avalanche(h1), _avalanche(h2)
    h1 = h1 + h2
    h2 = h2 + h1
    return np.stack((h1, h2), axis=1).astype("<u8", copy=False).view(np.uint32)


def _avalanche(k: Words64) -> Words64:
    k = (k ^ (k >> np.uint64(33))) * _MIX1
    k = (k ^ (k >> np.uint64(33))) * _MIX2
    return k ^ (k >> np.uint64(33))


def _rotated(k: Words64, bits: int) -> Words64:
    return (k << np.uint64(bits)) | (k >> np.uint64(64 - bits))
