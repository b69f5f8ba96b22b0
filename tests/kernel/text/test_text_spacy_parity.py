"""The same docs in spaCy and here: what they say of themselves, and their files."""

import zlib

import pytest

from kernel.files import unpack


def without_user_data(docs):
    return [{key: value for key, value in doc.items() if key != "user_data"} for doc in docs]


@pytest.mark.parametrize("seed", [1, 2])
def test_docs_describe_themselves_as_in_spacy(both_sides, seed):
    assert both_sides("kernel", "make", seed) == both_sides("spacy", "make", seed)


def test_file_of_spacy_gives_the_same_docs(both_sides, tmp_path):
    both_sides("spacy", "write", 3, tmp_path / "spacy.spacy")

    ours = both_sides("kernel", "read", tmp_path / "spacy.spacy")

    assert ours == both_sides("spacy", "read", tmp_path / "spacy.spacy")


def test_spacy_reads_our_file_as_we_do(both_sides, tmp_path):
    written = both_sides("kernel", "write", 4, tmp_path / "kernel.spacy")

    read = both_sides("spacy", "read", tmp_path / "kernel.spacy")

    assert read == both_sides("kernel", "read", tmp_path / "kernel.spacy")
    # Lists in user data come back as tuples, on both sides.
    assert without_user_data(read) == without_user_data(written)


def test_files_are_the_same_bytes(both_sides, tmp_path):
    for library in ("spacy", "kernel"):
        both_sides(library, "write", 5, tmp_path / library)

    files = [(tmp_path / library).read_bytes() for library in ("spacy", "kernel")]

    assert unpack(zlib.decompress(files[0])) == unpack(zlib.decompress(files[1]))
