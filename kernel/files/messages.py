"""MessagePack, a binary format for plain values, which runs no code when read."""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from kernel.errors import LoadError

Hook: TypeAlias = Callable[[Any], Any] | None


def pack(value: Any) -> bytes:
    """Return `value` as MessagePack: dicts, lists, strings, bytes, numbers and arrays.

    Half of a surrogate pair, as in a text that was cut inside an emoji, is kept.
    """
    # Imported here because importing it takes longer than importing `kernel.text`.
    from srsly.msgpack._packer import Packer

    encode, _ = _hooks()
    packer = Packer(default=encode, use_bin_type=True, unicode_errors="surrogatepass")
    packed: bytes = packer.pack(value)
    return packed


def unpack(data: bytes, *, what: str = "the data", tuples: bool = False) -> Any:
    """Return the value in `data`; with `tuples`, lists are returned as tuples.

    Raises `LoadError` that starts with `what` if `data` is not one MessagePack value: damaged,
    truncated, followed by other bytes, or nested more than 1000 levels deep.
    """
    from srsly.msgpack._unpacker import unpackb

    _, decode = _hooks()
    try:
        with paused_gc():
            return unpackb(
                data,
                object_hook=decode,
                raw=False,
                use_list=not tuples,
                unicode_errors="surrogatepass",
            )
    # Decoders of arrays, also those that plugins register with srsly, raise whatever they like.
    except Exception as error:
        raise LoadError(f"{what} is damaged: {reason(error)}") from error


def _hooks() -> tuple[Hook, Hook]:
    """Return what encodes and decodes arrays, and the types that are registered with srsly."""
    import catalogue

    return _hooks_of(len(catalogue.REGISTRY))


@functools.lru_cache(maxsize=1)
def _hooks_of(n_registered: int) -> tuple[Hook, Hook]:
    # srsly's own functions look for entry points in each call, which takes 0.2 ms, and
    # `msgpack_loads` leaves the garbage collector disabled after an error.
    from srsly import msgpack_decoders, msgpack_encoders

    encode = decode = None
    for encoder in msgpack_encoders.get_all().values():
        encode = functools.partial(encoder, chain=encode)
    for decoder in msgpack_decoders.get_all().values():
        decode = functools.partial(decoder, chain=decode)
    return encode, decode


@contextlib.contextmanager
def paused_gc() -> Iterator[None]:
    """Disable the garbage collector, and restore its state at the end of the block.

    A large file makes many objects and no garbage. `srsly.msgpack_loads`, which Thinc calls, leaves
    the collector disabled after an error.
    """
    was_enabled = gc.isenabled()
    gc.disable()
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
