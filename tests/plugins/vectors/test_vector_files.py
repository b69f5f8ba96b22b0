import gzip
import io
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel_plugin_vectors.files import read_array, read_floret_table, read_word_vectors

LINES = "cat 1 2.5 -3\nnew york 0 1e-2 7\n\u00a0x 4 5 6\n"
WORDS = ["cat", "new york", "\u00a0x"]
DATA = np.array([[1, 2.5, -3], [0, 0.01, 7], [4, 5, 6]], "float32")


@pytest.fixture
def write(tmp_path):
    def run(text, name="v.txt"):
        path = tmp_path / name
        path.write_bytes(text.encode("utf8") if isinstance(text, str) else text)
        return path

    return run


@pytest.mark.parametrize("header", ["", "3 3\n"], ids=["no-header", "header"])
def test_each_line_has_a_word_and_its_numbers(write, header):
    found = read_word_vectors(write(header + LINES))
    assert found.words == WORDS
    assert found.data.dtype == "float32"
    np.testing.assert_array_equal(found.data, DATA)


def pack_tar(data):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        entry = tarfile.TarInfo("folder/v.txt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def pack_zip(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("v.txt", data)
        archive.writestr("other.txt", "no vectors")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        pytest.param("v.vec", lambda data: data, id="plain"),
        pytest.param("v.txt.gz", gzip.compress, id="gz"),
        pytest.param("v.zip", pack_zip, id="zip"),
        pytest.param("v.tar.gz", pack_tar, id="tar.gz"),
    ],
)
def test_compressed_files_are_decompressed(write, name, pack):
    found = read_word_vectors(write(pack(LINES.encode("utf8")), name))
    assert found.words == WORDS
    np.testing.assert_array_equal(found.data, DATA)


def test_limit_reads_only_the_first_words(write):
    assert read_word_vectors(write("3 3\n" + LINES), limit=2).words == WORDS[:2]
    # The malformed line after them is not parsed.
    assert read_word_vectors(write("a 1\nb 2\nc x\n"), limit=2).words == ["a", "b"]


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    lambda word: word == word.strip(" ")
)
NUMBERS = st.lists(
    st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=2
)


@given(st.lists(st.tuples(WORD, NUMBERS), min_size=1, max_size=5))
def test_written_vectors_are_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("vectors") / "v.txt"
    lines = [f"{word} {a!r} {b!r}\n" for word, (a, b) in rows]
    path.write_text(f"{len(rows)} 2\n" + "".join(lines), encoding="utf8", newline="\n")
    found = read_word_vectors(path)
    assert found.words == [word for word, _ in rows]
    np.testing.assert_allclose(found.data, [numbers for _, numbers in rows], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "v.txt: the file is empty", id="empty"),
        pytest.param("a 1 2\nb 3\n", "v.txt:2: expected a word and 2 numbers, got 1", id="short"),
        pytest.param("a 1 2\nb 3 x\n", "v.txt:2: .*could not convert.*'x'", id="not-a-number"),
        pytest.param("2 2\na 1 2\nb 1 2 x\n", "v.txt:3: .*'x'", id="not-a-number-at-the-end"),
        pytest.param("a 1 2\nb 1 nan\n", "v.txt:2: a number is not finite", id="nan"),
        pytest.param("a 1 2\n\nb 1 1e99\n", "v.txt:3: a number is not finite", id="too-large"),
        pytest.param("3 2\na 1 2\nb 1 2\n", "v.txt: the first line says 3 words, got 2", id="few"),
        pytest.param("1 2\na 1 2\nb 1 2\n", "v.txt: the first line says 1 words, got 2", id="many"),
        pytest.param("word\n", "v.txt:1: expected a word and its numbers", id="no-numbers"),
        pytest.param(b"\xff\xfe 1 2\n", r"v\.txt:1: not UTF-8: byte 0xff", id="another-encoding"),
    ],
)
def test_malformed_line_is_reported_with_its_number(write, text, message):
    with pytest.raises(DataError, match=message):
        read_word_vectors(write(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff2 2\nNew\xa0York 1 2\nb\u2028 3 4\n", id="header"),
        pytest.param("\ufeffNew\xa0York 1 2\r\nb\u2028\t3\t4\r\n\n", id="windows"),
        pytest.param("New\xa0York 1 2\rb\u2028 3 4 \r", id="old-mac"),
    ],
)
def test_only_line_ends_and_spaces_separate(write, text):
    found = read_word_vectors(write(text))
    assert found.words == ["New\xa0York", "b\u2028"]
    np.testing.assert_array_equal(found.data, [[1, 2], [3, 4]])


def test_the_number_of_words_may_be_limited(write):
    assert read_word_vectors(write("3 1\na 1\nb 2\nc 3\n"), limit=2).words == ["a", "b"]


def test_decompressed_size_is_limited(write, monkeypatch):
    monkeypatch.setenv("KERNEL_MAX_UNPACKED_MB", "1")
    data = gzip.compress(b"a 1\n" * 500_000)
    with pytest.raises(DataError, match=r"v\.txt\.gz: too large when decompressed"):
        read_word_vectors(write(data, "v.txt.gz"))


def test_damaged_compressed_file_is_named(write):
    with pytest.raises(DataError, match=r"v\.txt\.gz: cannot be read"):
        read_word_vectors(write(b"no gzip", "v.txt.gz"))


# Floret


def test_floret_table_is_read_with_its_settings(write):
    found = read_floret_table(write("2 3 4 5 2 77 < >\n0 1 2 3\n1 4 5 6\n"))
    np.testing.assert_array_equal(found.data, [[1, 2, 3], [4, 5, 6]])
    assert found.settings == {
        "minn": 4,
        "maxn": 5,
        "hash_count": 2,
        "hash_seed": 77,
        "bow": "<",
        "eow": ">",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("2 3\n0 1 2 3\n", "v.txt:1: expected floret's first line", id="header"),
        pytest.param("1 1 2 1 1 0 < >\n0 1\n1 1\n", "says 1 rows, got 2", id="more-rows"),
        pytest.param("3 1 1 2 1 0 < >\n0 1\n", "says 3 rows, got 1", id="rows-missing"),
    ],
)
def test_malformed_floret_table_is_refused(write, text, message):
    with pytest.raises(DataError, match=message):
        read_floret_table(write(text))


# Arrays


def test_array_of_an_npz_file_is_read(tmp_path):
    np.savez(tmp_path / "v.npz", DATA.astype("float64"))
    found = read_array(tmp_path / "v.npz")
    assert found.dtype == "float32"
    np.testing.assert_array_equal(found, DATA)


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param({"a": DATA, "b": DATA}, id="two"),
        pytest.param({"a": DATA[0]}, id="one-axis"),
        pytest.param({}, id="none"),
    ],
)
def test_file_without_exactly_one_matrix_is_refused(tmp_path, arrays):
    np.savez(tmp_path / "v.npz", **arrays)
    with pytest.raises(DataError, match=r"expected one array with two axes|has 1 axes, expected 2"):
        read_array(tmp_path / "v.npz")


def test_array_of_objects_is_refused(tmp_path):
    np.savez(tmp_path / "v.npz", np.array([[{}]], object))
    with pytest.raises(DataError, match="cannot be read"):
        read_array(tmp_path / "v.npz")
