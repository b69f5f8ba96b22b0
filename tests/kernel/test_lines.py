"""One rule for the lines of text files, in every reader."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.lines import decode_lines, is_blank, read_lines, read_text, split_lines

# Characters at which `str.splitlines` splits, but text files do not.
NOT_LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "text"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "mark"])
def test_lines_end_at_lf_crlf_and_cr_only(path, end, mark):
    lines = ["one", "", f"two{NOT_LINE_ENDS}words", "\xa0three\xa0", "four"]
    text = mark + end.join(lines)
    path.write_bytes(text.encode("utf8"))
    assert list(read_lines(path)) == list(enumerate(lines, start=1))
    assert split_lines(text) == lines
    assert read_text(path) == "\n".join(lines)
    path.write_bytes((text + end).encode("utf8"))
    assert [line for _, line in read_lines(path)] == split_lines(text + end) == lines


@given(st.text(alphabet="ab\n\r\x85\u2028\x1c\ufeff", min_size=1))
def test_a_text_and_a_file_have_the_same_lines(text):
    file = io.BytesIO(text.encode("utf8"))
    lines = [line for _, line in decode_lines(file, Path("text"))]
    assert (lines or [""]) == split_lines(text)


def test_other_encodings_are_refused_with_the_line(path):
    path.write_bytes("Fine\r\rZoë\n".encode("latin1"))
    lines = read_lines(path)
    assert next(lines) == (1, "Fine")
    assert next(lines) == (2, "")
    with pytest.raises(DataError, match=r":3: not UTF-8: byte 0xeb at column 3") as caught:
        next(lines)
    assert caught.value.line == 3
    assert "iconv -f latin1" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "windows-1252"])
def test_the_hint_names_the_encoding(path, encoding):
    path.write_bytes("“Zoë” said\nso".encode(encoding))
    with pytest.raises(DataError, match=rf"iconv -f {encoding} -t utf-8"):
        read_text(path)


def test_a_file_name_in_the_hint_is_quoted(tmp_path):
    path = tmp_path / "a; rm -rf b"
    path.write_bytes(b"\xff\xfea\x00")
    with pytest.raises(DataError, match=r"iconv -f utf-16 -t utf-8 '.*a; rm -rf b'"):
        read_text(path)


def test_half_a_character_is_named(path):
    path.write_bytes(b"fine\nbad \xed\xa0\xbd\n")
    with pytest.raises(DataError, match=r":2: not UTF-8: byte 0xed at column 5\nhint: .*emoji"):
        read_text(path)


def test_missing_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_text(tmp_path / "none")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


def test_only_spaces_and_tabs_are_blank():
    assert is_blank(" \t ")
    assert not is_blank("\xa0")
    assert not is_blank("\u2028")
