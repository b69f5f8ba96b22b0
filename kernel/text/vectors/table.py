"""Tables of word vectors, with rows for words or for floret's n-grams.

Axes: R rows of the table, D width, N keys to look up, Q queries, K results per query.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.arrays import array_module, as_numpy, on_device_of
from kernel.errors import TextError
from kernel.text.errors import UnknownKeyError
from kernel.text.vectors import storage
from kernel.text.vectors.cosine_search import nearest_rows
from kernel.text.vectors.floret import Floret
from kernel.text.vectors.key_index import KeyIndex
from kernel.text.words.attributes import attr_id
from kernel.text.words.strings import StringStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Key = str | int
Rows = npt.NDArray[np.int32]

MODES: Final = ("default", "floret")


class BaseVectors:
    """The interface between a vocabulary and its vectors; other kinds of vectors subclass it."""

    name: str | None = None
    strings: StringStore

    def __init__(self, *, strings: StringStore | None = None) -> None:
        self.strings = StringStore() if strings is None else strings

    def __getitem__(self, key: Key) -> Any:
        """Return the vector of a word, given as text or id."""
        raise NotImplementedError

    def __contains__(self, key: object) -> bool:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def is_full(self) -> bool:
        """Whether there is no free row for another word."""
        raise NotImplementedError

    def get_batch(self, keys: Sequence[Key] | npt.NDArray[np.uint64]) -> Any:
        """Return the vectors of many words, given as text or id.

        returns  (N, width)  a new array, which the caller may change
        """
        raise NotImplementedError

    def are_known(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Return for each id whether the word has a vector.

        keys     (N,)
        returns  (N,)
        """
        return np.array([int(key) in self for key in keys], np.bool_)

    def add(self, key: Key, *, vector: Any = None, row: int | None = None) -> int:
        """Set the vector or the row of a word, and return the row."""
        raise NotImplementedError

    def to_ops(self, ops: Any) -> None:
        """Move the table to the device of Thinc's `ops`."""
        raise NotImplementedError

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the vectors as bytes."""
        raise NotImplementedError

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> BaseVectors:
        """Replace the vectors with those in `data`, as returned by `to_bytes`."""
        raise NotImplementedError

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the vectors to the folder `path`."""
        raise NotImplementedError

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> BaseVectors:
        """Replace the vectors with those in the folder `path`, as written by `to_disk`."""
        raise NotImplementedError


