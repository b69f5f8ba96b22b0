"""Base forms of words, as the table `[norms]` describes them."""

import pytest

from kernel.errors import DataError
from kernel_plugin_lang.languages.classes import language_from_file

TABLE = """
name = "Klingon"
[norms.words]
"'e'" = "that"
"Q" = "Qapla'"

[[norms.endings]]
endings = "mey Du'"

[[norms.endings]]
endings = "pu'"
cut = 2
min_length = 6
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tlh.toml"


def norms(file, words):
    vocab = language_from_file(file)().vocab
    return [vocab[word].norm_ for word in words.split()]


def test_words_and_endings(file):
    file.write_text(TABLE, encoding="utf8")

    assert norms(file, "'e' Q q ’ Hommey mey nuvpu' npu' BIR") == [
        *("that", "Qapla'", "q", "'", "Hom", "mey", "nuvp", "npu'", "bir")
    ]


def test_case_can_be_kept(file):
    file.write_text('name = "Klingon"\n[norms]\nlower = false\n', encoding="utf8")

    assert norms(file, "BIR ’ …") == ["BIR", "'", "..."]


def test_a_length_is_a_whole_number(file):
    file.write_text(TABLE.replace("cut = 2", "cut = -2"), encoding="utf8")

    with pytest.raises(DataError, match=r"tlh.toml:12: `norms.endings\[2\].cut`: expected a whole"):
        language_from_file(file)
