"""Word vectors: a table with one row a word or several, or one of floret's n-grams.

Axes: R rows of the table, D width, N keys asked for, Q queries, K answers to each.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.errors import UnknownKeyError
from kernel.text.vectors import storage
from kernel.text.vectors.cosine_search import nearest_rows
from kernel.text.vectors.floret import Floret
from kernel.text.vectors.key_index import KeyIndex
from kernel.text.words.attributes import attr_id
from kernel.text.words.strings import StringStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Key = str | int
Rows = npt.NDArray[np.int32]

MODES: Final = ("default", "floret")


class BaseVectors:
    """What a vocabulary needs of its vectors; vectors of another make inherit from this."""

    name: str | None = None
    strings: StringStore

    def __init__(self, *, strings: StringStore | None = None) -> None:
        self.strings = StringStore() if strings is None else strings

    def __getitem__(self, key: Key) -> Any:
        """Return the vector of a word, given as text or as id."""
        raise NotImplementedError

    def __contains__(self, key: object) -> bool:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def is_full(self) -> bool:
        """Whether there is no row left for another word."""
        raise NotImplementedError

    def get_batch(self, keys: Sequence[Key] | npt.NDArray[np.uint64]) -> Any:
        """Return the vectors of many words."""
        raise NotImplementedError

    def are_known(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Say of each id whether the word has a vector.

        keys     (N,)
        returns  (N,)
        """
        return np.array([int(key) in self for key in keys], np.bool_)

    def add(self, key: Key, *, vector: Any = None, row: int | None = None) -> int:
        """Give a word a vector, or a row; returns the row."""
        raise NotImplementedError

    def to_ops(self, ops: Any) -> None:
        """Move the table to the device of Thinc's `ops`."""
        raise NotImplementedError

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return everything as bytes."""
        raise NotImplementedError

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> BaseVectors:
        """Take over what `to_bytes` returned."""
        raise NotImplementedError

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write everything into the folder `path`."""
        raise NotImplementedError

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> BaseVectors:
        """Take over what `to_disk` wrote."""
        raise NotImplementedError


