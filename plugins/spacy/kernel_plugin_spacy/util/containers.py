"""Saving objects field by field, and the least of tokenizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from kernel.files import pack, unpack
from kernel.pipeline import is_excluded

Getters = Mapping[str, Callable[[], Any]]
Setters = Mapping[str, Callable[[Any], Any]]


def to_dict(getters: Getters, exclude: Iterable[str] = ()) -> dict[str, Any]:
    """Return what each getter returns, under its name; without those in `exclude`.

    A name is excluded as a whole or by its part before the first dot.
    """
    left_out = tuple(exclude)
    return {key: get() for key, get in getters.items() if not is_excluded(key, left_out)}


def from_dict(
    msg: Mapping[str, Any], setters: Setters, exclude: Iterable[str] = ()
) -> Mapping[str, Any]:
    """Hand each value to its setter; returns `msg`. What has no value, or is excluded, is not."""
    left_out = tuple(exclude)
    for key, set_value in setters.items():
        if key in msg and not is_excluded(key, left_out):
            set_value(msg[key])
    return msg


def to_bytes(getters: Getters, exclude: Iterable[str] = ()) -> bytes:
    """Return `to_dict` as a msgpack map."""
    return pack(to_dict(getters, exclude))


def from_bytes(
    bytes_data: bytes, setters: Setters, exclude: Iterable[str] = ()
) -> Mapping[str, Any]:
    """Hand the values of what `to_bytes` returned to their setters; returns them."""
    return from_dict(unpack(bytes_data), setters, exclude)


def to_disk(
    path: str | Path, writers: Mapping[str, Callable[[Path], Any]], exclude: Iterable[str] = ()
) -> Path:
    """Let each writer write its file or folder in the folder `path`; returns it."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    left_out = tuple(exclude)
    for key, write in writers.items():
        if not is_excluded(key, left_out):
            write(folder / key)
    return folder


def from_disk(
    path: str | Path, readers: Mapping[str, Callable[[Path], Any]], exclude: Iterable[str] = ()
) -> Path:
    """Let each reader read its file or folder in the folder `path`; returns it."""
    folder = Path(path)
    left_out = tuple(exclude)
    for key, read in readers.items():
        if not is_excluded(key, left_out):
            read(folder / key)
    return folder


class DummyTokenizer:
    """What a tokenizer needs that has nothing to save: the base of one that is a function."""

    def __call__(self, text: str) -> Any:
        """Return the text as a Doc."""
        raise NotImplementedError

    def pipe(self, texts: Iterable[str], **_: Any) -> Iterator[Any]:
        """Yield a Doc for each text."""
        return map(self, texts)

    def to_bytes(self, **_: Any) -> bytes:
        """Return nothing."""
        return b""

    def from_bytes(self, data: bytes, **_: Any) -> Self:
        """Read nothing."""
        return self

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Write nothing."""

    def from_disk(self, path: str | Path, **_: Any) -> Self:
        """Read nothing."""
        return self
