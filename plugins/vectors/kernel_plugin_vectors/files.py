"""Reading word vectors from files: text with one word per line, or an array.

Axes: R rows, D width.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from attrs import frozen

from kernel.errors import DataError
from kernel.ops import Floats

_N_FLORET_FIELDS: Final = 8


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

    Raises `DataError` with the line number for a line whose number of values differs from the
    first line's, or for a value that is not a number.
    """
    with _opened(path) as file:
        lines: Iterator[tuple[int, str]] = enumerate(file, start=1)
        first = next(lines, None)
        if first is None:
            raise DataError("the file is empty", path=path)
        fields = first[1].split()
        if len(fields) == 2 and all(map(str.isdecimal, fields)):
            width = int(fields[1])
        else:
            width = len(fields) - 1
            lines = itertools.chain([first], lines)
        if width < 1:
            raise DataError("expected a word and its numbers", path=path, line=1)
        wanted = itertools.islice(lines, limit) if limit else lines
        return _collect(wanted, width, path)


def read_floret_table(path: Path) -> FloretTable:
    """Read a floret table.

    Raises `DataError` if the header is not floret's, if a row does not have the width given
    there, or if there are fewer rows than it says.
    """
    with _opened(path) as file:
        lines = enumerate(file, start=1)
        header = next(lines, (1, ""))[1].split()
        try:
            rows, width, minn, maxn, hash_count, hash_seed = map(int, header[:6])
            bow, eow = header[6:]
        except ValueError as error:
            raise DataError(
                f"expected floret's first line of {_N_FLORET_FIELDS} fields, got {len(header)}",
                path=path,
                line=1,
                hint="buckets, width, minn, maxn, hash count, hash seed, and the marks of words",
            ) from error
        found = _collect(itertools.islice(lines, rows), width, path)
    if len(found.data) != rows:
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
        # Reading arrays of Python objects could run code, so they are refused.
        loaded = np.load(path, allow_pickle=False)
        arrays = [loaded[name] for name in loaded.files] if hasattr(loaded, "files") else [loaded]
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"cannot be read: {error}", path=path) from error
    shapes = [array.shape for array in arrays]
    if len(arrays) != 1 or arrays[0].ndim != 2:
        raise DataError(f"expected one array with two axes, got shapes {shapes}", path=path)
    data: Floats = arrays[0].astype(np.float32)
    return data


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """Open a text file, decompressed if the suffix of its name says so."""
    try:
        # Only "\n" ends a line: words may contain other line separators.
        with (
            _unpacked(path) as raw,
            io.TextIOWrapper(raw, encoding="utf8", newline="\n") as file,
        ):
            yield file
    except (OSError, EOFError, UnicodeDecodeError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise DataError(f"cannot be read: {error}", path=path) from error


@contextlib.contextmanager
def _unpacked(path: Path) -> Iterator[Any]:
    if path.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path) as archive:
            members = (archive.extractfile(member) for member in archive)
            yield _first((member for member in members if member is not None), path)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            files = (packed.open(entry) for entry in packed.infolist() if not entry.is_dir())
            yield _first(files, path)
    elif path.suffix == ".gz":
        with gzip.open(path) as file:
            yield file
    else:
        with path.open("rb") as file:
            yield file


def _first(files: Iterable[Any], path: Path) -> Any:
    found = next(iter(files), None)
    if found is None:
        raise DataError("the archive contains no file", path=path)
    return found


def _collect(lines: Iterable[tuple[int, str]], width: int, path: Path) -> WordVectors:
    """Parse numbered lines, each with a word and `width` numbers."""
    words: list[str] = []
    rows: list[Floats] = []
    with warnings.catch_warnings():
        # For text that it cannot parse, `np.fromstring` only warns.
        warnings.simplefilter("error", DeprecationWarning)
        for number, line in lines:
            word, values = _parse(line.rstrip("\r\n "), width, path, number)
            words.append(word)
            rows.append(values)
    return WordVectors(words, np.stack(rows) if rows else np.zeros((0, width), np.float32))


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
        return word, np.array([float(field) for field in fields], np.float32)
    except ValueError as error:
        raise DataError(
            f"expected a word and {width} numbers: {error}", path=path, line=number
        ) from error
