"""Bytes that are damaged or hostile end in one error that names them, and change nothing else."""

import contextlib
import gc
import os
import zlib
from typing import Any

import pytest

from kernel.errors import LoadError
from kernel.files import check_type, decompress, pack, parse_json, read_file, read_json, unpack


@pytest.mark.parametrize(
    "value",
    [{"a": [1, 2.5, None, True, b"\x00"]}, "cut emoji \ud83d", {b"k": "v"}, [[]]],
    ids=["nested", "surrogate", "bytes key", "empty"],
)
def test_packed_values_come_back(value):
    assert unpack(pack(value)) == value


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"\x91", "incomplete"),
        (b"", "incomplete"),
        (b"\xc1", "a byte does not start a value"),
        (b"\x01\x02\x03", "2 more bytes after its end"),
        (b"\x91" * 100_000 + b"\xc0", "nested too deeply"),
        (b"\xdd\xff\xff\xff\xff", "4294967295 exceeds"),
        (b"\x81\x91\x01\x02", "unhashable"),
        (b"\xa1\xff", "utf-8"),
        (pack({b"nd": True, b"type": "|O", b"shape": [1], b"data": b"12345678"}), "OBJECT array"),
    ],
    ids=["cut", "empty", "format", "left over", "deep", "long", "key", "utf-8", "objects"],
)
def test_damaged_messages_are_refused_and_leave_the_garbage_collector_on(data, fault):
    with pytest.raises(LoadError, match=rf"^the letter is damaged: .*{fault}"):
        unpack(data, what="the letter")
    assert gc.isenabled()


def test_decompression_stops_at_the_limit():
    data = zlib.compress(bytes(50 << 20))
    with pytest.raises(LoadError, match="the file is larger than 1 MB when decompressed"):
        decompress(data, what="the file", limit=1 << 20)


def test_the_limit_follows_the_size_and_the_environment(monkeypatch):
    data = zlib.compress(bytes(3 << 20))
    assert len(decompress(data)) == 3 << 20
    monkeypatch.setenv("KERNEL_MAX_UNPACKED_MB", "2")
    with pytest.raises(LoadError, match=r"larger than 2 MB .*\nhint: .*KERNEL_MAX_UNPACKED_MB"):
        decompress(data)
    monkeypatch.setenv("KERNEL_MAX_UNPACKED_MB", "many")
    with pytest.raises(LoadError, match="must be a number of megabytes, got 'many'"):
        decompress(data)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data[:-3], "truncated"),
        (lambda data: data + b"x", "other bytes follow its end"),
        (lambda data: b"no zlib", "incorrect header check"),
        (lambda data: b"", "truncated"),
    ],
    ids=["cut", "left over", "other", "empty"],
)
def test_damaged_zlib_data_is_refused(change, fault):
    with pytest.raises(LoadError, match=rf"^the file .*{fault}"):
        decompress(change(zlib.compress(b"text" * 1000)), what="the file")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b'{"a": 1,\n "b" 2}', "line 2, column 6: Expecting ':' delimiter"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"1" * 5000, "not JSON: Exceeds the limit"),
        (b"[NaN]", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[1e999]", "1e999 is too large"),
        (b'"\xff"', "is not UTF-8: byte 1"),
        (b"[1] [2]", "Extra data"),
        (b"", "line 1, column 1"),
    ],
    ids=["syntax", "lists", "maps", "digits", "nan", "inf", "1e999", "utf-8", "left over", "empty"],
)
def test_damaged_json_is_refused_with_file_and_place(data, fault, tmp_path):
    path = tmp_path / "meta.json"
    path.write_bytes(data)
    with pytest.raises(LoadError, match=rf"meta.json` .*{fault}"):
        read_json(path)


def test_json_with_a_byte_order_mark_and_half_an_emoji():
    assert parse_json(b'\xef\xbb\xbf["\\ud83d", 1e3]') == ["\ud83d", 1000.0]


def test_only_regular_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, fault in [
        (tmp_path / "pipe", "not a regular file"),
        (tmp_path, "not a regular file"),
        (tmp_path / "missing", "no such file"),
        (f"{tmp_path}/a\0b", "cannot be read: .*null"),
    ]:
        with pytest.raises(LoadError, match=fault):
            read_file(path)


@pytest.mark.parametrize(
    ("value", "expected", "fault"),
    [
        ([1, "a"], list[int], r"`\[1\]` is 'a', expected int"),
        ({"a": {"b": [None]}}, {"a": {"b": list[str]}}, r"`a.b\[0\]` is None, expected str"),
        ({"a": 1}, {"a": int, "b": int}, "has no `b`"),
        ({"a": "1"}, {"a?": int}, "`a` is '1', expected int"),
        (3, dict[str, int], "is 3, expected dict"),
        ({1: 2}, dict[str, int], "has a key that is 1, expected str"),
        (True, int, "is True, expected int"),
        (float("nan"), float, "is nan, expected a finite number"),
        (10**400, float, "is a very large integer, expected a finite number"),
        ("x", int | None, r"is 'x', expected int \| None"),
        ({"a": 1, 2: 3, True: 4}, dict[int | str, Any], r"has a key that is True, .* int \| str"),
        ([1, "a", None], list[int | str], r"`\[2\]` is None, expected int \| str"),
        ([1, float("inf")], list[int | float], r"`\[1\]` is inf, expected int \| float"),
    ],
)
def test_wrong_types_are_named_with_their_place(value, expected, fault):
    with pytest.raises(LoadError, match=rf"^the file:? {fault}$"):
        check_type(value, expected, what="the file")


@pytest.mark.parametrize("data", [pack(["a", [1]]), b"\x93\x01"], ids=["whole", "truncated"])
@pytest.mark.parametrize("is_enabled", [True, False])
def test_reading_leaves_the_garbage_collector_as_it_was(data, is_enabled):
    before = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        with contextlib.suppress(LoadError):
            unpack(data)
        assert gc.isenabled() == is_enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_right_types_pass():
    value = {"a": [1], "b": None, "c": 2, "more": object()}
    expected = {"a": list[int], "b": str | None, "c": float, "d?": int}
    assert check_type(value, expected) is value
