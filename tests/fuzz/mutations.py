"""Damage to the content of files: to its bytes, its lines, or the values that it stands for.

A codec says how a reader's data is built. Its `mutate` damages the values inside, also those in
nested formats (a map of MessagePack may hold JSON), or the bytes.
"""

import json
import math
import random
import zlib
from collections.abc import Callable
from typing import Any

from srsly import msgpack

MAX_DEPTH = 3000

NUMBERS = [0, 1, -1, 2, 255, -(2**31), 2**31, 2**63, 2**64 - 1, 0.5, -1.5, 1e300]
NUMBERS += [math.nan, math.inf]
TEXTS = [
    "",
    " ",
    "x",
    "\0",
    "\ud83d",
    "é",
    "0",
    "-1",
    "nan",
    "../x",
    "x" * 500,
    "\u2028",
    "[",
    "{}",
]
VALUES = [None, True, False, b"", b"\x90", b"\x00" * 8, [], {}, [[]], {"a": 1}, {"": None}]
VALUES += [*NUMBERS, *TEXTS, [0] * 50, ["a", 1, None], {1: 2}, {"name": 1, "labels": "x"}]
# Pieces of text that readers of lines and of configs have trouble with.
PIECES = ["\t", "\n", "\r", "\r\n", "\ufeff", "\xa0", "\u2028", "\x85", "\x1c", "\0", "\ud83d"]
PIECES += ["nan", "inf", "1e999", "9" * 5000, "-1", "true", "null", "[" * MAX_DEPTH]
PIECES += ['{"a":' * MAX_DEPTH, '"', "'", "'''", "\\", "#", "=", "[a]", "[[a]]", "${a.b}", "@", "|"]
PIECES += [" ", ":", ",", "]", "}", "-", "_", "B-X", "I-X", "L-", "\\ud83d", "\\u0000", "%", "é"]


class NothingToChangeError(Exception):
    """This mutation does not apply to this data."""


# Bytes


