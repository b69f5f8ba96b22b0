"""Named tables of linguistic data, which map strings to values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from kernel.errors import TextError
from kernel.files import check_type, pack, read_file, unpack, write_file
from kernel.text.errors import UnknownKeyError
from kernel.text.words.strings import hash_string, hash_strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOOKUPS_FILE: Final = "lookups.bin"


class Table(dict[int, Any]):
    """A dict whose keys are ids of strings; methods accept the string or its id.

    `revision` counts the changes, so that results made of a table can be kept until it changes.
    """

    revision: int = 0  # of the class: pickle sets values before attributes

    def __init__(
        self, name: str | None = None, data: Mapping[str | int, Any] | Iterable[Any] = ()
    ) -> None:
        super().__init__()
        self.name = name
        self.update(data)

    def __getitem__(self, key: str | int) -> Any:
        try:
            return super().__getitem__(_id_of(key))
        except KeyError:
            raise self._unknown(key) from None

    def __setitem__(self, key: str | int, value: Any) -> None:
        self.revision += 1
        super().__setitem__(_id_of(key), value)

    def __delitem__(self, key: str | int) -> None:
        self.pop(key)

    def __or__(self, other: Mapping[Any, Any]) -> Table:  # type: ignore[override]
        return self.copy().__ior__(other)

    def __ior__(self, other: Mapping[Any, Any] | Iterable[Any]) -> Self:  # type: ignore[override]
        self.update(other)
        return self

    def __contains__(self, key: object) -> bool:
        return super().__contains__(_id_of(key) if isinstance(key, str) else key)

    def copy(self) -> Table:
        """Return a table with the same name and values."""
        return Table(self.name, self)

    def get(self, key: str | int, default: Any = None) -> Any:
        """Return the value of a string, or `default`."""
        return super().get(_id_of(key), default)

    def set(self, key: str | int, value: Any) -> None:
        """Set the value of a string."""
        self[key] = value

    def pop(self, key: str | int, *default: Any) -> Any:
        """Remove a string and return its value; raises UnknownKeyError if there is none."""
        self.revision += 1
        try:
            return super().pop(_id_of(key), *default)
        except KeyError:
            raise self._unknown(key) from None

    def popitem(self) -> tuple[int, Any]:
        """Remove the last string and return its id and value."""
        self.revision += 1
        return super().popitem()

    def clear(self) -> None:
        """Remove all strings."""
        self.revision += 1
        super().clear()

    def setdefault(self, key: str | int, default: Any = None) -> Any:
        """Return the value of a string, which is first set to `default` if it is missing."""
        self.revision += 1
        return super().setdefault(_id_of(key), default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set many values."""
        self.revision += 1
        given = dict(*args, **kwargs)
        kinds = {*map(type, given)}
        if kinds == {int}:
            super().update(given)
        else:
            keys = hash_strings(list(given)) if kinds == {str} else map(_id_of, given)
            super().update(zip(keys, given.values(), strict=True))

    @classmethod
    def from_dict(cls, data: Mapping[str | int, Any], name: str | None = None) -> Table:
        """Return a table with this data."""
        return cls(name, data)

    def to_bytes(self) -> bytes:
        """Return name and content as bytes."""
        return pack({"name": self.name, "dict": dict(self)})

    def from_bytes(self, bytes_data: bytes) -> Table:
        """Replace name and content; raises LoadError if `bytes_data` is damaged."""
        loaded = unpack(bytes_data, what="the table")
        # spaCy also writes a Bloom filter, `bloom`.
        fields = {"name": str | None, "dict": dict[int | str, Any]}
        check_type(loaded, fields, what="the table")
        self.name = loaded["name"]
        self.clear()
        self.update(loaded["dict"])
        return self

    def _unknown(self, key: str | int) -> UnknownKeyError:
        return UnknownKeyError(f"no {key!r} in the table `{self.name}`")


class Lookups:
    """Tables by name."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __len__(self) -> int:
        return len(self._tables)

    @property
    def tables(self) -> list[str]:
        """The names of the tables."""
        return list(self._tables)

    def add_table(self, name: str, data: Mapping[Any, Any] | None = None) -> Table:
        """Add a new table.

        Raises TextError if a table with this name exists.
        """
        if name in self._tables:
            raise TextError(f"the table `{name}` exists already", hint="set_table replaces it")
        return self.set_table(name, Table(name, data or {}))

    def set_table(self, name: str, table: Mapping[Any, Any]) -> Table:
        """Add a table, or replace the one with this name."""
        made = table if isinstance(table, Table) else Table(name, table)
        self._tables[name] = made
        return made

    def get_table(self, name: str, *default: Any) -> Any:
        """Return a table, or the default if there is no such table.

        Raises UnknownKeyError if there is neither.
        """
        if not default:
            self._check(name)
        return self._tables.get(name, *default)

    def remove_table(self, name: str) -> Table:
        """Remove a table and return it; raises UnknownKeyError if there is no such table."""
        self._check(name)
        return self._tables.pop(name)

    def has_table(self, name: str) -> bool:
        """Return whether there is a table called `name`."""
        return name in self._tables

    def to_bytes(self) -> bytes:
        """Return all tables as bytes."""
        return pack({name: dict(table) for name, table in self._tables.items()})

    def from_bytes(self, bytes_data: bytes) -> Lookups:
        """Replace all tables with those in `bytes_data`; raises LoadError if it is damaged."""
        return self._read(bytes_data, "the lookup tables")

    def to_disk(self, path: str | Path, filename: str = LOOKUPS_FILE) -> None:
        """Write all tables to the folder `path`."""
        data = self.to_bytes()
        Path(path).mkdir(parents=True, exist_ok=True)
        write_file(Path(path, filename), data)

    def from_disk(self, path: str | Path, filename: str = LOOKUPS_FILE) -> Lookups:
        """Replace all tables with those in the folder `path`; a missing file changes nothing.

        Raises LoadError with the name of a damaged file.
        """
        file = Path(path, filename)
        return self._read(read_file(file), f"`{file}`") if file.exists() else self

    def _read(self, data: bytes, what: str) -> Lookups:
        loaded = unpack(data, what=what) if data else {}
        check_type(loaded, dict[str, dict[int | str, Any]], what=what)
        self._tables = {name: Table(name, table) for name, table in loaded.items()}
        return self

    def _check(self, name: str) -> None:
        if name not in self._tables:
            raise UnknownKeyError(
                f"no table `{name}`", hint=f"there are: {', '.join(self._tables) or 'none'}"
            )


def _id_of(key: Any) -> Any:
    return hash_string(key) if isinstance(key, str) else key
