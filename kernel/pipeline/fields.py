"""How components and pipelines become bytes and folders.

What is stored is a map from a field's name to its bytes: one file a field in a folder, one
msgpack map as bytes. Nothing here can run code that it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from kernel import files
from kernel.errors import LoadError
from kernel.files import pack

Writers = Mapping[str, Callable[[], bytes]]
Readers = Mapping[str, Callable[[bytes], object]]


def is_excluded(name: str, exclude: Iterable[str]) -> bool:
    """Say whether the field `name` is excluded: by its name, or by the part before its dot."""
    return name in exclude or name.split(".", maxsplit=1)[0] in exclude


def to_bytes(writers: Writers, exclude: Iterable[str]) -> bytes:
    """Return the fields of `writers` as one msgpack map."""
    exclude = tuple(exclude)
    return pack(
        {name: write() for name, write in writers.items() if not is_excluded(name, exclude)}
    )


def from_bytes(data: bytes, readers: Readers, exclude: Iterable[str]) -> None:
    """Hand the fields of `data`, from `to_bytes`, to their readers.

    Raises `LoadError` if `data` is no such map. A field without a reader is left alone.
    """
    exclude = tuple(exclude)
    fields = unpack(data)
    for name, read in readers.items():
        if name in fields and not is_excluded(name, exclude):
            read(fields[name])


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the msgpack map that `data` is; raises `LoadError` if it is none."""
    fields = files.unpack(data, name="the saved object")
    if not isinstance(fields, dict):
        raise LoadError(f"not the bytes of a saved object: a {type(fields).__name__}")
    return fields


def to_disk(folder: Path, writers: Writers, exclude: Iterable[str]) -> None:
    """Write each field of `writers` to its own file in `folder`."""
    exclude = tuple(exclude)
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in writers.items():
        if not is_excluded(name, exclude):
            folder.joinpath(name).write_bytes(write())


def from_disk(folder: Path, readers: Readers, exclude: Iterable[str]) -> None:
    """Hand each file of `folder` to its reader; raises `LoadError` naming one that will not do."""
    exclude = tuple(exclude)
    for name, read in readers.items():
        if is_excluded(name, exclude):
            continue
        path = folder / name
        if not path.exists():
            raise LoadError(f"{path} is missing", hint="was the folder copied whole?")
        try:
            read(path.read_bytes())
        except LoadError:
            raise
        except Exception as error:
            raise LoadError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
