"""Reading word vectors from files: text with one word per line, or an array.

Axes: R rows, D width.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import lzma
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np
from attrs import frozen

from kernel.errors import DataError, LoadError
from kernel.files import max_unpacked, open_file, parse_npy, read_file
from kernel.lines import decode_lines, is_blank
from kernel.ops import Floats

_N_FLORET_FIELDS: Final = 8
_MAX_DIGITS: Final = 18
_CHUNK_BYTES: Final = 1 << 16
# What the readers of archives raise for damaged ones, encrypted ones, and unknown compression.
_UNREADABLE: Final = (
    OSError,
    EOFError,
    RuntimeError,
    OverflowError,
    IndexError,
    UnicodeDecodeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)


@frozen(eq=False)
class WordVectors:
    """Words and their vectors.

    words  R strings
    data   (R, D)  float32
    """

    words: list[str]
    data: Floats


@frozen(eq=False)
class FloretTable:
    """A floret table and its settings.

    settings  keyword arguments of `kernel.text.Vectors`
    data      (R, D)  float32
    """

    settings: dict[str, Any]
    data: Floats


def read_word_vectors(path: Path, *, limit: int = 0) -> WordVectors:
    """Read words and their vectors, the first `limit` of them (0: all).

    The first line may give the numbers of words and of values.

    Raises `DataError` with the line number for a line whose number of values differs from the
    first line's, or for a value that is not a finite number; and if the first line gives another
    number of words.
    """
    with _opened(path) as lines:
        first = next(lines, None)
        if first is None:
            raise DataError("the file is empty", path=path)
        fields = _fields(first[1])
        n_rows = None
        if len(fields) == 2 and all(map(_is_count, fields)):
            n_rows, width = int(fields[0]), int(fields[1])
        else:
            width = len(fields) - 1
        if width < 1:
            raise DataError("expected a word and its numbers", path=path, line=1)
        rows = lines if n_rows is not None else itertools.chain([first], lines)
        found = _collect(itertools.islice(rows, limit) if limit else rows, width, path)
    if n_rows is not None and len(found.words) != min(n_rows, limit or n_rows):
        raise DataError(
            f"the first line says {n_rows} words, got {len(found.words)}",
            path=path,
            hint="the file is truncated, or was edited; correct or delete its first line",
        )
    return found


def read_floret_table(path: Path) -> FloretTable:
    """Read a floret table.

    Raises `DataError` if the header is not floret's, if a row does not have the width given
    there, or if there are fewer rows than it says.
    """
    with _opened(path) as lines:
        header = _fields(next(lines, (1, ""))[1])
        if len(header) != _N_FLORET_FIELDS or not all(map(_is_count, header[:-2])):
            raise DataError(
                f"expected floret's first line of {_N_FLORET_FIELDS} fields, got {len(header)}",
                path=path,
                line=1,
                hint="buckets, width, minn, maxn, hash count, hash seed, and the marks of words",
            )
        rows, width, minn, maxn, hash_count, hash_seed = map(int, header[:-2])
        bow, eow = header[-2:]
        found = _collect(lines, width, path)
    if len(found.data) != rows or not rows:
        raise DataError(f"the first line says {rows} rows, got {len(found.data)}", path=path)
    settings = {
        "minn": minn,
        "maxn": maxn,
        "hash_count": hash_count,
        "hash_seed": hash_seed,
        "bow": bow,
        "eow": eow,
    }
    return FloretTable(settings, found.data)


def read_array(path: Path) -> Floats:
    """Return the array of a `.npz` or `.npy` file.

    returns  (R, D)  float32

    Raises `DataError` unless the file holds exactly one array, with two axes.
    """
    try:
        data = read_file(path) if path.suffix == ".npy" else _only_member(path)
        array: Floats = parse_npy(data, n_axes=2, what="the array").astype(np.float32)
    except (LoadError, *_UNREADABLE) as error:
        raise DataError(f"cannot be read: {error}", path=path) from error
    if not np.isfinite(array).all():
        raise DataError("a number does not fit float32", path=path)
    return array


def _only_member(path: Path) -> bytes:
    with open_file(path) as file, zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if len(names) != 1:
            raise DataError(f"expected one array with two axes, got {len(names)}", path=path)
        with archive.open(names[0]) as member:
            return _Limited(member, path).read()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[int, str]]]:
    """Open a text file, decompressed if the suffix of its name says so; yield numbered lines."""
    try:
        with _unpacked(path) as raw:
            yield decode_lines(cast("IO[bytes]", _Limited(raw, path)), path)
    except DataError:
        raise
    except _UNREADABLE as error:
        raise DataError(f"cannot be read: {error}", path=path) from error


class _Limited(io.BufferedIOBase):
    """An open file that raises DataError after more bytes than a file of its size may have."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__()
        self._file = file
        self._path = path
        self._n_left = max_unpacked(path.stat().st_size)

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes."""
        return self._counted(self._file.read(-1 if size is None else size))

    def read1(self, size: int = -1) -> bytes:
        """Return some of the next bytes."""
        return self._counted(self._file.read(_CHUNK_BYTES if size < 0 else size))

    def _counted(self, data: bytes) -> bytes:
        self._n_left -= len(data)
        if self._n_left < 0:
            raise DataError(
                "too large when decompressed",
                path=self._path,
                hint="if you trust it, set KERNEL_MAX_UNPACKED_MB to a larger number",
            )
        return data


@contextlib.contextmanager
def _unpacked(path: Path) -> Iterator[Any]:
    with open_file(path) as file:
        if path.name.endswith((".tar.gz", ".tgz")):
            with tarfile.open(fileobj=file) as archive:
                members = (archive.extractfile(member) for member in archive)
                yield _first((member for member in members if member is not None), path)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(file) as packed:
                files = (packed.open(entry) for entry in packed.infolist() if not entry.is_dir())
                yield _first(files, path)
        elif path.suffix == ".gz":
            with gzip.open(file) as unpacked:
                yield unpacked
        else:
            yield io.BufferedReader(file)


def _first(files: Iterable[Any], path: Path) -> Any:
    found = next(iter(files), None)
    if found is None:
        raise DataError("the archive contains no file", path=path)
    return found


def _collect(lines: Iterable[tuple[int, str]], width: int, path: Path) -> WordVectors:
    """Parse numbered lines, each with a word and `width` numbers; blank ones are skipped."""
    words: list[str] = []
    rows: list[Floats] = []
    with warnings.catch_warnings():
        # For text that it cannot parse, `np.fromstring` only warns.
        warnings.simplefilter("error", DeprecationWarning)
        for number, line in lines:
            if is_blank(line):
                continue
            word, values = _parse(line.replace("\t", " ").rstrip(" "), width, path, number)
            if not np.isfinite(values).all():
                raise DataError("a number is not finite", path=path, line=number)
            words.append(word)
            rows.append(values)
    return WordVectors(words, np.stack(rows) if rows else np.zeros((0, width), np.float32))


def _fields(line: str) -> list[str]:
    """Return the fields of a line; only spaces and tabs separate them."""
    return [field for field in line.replace("\t", " ").split(" ") if field]


def _is_count(field: str) -> bool:
    return field.isascii() and field.isdigit() and len(field) <= _MAX_DIGITS


def _parse(line: str, width: int, path: Path, number: int) -> tuple[str, Floats]:
    word, _, rest = line.partition(" ")
    try:
        values: Floats = np.fromstring(rest, np.float32, sep=" ")
        if len(values) == width:
            return word, values
    except (DeprecationWarning, ValueError):
        pass
    # Slower, but needed only for words that contain spaces and for malformed lines.
    return _parse_from_right(line, width, path, number)


def _parse_from_right(line: str, width: int, path: Path, number: int) -> tuple[str, Floats]:
    word, *fields = line.rsplit(" ", width)
    if len(fields) != width:
        raise DataError(
            f"expected a word and {width} numbers, got {len(fields)}", path=path, line=number
        )
    try:
        return word, np.array([float(field) for field in fields]).astype(np.float32)
    except ValueError as error:
        raise DataError(
            f"expected a word and {width} numbers: {error}", path=path, line=number
        ) from error