def mutate_bytes(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Return `data` with one to three kinds of damage; splices take bytes from `other`."""
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        data = rng.choice(_BYTES)(data, rng, other)
    return data


def _flip(data: bytes, rng: random.Random, _: bytes) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def _overwrite(data: bytes, rng: random.Random, _: bytes) -> bytes:
    at, n = rng.randrange(len(data) + 1), rng.choice([1, 1, 4, 8])
    new = rng.choice([b"\0" * n, b"\xff" * n, rng.randbytes(n)])
    return data[:at] + new + data[at + n :]


def _truncate(data: bytes, rng: random.Random, _: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _delete(data: bytes, rng: random.Random, _: bytes) -> bytes:
    start, n = rng.randrange(len(data) + 1), rng.choice([1, 2, 8, 100])
    return data[:start] + data[start + n :]


def _repeat(data: bytes, rng: random.Random, _: bytes) -> bytes:
    start, n = rng.randrange(len(data) + 1), rng.choice([1, 8, 100])
    return data[:start] + data[start : start + n] * rng.choice([2, 3, 50]) + data[start + n :]


def _splice(data: bytes, rng: random.Random, other: bytes) -> bytes:
    other = other or data
    start = rng.randrange(len(other) + 1)
    piece = other[start : start + rng.choice([1, 16, 200])]
    at = rng.randrange(len(data) + 1)
    return data[:at] + piece + data[at + rng.choice([0, len(piece)]) :]


def _append(data: bytes, rng: random.Random, _: bytes) -> bytes:
    return data + rng.choice([b"\0", b"x", b"\n", rng.randbytes(20), data])


_BYTES = [_flip, _flip, _overwrite, _truncate, _delete, _repeat, _splice, _append]


# Text


def mutate_text(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Return `data` with damage to its lines, its fields, or its characters."""
    text = data.decode("utf8", "surrogatepass")
    more = other.decode("utf8", "surrogatepass")
    for _ in range(rng.choice([1, 1, 2, 3])):
        text = rng.choice([_piece, _piece, _lines, _fields, _spliced_line])(text, rng, more)
    return text.encode("utf8", "surrogatepass")


def _piece(text: str, rng: random.Random, _: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(PIECES) + text[at + rng.choice([0, 0, 1, 5]) :]


def _lines(text: str, rng: random.Random, _: str) -> str:
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(4)
    if how == 0:
        del lines[i]
    elif how == 1:
        lines.insert(j, lines[i])
    elif how == 2:
        lines[i], lines[j] = lines[j], lines[i]
    else:
        lines[i] = lines[i].rstrip("\n") + lines[j]
    return "".join(lines)


def _fields(text: str, rng: random.Random, _: str) -> str:
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    i = rng.randrange(len(lines))
    separator = rng.choice(["\t", " ", "=", ",", ":", "|"])
    fields = lines[i].split(separator)
    k = rng.randrange(len(fields))
    fields[k : k + 1] = rng.choice([[], [fields[k]] * 2, [""], ["_"], ["-1"], ["99"], ["x y"]])
    lines[i] = separator.join(fields)
    return "".join(lines)


def _spliced_line(text: str, rng: random.Random, more: str) -> str:
    lines, others = text.splitlines(keepends=True), more.splitlines(keepends=True)
    if others:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(others))
    return "".join(lines)


# Values


def mutate_value(value: Any, rng: random.Random) -> Any:
    """Return `value` with one of its parts replaced, removed, repeated or nested deeply."""
    parts = list(_parts(value))
    path, part = rng.choice(parts)
    if isinstance(part, bytes) and rng.random() < 0.7:
        return _replaced(value, path, mutate_nested(part, rng))
    how = rng.random()
    if how < 0.6:
        return _replaced(value, path, rng.choice(VALUES))
    if how < 0.7:
        return _replaced(value, path, rng.choice(parts)[1])
    if how < 0.75:
        return _replaced(value, path, _deep(part, rng.choice([10, 100, 500])))
    return _replaced(value, path, _resized(part, rng))


def _resized(part: Any, rng: random.Random) -> Any:
    if isinstance(part, list | tuple) and part:
        at = rng.randrange(len(part))
        kept = list(part)
        kept[at : at + 1] = rng.choice([[], [part[at]] * 2, [part[at], rng.choice(VALUES)]])
        return kept
    if isinstance(part, dict) and part:
        key = rng.choice(list(part))
        new = rng.choice([None, "x", "", 7, f"{key}x"])
        return {(new if k == key else k): v for k, v in part.items() if k != key or new is not None}
    if isinstance(part, bool):
        return not part
    if isinstance(part, int | float):
        return rng.choice([part + 1, -part, part * 2, str(part), [part]])
    if isinstance(part, str):
        return rng.choice([part + "\ud83d", part * 2, part[:-1], part.encode("utf8", "replace")])
    return rng.choice(VALUES)


def _deep(part: Any, n: int) -> Any:
    for _ in range(n):
        part = [part]
    return part


def _parts(value: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _parts(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from _parts(inner, (*path, i))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {
            key: _replaced(inner, path[1:], new) if key == path[0] else inner
            for key, inner in value.items()
        }
    return [
        _replaced(inner, path[1:], new) if i == path[0] else inner for i, inner in enumerate(value)
    ]


# Formats


def _load_msgpack(data: bytes) -> Any:
    # Without the hook for arrays: they stay maps, whose parts are damaged too.
    return msgpack.unpackb(data, raw=False, object_pairs_hook=dict, unicode_errors="surrogatepass")


def _dump_msgpack(value: Any) -> bytes:
    return msgpack.packb(value, use_bin_type=True, unicode_errors="surrogatepass")


def _dump_json(value: Any) -> bytes:
    return json.dumps(value).encode("utf8", "surrogatepass")


def _of_values(load: Callable[[bytes], Any], dump: Callable[[Any], bytes]) -> Callable[..., bytes]:
    def mutate(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
        try:
            return dump(mutate_value(load(data), rng))
        except (ValueError, TypeError, OverflowError, RecursionError, zlib.error) as error:
            raise NothingToChangeError from error

    return mutate


_msgpack = _of_values(_load_msgpack, _dump_msgpack)
_json = _of_values(json.loads, _dump_json)


def mutate_nested(data: bytes, rng: random.Random) -> bytes:
    """Return damaged bytes that are a field of something; MessagePack and JSON are recognized."""
    for mutate in (_json, _msgpack):
        try:
            return mutate(data, rng)
        except NothingToChangeError:
            continue
    return mutate_bytes(data, rng)


def mutate_json(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Return JSON with damaged values, or damaged text."""
    return _json(data, rng) if rng.random() < 0.6 else mutate_text(data, rng, other)


def mutate_msgpack(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Return MessagePack with damaged values, or damaged bytes."""
    return _msgpack(data, rng) if rng.random() < 0.7 else mutate_bytes(data, rng, other)


def mutate_zlib(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Return compressed MessagePack with damage inside or to the compressed bytes."""
    if rng.random() < 0.2:
        return mutate_bytes(data, rng, other)
    inner = mutate_msgpack(zlib.decompress(data), rng, zlib.decompress(other) if other else b"")
    return zlib.compress(inner)


MUTATORS: dict[str, Callable[..., bytes]] = {
    "bytes": mutate_bytes,
    "text": mutate_text,
    "json": mutate_json,
    "msgpack": mutate_msgpack,
    "zlib": mutate_zlib,
}
