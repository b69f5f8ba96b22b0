"""From the tables of a TOML file to objects of attrs classes, with the place of each mistake."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import attrs
from attrs import frozen

from kernel.errors import DataError, did_you_mean

TableT = TypeVar("TableT")

_READ: Final = "read"
# Some editors write a byte-order mark.
_ENCODING: Final = "utf-8-sig"


@frozen
class Place:
    """A key of a file, as the names and numbers that lead to it from the top."""

    path: Path
    keys: tuple[str | int, ...] = ()

    def at(self, key: str | int) -> Place:
        """Return the place of a key of the table, or of an item of the list, at this place."""
        return attrs.evolve(self, keys=(*self.keys, key))

    @property
    def name(self) -> str:
        """The keys, with dots; items are counted from 1."""
        names = (f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in self.keys)
        return "".join(names).removeprefix(".")

    def error(self, message: str, *, near: str = "", hint: str | None = None) -> DataError:
        """Return the error that something is wrong here, at the first line that contains `near`."""
        about = f"`{self.name}`: {message}" if self.keys else message
        return DataError(about, path=self.path, line=_line(self, near), hint=hint)


Read: TypeAlias = Callable[[object, Place], Any]
"""Checks a value of a file, and returns it as the class of the table wants it."""


def key(read: Read, *, default: Any = attrs.NOTHING) -> Any:
    """Return the attrs field of one key of a table; without a default, the key is required."""
    return attrs.field(default=default, metadata={_READ: read})


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; raises DataError, with the line, if it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding=_ENCODING))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8, at byte {error.start}", path=path) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"\(at line (\d+)", str(error))
        number = int(line[1]) if line else None
        raise DataError(f"not TOML: {error}", path=path, line=number) from error
    except RecursionError as error:
        raise DataError("its tables and lists are nested too deeply", path=path) from error


def read_table(cls: type[TableT], value: object, place: Place) -> TableT:
    """Return an object of `cls`, an attrs class whose fields are all made with `key`.

    A key that is a word of Python (`class`) is a field with an underscore after it.

    Raises DataError for an unknown or missing key, and for a value of another type.
    """
    if not isinstance(value, dict):
        raise _expected("a table", place)
    fields = {field.name.rstrip("_"): field for field in attrs.fields(cls)}  # type: ignore[arg-type]
    check_keys(value, fields, place)
    for name, field in fields.items():
        if name not in value and field.default is attrs.NOTHING:
            raise place.error(f"the key `{name}` is missing")
    return cls(
        **{
            fields[name].name: fields[name].metadata[_READ](each, place.at(name))
            for name, each in value.items()
        }
    )


def check_keys(table: Iterable[str], known: Collection[str], place: Place) -> None:
    """Raise DataError for a key of a table that is not known."""
    for name in table:
        if name not in known:
            raise place.at(name).error("unknown key", hint=did_you_mean(name, known))


# What a value may be


def read_text(value: object, place: Place) -> str:
    """Read a string."""
    if not isinstance(value, str):
        raise _expected("a string", place)
    return value


def read_flag(value: object, place: Place) -> bool:
    """Read `true` or `false`."""
    if not isinstance(value, bool):
        raise _expected("true or false", place)
    return value


def read_count(value: object, place: Place) -> int:
    """Read a whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _expected("a whole number, 0 or more", place)
    return value


def read_positive(value: object, place: Place) -> int:
    """Read a whole number of at least 1."""
    if read_count(value, place) == 0:
        raise _expected("a whole number, 1 or more", place)
    return read_count(value, place)


def read_texts(value: object, place: Place) -> list[str]:
    """Read a list of strings."""
    if not isinstance(value, list):
        raise _expected("a list of strings", place)
    return [read_text(each, place.at(number)) for number, each in enumerate(value)]


def read_words(value: object, place: Place) -> list[str]:
    """Read words: a string in which blanks separate them, or a list of strings."""
    words = value.split() if isinstance(value, str) else read_texts(value, place)
    if "" in words:
        raise place.at(words.index("")).error("the word is empty")
    return words


def read_text_by_text(value: object, place: Place) -> dict[str, str]:
    """Read a table of strings."""
    if not isinstance(value, dict):
        raise _expected("a table of strings", place)
    return {name: read_text(each, place.at(name)) for name, each in value.items()}


def one_of(*allowed: str) -> Read:
    """Return a function that reads one of the strings `allowed`."""

    def read(value: object, place: Place) -> str:
        if value not in allowed:
            raise _expected(" or ".join(f'"{each}"' for each in allowed), place)
        return str(value)

    return read


def list_of(read: Read) -> Read:
    """Return a function that reads a list whose items are read by `read`."""

    def read_list(value: object, place: Place) -> list[Any]:
        if not isinstance(value, list):
            raise _expected("a list", place)
        return [read(each, place.at(number)) for number, each in enumerate(value)]

    return read_list


def table(cls: type[Any]) -> Read:
    """Return a function that reads a table as an object of `cls`; see `read_table`."""
    return lambda value, place: read_table(cls, value, place)


def _expected(what: str, place: Place) -> DataError:
    return place.error(f"expected {what}")


# Where a key is in the file


def _line(place: Place, near: str) -> int | None:
    """Return the number of the line of a key, or of the first line with `near` from there on."""
    try:
        lines = place.path.read_text(encoding=_ENCODING).splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    start = _key_line(lines, place.keys)
    if start is None or not near:
        return start
    numbers = range(start, len(lines) + 1)
    return next((number for number in numbers if near in lines[number - 1]), start)


def _key_line(lines: Iterable[str], keys: tuple[str | int, ...]) -> int | None:
    """Return the number of the line of the innermost of the keys that has a line."""
    found, depth = None, 0
    table: tuple[str | int, ...] = ()
    counts: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        if header := re.fullmatch(r"\s*(\[\[?)\s*([\w.-]+)\s*\]+\s*(?:#.*)?", line):
            is_item = header[1] == "[["
            counts[header[2]] += is_item
            path = table = tuple(_keys_of(header[2], counts))
        elif assignment := re.match(r"""\s*([\w-]+|"[^"]+"|'[^']+')\s*=""", line):
            path = (*table, assignment[1].strip("\"'"))
        else:
            continue
        if len(path) > depth and keys[: len(path)] == path:
            found, depth = number, len(path)
    return found


def _keys_of(header: str, counts: Mapping[str, int]) -> Iterator[str | int]:
    """Yield the keys of a header, with the number of the item after the name of a list.

    counts  the number of items so far of each list of tables
    """
    names = header.split(".")
    for depth, name in enumerate(names, start=1):
        yield name
        n_items = counts.get(".".join(names[:depth]), 0)
        if n_items:
            yield n_items - 1