class Vectors(BaseVectors):
    """Vectors by the id of the words' attribute `attr`.

    `data` (R, D) float32 is the table. In the mode "default", words are given rows by `add`,
    in the mode "floret" every word has a vector, the mean of those of its n-grams; then `data`
    is needed, and what would change the table raises TextError.
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
            raise TextError(f"expected a mode of {' or '.join(MODES)}, got {mode!r}")
        if mode == "floret":
            self._floret = Floret(
                minn=minn, maxn=maxn, hash_count=hash_count, hash_seed=hash_seed, bow=bow, eow=eow
            )
            _check_floret(self._floret, data, keys)
        for row, key in enumerate(keys or ()):
            self._index.set(self._id(key), row)

    def __repr__(self) -> str:
        return f"Vectors(shape={self.shape}, mode={self.mode!r}, name={self.name!r})"

    # What it is

    @property
    def mode(self) -> str:
        """How words find their vectors: "default" or "floret"."""
        return "default" if self._floret is None else "floret"

    @property
    def floret(self) -> Floret | None:
        """How words are cut into n-grams, None in the mode "default"."""
        return self._floret

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and width."""
        rows, width = self.data.shape
        return int(rows), int(width)

    @property
    def size(self) -> int:
        """Rows times width."""
        return int(self.data.size)

    @property
    def n_keys(self) -> int:
        """The number of words with a row, -1 if every word has a vector."""
        return -1 if self._floret is not None else len(self._index)

    @property
    def is_full(self) -> bool:
        """Whether no row is free."""
        return self._floret is not None or self._index.first_free() is None

    @property
    def key2row(self) -> dict[int, int]:
        """The row of each word, in the order in which they were added; a copy."""
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
        """Return the id of every word with a row."""
        return list(self._index.as_dict())

    def values(self) -> list[Any]:
        """Return the vector of every row that a word has."""
        return [self.data[row] for row in self._index.used_rows().tolist()]

    def items(self) -> list[tuple[int, Any]]:
        """Return every word's id with its vector."""
        return [(key, self.data[row]) for key, row in self._index.as_dict().items()]

    # Reading

    def __getitem__(self, key: Key) -> Any:
        """Return the vector of a word, given as text or as id.

        returns  (D,)

        Raises UnknownKeyError if it has none.
        """
        if self._floret is not None:
            return self.get_batch([key])[0]
        return self.data[self._row(key)]

    def get_batch(self, keys: Sequence[Key] | npt.NDArray[np.uint64]) -> Any:
        """Return the vectors of many words; one without a vector gets the last row, as in spaCy.

        returns  (N, D)
        """
        if self._floret is not None:
            strings = self.strings
            return self._floret.vectors([strings.as_string(_plain(key)) for key in keys], self.data)
        rows = self._index.find(self._ids(keys))
        return self.data[rows] if len(self) else np.zeros((len(rows), self.shape[1]), np.float32)

    def are_known(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Say of each id whether the word has a vector.

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
        """Return the row of a word or of many (-1 for none), or a word of a row or of many.

        Raises UnknownKeyError for a row that no word has, TextError unless asked for one thing.
        """
        self._check_default("find")
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
        """Return the words whose vectors are most like each query.

        queries  (Q, D)
        returns  (Q, K) ids, rows and cosines, rounded to four digits; K is `n`

        Raises TextError if fewer than `n` rows have words.
        """
        self._check_default("most_similar")
        used = self._index.used_rows()
        if n > len(used):
            raise TextError(f"{n} most similar words are asked for, but {len(used)} rows have any")
        rows, scores = nearest_rows(queries, self.data, used, n, batch_size=batch_size, sort=sort)
        keys = np.array([self._index.key_of(row) for row in rows.ravel().tolist()], np.uint64)
        return keys.reshape(rows.shape), rows, scores

    # Writing

    def __setitem__(self, key: Key, vector: Any) -> None:
        """Change the vector of a word; raises UnknownKeyError if it has no row."""
        self._check_default("setting a vector")
        self.data[self._row(key)] = vector

    def add(self, key: Key, *, vector: Any = None, row: int | None = None) -> int:
        """Give a word a vector, or the row of another; returns its row.

        vector   (D,)  None leaves the row as it is

        The row is its own if it has one, else the next that is free. Raises TextError if
        none is, or there is no such row.
        """
        if self._floret is not None:
            warnings.warn("a floret table has a vector of every word: none is added", stacklevel=2)
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
                hint="make room with `resize`",
            )
        if not 0 <= row < len(self):
            raise TextError(f"there is no row {row} in a table of {len(self)}")
        self._index.set(number, row)
        if vector is not None:
            self.data[row] = vector
        return row

    def resize(self, shape: tuple[int, int], inplace: bool = False) -> list[tuple[int, int]]:
        """Change rows and width; returns the words, with their rows, that lose their vectors.

        `inplace` keeps the array's own memory, for which the width must stay and nobody else
        may hold the array. Raises TextError if it cannot.
        """
        self._check_default("resize")
        if inplace:
            _check_inplace(self.data, shape)
            self.data.resize(shape, refcheck=False)
        else:
            rows, width = (min(pair) for pair in zip(self.data.shape, shape, strict=True))
            made = np.zeros_like(self.data, shape=shape)  # of CuPy too
            made[:rows, :width] = self.data[:rows, :width]
            self.data = made
        return self._index.resize(shape[0])

    def clear(self) -> None:
        """Take every word's row away; the table stays as it is."""
        self._check_default("clear")
        self._index = KeyIndex(len(self))

    def to_ops(self, ops: Any) -> None:
        """Move the table to the device of Thinc's `ops`."""
        self.data = ops.asarray(self.data)

    # Files

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return everything as spaCy packs it."""
        return storage.to_bytes(self, tuple(exclude))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Vectors:
        """Take over what `to_bytes` returned; raises LoadError if it is damaged."""
        storage.from_bytes(self, data, tuple(exclude))
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write `vectors`, `key2row`, `vectors.cfg` and `strings.json` into the folder `path`."""
        storage.to_disk(self, Path(path), tuple(exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Vectors:
        """Take over what `to_disk` wrote; files that are not there change nothing.

        Raises LoadError naming a file that is damaged.
        """
        storage.from_disk(self, Path(path), tuple(exclude))
        return self

    def restore(
        self,
        *,
        data: Any = None,
        key2row: dict[int, int] | None = None,
        settings: tuple[Floret | None, int] | None = None,
    ) -> None:
        """Replace parts of the state, as reading a file does; None leaves a part as it is.

        `settings` are the n-grams, None in the mode "default", and the attribute.
        """
        if settings is not None:
            self._floret, self.attr = settings
        if data is not None:
            self.data = data
        rows = self._index.as_dict() if key2row is None else key2row
        self._index = KeyIndex(len(self.data), rows if self._floret is None else None)

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

    def _check_default(self, action: str) -> None:
        if self._floret is not None:
            raise TextError(
                f"a floret table does not know `{action}`: its rows belong to n-grams",
                hint="read vectors with `vectors[word]`",
            )


def _plain(key: Any) -> Key:
    return key if isinstance(key, str) else int(key)


def _check_floret(floret: Floret, data: Any, keys: Iterable[Key] | None) -> None:
    if floret.maxn < floret.minn:
        raise TextError(f"expected `maxn` of at least `minn`, {floret.minn}, got {floret.maxn}")
    if not 1 <= floret.hash_count <= 4:
        raise TextError(f"expected a `hash_count` from 1 to 4, got {floret.hash_count}")
    if data is None or not len(data):
        raise TextError("a floret table needs its `data`", hint="it cannot be filled later")
    if keys is not None:
        raise TextError("a floret table has no `keys`", hint="its rows belong to n-grams")


def _check_inplace(data: Any, shape: tuple[int, int]) -> None:
    if shape[1] != data.shape[1]:
        raise TextError(f"in place the width stays {data.shape[1]}, got {shape[1]}")
    if not isinstance(data, np.ndarray):
        raise TextError("only a table in main memory can be resized in place")