class Vectors(BaseVectors):
    """Word vectors, looked up by the id of the token attribute `attr`.

    `data` (R, D) float32 is the table. In the mode "default", `add` gives words a row. In the
    mode "floret", every word has a vector: the mean of the rows of its n-grams. This mode
    requires `data`, and methods that change the table raise TextError.
    """

    def __init__(
        self,
        *,
        strings: StringStore | None = None,
        shape: tuple[int, int] | None = None,
        data: Any = None,
        keys: Iterable[Key] | None = None,
        name: str | None = None,
        mode: str = "default",
        minn: int = 0,
        maxn: int = 0,
        hash_count: int = 1,
        hash_seed: int = 0,
        bow: str = "<",
        eow: str = ">",
        attr: Key = "ORTH",
    ) -> None:
        super().__init__(strings=strings)
        self.name = name
        self.attr = attr_id(attr)
        self.data: Any = np.zeros(shape or (0, 0), np.float32) if data is None else data
        self._index = KeyIndex(len(self.data))
        self._floret: Floret | None = None
        if mode not in MODES:
            raise TextError(f"expected the mode {' or '.join(MODES)}, got {mode!r}")
        if mode == "floret":
            self._floret = Floret(
                minn=minn, maxn=maxn, hash_count=hash_count, hash_seed=hash_seed, bow=bow, eow=eow
            )
            _check_floret(data, keys)
        for row, key in enumerate(keys or ()):
            self._index.set(self._id(key), row)

    def __repr__(self) -> str:
        return f"Vectors(shape={self.shape}, mode={self.mode!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        """Return whether both tables give all words the same vectors, and have equal rows."""
        if not isinstance(other, Vectors):
            return NotImplemented
        return (
            self.attr == other.attr
            and self._floret == other._floret
            and self.key2row == other.key2row
            and np.array_equal(as_numpy(self.data), as_numpy(other.data))
        )

    # A table can change.
    __hash__ = None  # type: ignore[assignment]

    # Properties

    @property
    def mode(self) -> str:
        """The kind of table: "default" or "floret"."""
        return "default" if self._floret is None else "floret"

    @property
    def floret(self) -> Floret | None:
        """The settings of the n-grams, None in the mode "default"."""
        return self._floret

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and the width."""
        rows, width = self.data.shape
        return int(rows), int(width)

    @property
    def size(self) -> int:
        """The number of rows times the width."""
        return int(self.data.size)

    @property
    def n_keys(self) -> int:
        """The number of words with a row, -1 if every word has a vector."""
        return -1 if self._floret is not None else len(self._index)

    @property
    def is_full(self) -> bool:
        """Whether every row belongs to a word."""
        return self._floret is not None or self._index.first_free() is None

    @property
    def key2row(self) -> dict[int, int]:
        """A copy of the map from ids of words to rows, in the order of adding."""
        return self._index.as_dict()

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.data.shape[0])

    def __contains__(self, key: object) -> bool:
        if self._floret is not None:
            return True
        return isinstance(key, str | int | np.integer) and self._index.get(self._id(key)) >= 0

    def __iter__(self) -> Iterator[int]:
        return iter(self._index.as_dict())

    def keys(self) -> list[int]:
        """Return the id of each word with a row."""
        return list(self._index.as_dict())

    def values(self) -> list[Any]:
        """Return the vector of each row that belongs to a word."""
        return [self.data[row] for row in self._index.used_rows().tolist()]

    def items(self) -> list[tuple[int, Any]]:
        """Return the id and the vector of each word with a row."""
        return [(key, self.data[row]) for key, row in self._index.as_dict().items()]

    # Reading

    def __getitem__(self, key: Key) -> Any:
        """Return the vector of a word, given as text or id.

        returns  (D,)

        Raises UnknownKeyError if the word has no vector.
        """
        if self._floret is not None:
            return self.get_batch([key])[0]
        return self.data[self._row(key)]

    def get_batch(self, keys: Sequence[Key] | npt.NDArray[np.uint64]) -> Any:
        """Return the vectors of many words.

        returns  (N, D)  for a word without a vector the last row of the table, as in spaCy
        """
        if self._floret is not None:
            strings = self.strings
            return self._floret.vectors([strings.as_string(_plain(key)) for key in keys], self.data)
        rows = self._index.find(self._ids(keys))
        if not len(self):
            return array_module(self.data).zeros((len(rows), self.shape[1]), np.float32)
        return self.data[on_device_of(self.data, rows)]

    def are_known(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Return for each id whether the word has a vector.

        keys     (N,)
        returns  (N,)
        """
        if self._floret is not None:
            return np.ones(len(keys), np.bool_)
        return self._index.find(keys) >= 0

    def find(
        self,
        *,
        key: Key | None = None,
        keys: Sequence[Key] | npt.NDArray[np.uint64] | None = None,
        row: int | None = None,
        rows: Sequence[int] | None = None,
    ) -> Any:
        """Return the row of `key`, the rows of `keys`, or the ids of words by `row` or `rows`.

        A word without a row has -1.

        Raises UnknownKeyError for a row without a word, TextError unless exactly one argument
        is given.
        """
        self.check_default("find")
        if sum(given is not None for given in (key, keys, row, rows)) != 1:
            raise TextError("give exactly one of `key`, `keys`, `row` and `rows`")
        if key is not None:
            return self._index.get(self._id(key))
        if keys is not None:
            return self._index.find(self._ids(keys))
        if row is not None:
            return self._index.key_of(row)
        return np.array([self._index.key_of(each) for each in rows or ()], np.uint64)

    def most_similar(
        self, queries: Any, *, batch_size: int = 1024, n: int = 1, sort: bool = True
    ) -> tuple[npt.NDArray[np.uint64], Rows, npt.NDArray[np.float32]]:
        """Return the words with the vectors most similar to each query.

        queries  (Q, D)
        returns  (Q, K) ids, rows and cosines, rounded to four digits; K is `n`

        Raises TextError if fewer than `n` rows have words.
        """
        self.check_default("most_similar")
        used = self._index.used_rows()
        if n > len(used):
            raise TextError(f"expected `n` of at most {len(used)}, the rows with words, got {n}")
        rows, scores = nearest_rows(queries, self.data, used, n, batch_size=batch_size, sort=sort)
        keys = np.array([self._index.key_of(row) for row in rows.ravel().tolist()], np.uint64)
        return keys.reshape(rows.shape), rows, scores

    # Writing

    def __setitem__(self, key: Key, vector: Any) -> None:
        """Change the vector of a word; raises UnknownKeyError if the word has no row."""
        self.check_default("setting a vector")
        self.data[self._row(key)] = self._as_row(vector)

    def add(self, key: Key, *, vector: Any = None, row: int | None = None) -> int:
        """Set the vector or the row of a word, and return the row.

        vector   (D,)  None leaves the row unchanged

        By default, a word keeps its row, and a new word gets the next free row.

        Raises TextError if no row is free, or if `row` is out of range.
        """
        if self._floret is not None:
            warnings.warn(
                "a floret table has a vector for every word: nothing is added", stacklevel=2
            )
            return -1
        number = self._id(key)
        if isinstance(key, str):
            self.strings.add(key)
        if row is None:
            known = self._index.get(number)
            row = known if known >= 0 else self._index.first_free()
        if row is None:
            raise TextError(
                f"the table is full: all of its {len(self)} rows have words",
                hint="add rows with `resize`",
            )
        if not 0 <= row < len(self):
            raise TextError(f"there is no row {row} in a table of {len(self)}")
        self._index.set(number, row)
        if vector is not None:
            self.data[row] = self._as_row(vector)
        return row

    def resize(self, shape: tuple[int, int], inplace: bool = False) -> list[tuple[int, int]]:
        """Change the shape, and return ids and former rows of words that lost their vectors.

        With `inplace`, the array's memory is reused. This needs the same width, and no other
        references to the array may exist. Raises TextError if the width differs or the array
        is not in main memory.
        """
        self.check_default("resize")
        if inplace:
            _check_inplace(self.data, shape)
            self.data.resize(shape, refcheck=False)
        else:
            rows, width = (min(pair) for pair in zip(self.data.shape, shape, strict=True))
            made = np.zeros_like(self.data, shape=shape)  # works for CuPy arrays too
            made[:rows, :width] = self.data[:rows, :width]
            self.data = made
        return self._index.resize(shape[0])

    def with_rows(self, data: Any, rows: Mapping[int, int]) -> Vectors:
        """Return vectors with this table, in which words have these rows.

        data     (R, D)
        """
        made = Vectors(strings=self.strings, data=data, name=self.name, attr=self.attr)
        for key, row in rows.items():
            made.add(key, row=row)
        return made

    def deduplicated(self) -> Vectors:
        """Return vectors without duplicate rows and without rows that have no word.

        The other rows keep their order, because the order of the words is their rank.
        """
        rows = self.key2row
        used = np.array(list(rows.values()), np.int64)
        distinct, first, inverse = np.unique(
            as_numpy(self.data)[used], axis=0, return_index=True, return_inverse=True
        )
        order = np.argsort(first)
        numbers = np.argsort(order)[inverse.reshape(-1)].tolist()
        return self.with_rows(distinct[order], dict(zip(rows, numbers, strict=True)))

    def clear(self) -> None:
        """Remove all words; the table itself is not changed."""
        self.check_default("clear")
        self._index = KeyIndex(len(self))

    def to_ops(self, ops: Any) -> None:
        """Move the table to the device of Thinc's `ops`."""
        self.data = ops.asarray(self.data)

    # Files

    to_bytes = storage.to_bytes
    from_bytes = storage.from_bytes
    to_disk = storage.to_disk
    from_disk = storage.from_disk

    def restore(
        self,
        *,
        data: Any = None,
        key2row: dict[int, int] | None = None,
        settings: tuple[Floret | None, int] | None = None,
    ) -> None:
        """Replace parts of the state when a file is read; None leaves a part unchanged.

        `settings` are the floret settings (None in the mode "default") and the attribute.
        """
        if settings is not None:
            self._floret, self.attr = settings
        if data is not None:
            self.data = data
        rows = self._index.as_dict() if key2row is None else key2row
        self._index = KeyIndex(len(self.data), rows if self._floret is None else None)

    def _as_row(self, vector: Any) -> Any:
        is_scalar = isinstance(vector, (int, float))
        return vector if is_scalar else on_device_of(self.data, _as_array(vector))

    def _row(self, key: Key) -> int:
        row = self._index.get(self._id(key))
        if row < 0:
            raise UnknownKeyError(
                f"`{key}` has no vector", hint="`vocab.get_vector` returns zeros for such a word"
            )
        return row

    def _id(self, key: Any) -> int:
        return self.strings.as_int(_plain(key))

    def _ids(self, keys: Any) -> npt.NDArray[np.uint64]:
        if isinstance(keys, np.ndarray):
            return keys.astype(np.uint64, copy=False)
        return np.array([self._id(key) for key in keys], np.uint64)

    def check_default(self, action: str) -> None:
        """Raise TextError in the mode "floret", in which `action` is not possible."""
        if self._floret is not None:
            raise TextError(
                f"`{action}` does not work with a floret table: its rows belong to n-grams",
                hint="read vectors with `vectors[word]`",
            )


def _as_array(vector: Any) -> Any:
    return np.asarray(vector) if isinstance(vector, (list, tuple, np.generic)) else vector


def _plain(key: Any) -> Key:
    return key if isinstance(key, str) else int(key)


def _check_floret(data: Any, keys: Iterable[Key] | None) -> None:
    if data is None or not len(data):
        raise TextError("a floret table needs `data`", hint="it cannot be filled later")
    if keys is not None:
        raise TextError("a floret table has no `keys`", hint="its rows belong to n-grams")


def _check_inplace(data: Any, shape: tuple[int, int]) -> None:
    if shape[1] != data.shape[1]:
        raise TextError(
            f"resizing in place cannot change the width from {data.shape[1]} to {shape[1]}"
        )
    if not isinstance(data, np.ndarray):
        raise TextError("only a table in main memory can be resized in place")
