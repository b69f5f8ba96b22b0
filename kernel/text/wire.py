"""MessagePack, in which the text types are written; arrays keep their type and shape."""

from __future__ import annotations

from typing import Any

from kernel.errors import LoadError


def pack(value: Any) -> bytes:
    """Return `value` (of dicts, lists, strings, bytes, numbers and arrays) as MessagePack."""
    # Imported here because it takes longer than the rest of `kernel.text` together.
    from srsly import msgpack_dumps

    packed: bytes = msgpack_dumps(value)
    return packed


def unpack(data: bytes, *, tuples: bool = False, name: str = "the data") -> Any:
    """Return the value in `data`, lists as tuples if asked for.

    Raises LoadError, with `name`, if that is no MessagePack.
    """
    from srsly import msgpack_loads

    try:
        return msgpack_loads(data, use_list=not tuples)
    except Exception as error:
        raise LoadError(f"{name} is damaged: {type(error).__name__}: {error}") from error
