"""MessagePack, a binary format for plain values, which runs no code when read."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from kernel.errors import LoadError


def pack(value: Any) -> bytes:
    """Return `value` as MessagePack: dicts, lists, strings, bytes, numbers and arrays.

    Half of a surrogate pair, as in a text that was cut inside an emoji, is kept.
    """
    # Imported here because importing it takes longer than importing `kernel.text`.
    from srsly import msgpack

    packed: bytes = msgpack.packb(value, use_bin_type=True, unicode_errors="surrogatepass")
    return packed


def unpack(data: bytes, *, what: str = "the data", tuples: bool = False) -> Any:
    """Return the value in `data`; with `tuples`, lists are returned as tuples.

    Raises `LoadError` that starts with `what` if `data` is not one MessagePack value: damaged,
    truncated, followed by other bytes, or nested more than 1000 levels deep.
    """
    # Not `srsly.msgpack_loads`, which leaves the garbage collector disabled after an error.
    from srsly import msgpack

    try:
        return msgpack.unpackb(data, raw=False, use_list=not tuples, unicode_errors="surrogatepass")
    # Decoders of arrays, also those that plugins register with srsly, raise whatever they like.
    except Exception as error:
        raise LoadError(f"{what} is damaged: {reason(error)}") from error


@contextlib.contextmanager
def unchanged_gc() -> Iterator[None]:
    """Restore the state of the garbage collector at the end of the block.

    `srsly.msgpack_loads`, which Thinc calls, leaves it disabled after an error.
    """
    was_enabled = gc.isenabled()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def reason(error: Exception) -> str:
    """Return in words why MessagePack could not be read."""
    from srsly.msgpack import ExtraData, FormatError, OutOfData, StackError

    if isinstance(error, ExtraData):
        return f"{len(error.extra)} more bytes after its end"
    if isinstance(error, StackError):
        return "it is nested too deeply"
    if isinstance(error, FormatError):
        return "a byte does not start a value"
    if isinstance(error, OutOfData):
        return "it is truncated"
    return str(error) or type(error).__name__
