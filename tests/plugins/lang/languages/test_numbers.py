"""Numbers and currencies in words, as the table `[numbers]` describes them."""

import pytest

from kernel.errors import DataError
from kernel_plugin_lang.languages.classes import language_from_file


@pytest.fixture
def vocab(tmp_path):
    def make(table):
        file = tmp_path / "tlh.toml"
        file.write_text(f'name = "Klingon"\n[numbers]\n{table}', encoding="utf8")
        return language_from_file(file)().vocab

    return make


@pytest.mark.parametrize(
    ("table", "numbers", "others"),
    [
        (
            "words = \"wa' cha'\"",
            "wa' WA' +cha' ~wa' w,a' 10 -1,000.5 1/2 ²",
            "wa cha'wa' 1/2/3 1% +",
        ),
        ("words = \"{wa',cha'}{,maH}\"", "wa' cha'maH CHA'MAH", "maH"),
        ('ordinals = "wa\'DIch"', "wa'DIch", "DIch"),
        ('words = "wa\'"\nmatch_case = true', "wa' +wa'", "Wa'"),
        ('endings = "{D,d}Ich"', "4DIch +4DICH 1,0dich", "DIch xDIch 1/2DIch"),
        ('words = "wa\'DIch"\nmatch_case = true', "wa'DIch", "wa'dich WA'DICH"),
        ("pattern = ['x+', 'y']", "x XX Y", "xy z"),
        ('parts = "ma H"', "1 omar oH Ho", "OMAR oh"),
        ('words = "wa\'"\nsigns = ""', "1 wa'", "+1 -wa'"),
        ('signs = "#"', "1 #1", "+1"),
        ('separators = " º"', "1º 1º2", "1.000 1,5"),
        ('fraction_bars = "^:"', "1^2 1:2", "1/2 1^2^3 1^:2"),
        ('words = "wa\'"\nhyphenated = true', "x-wa' x-10 +x-1", "x-x x-x-10 10-x"),
        ('words = "mahé"\nignore_accents = true', "mahé mahe máhe MAHÉ", "mah"),
    ],
)
def test_what_is_a_number(vocab, table, numbers, others):
    words = vocab(table)

    assert [word for word in numbers.split() if not words[word].like_num] == []
    assert [word for word in others.split() if words[word].like_num] == []


def test_phrases_are_numbers(vocab):
    assert vocab('words = ["wa\' maH"]')["wa' maH"].like_num


def test_currencies(vocab):
    words = vocab('currencies = "DarSeq{,mey}"')

    assert all(words[word].is_currency for word in ("DarSeq", "DarSeqmey", "$", "€€"))
    assert not any(words[word].is_currency for word in ("darseq", "$1", "mey"))


def test_a_pattern_must_be_a_regular_expression(vocab):
    with pytest.raises(DataError, match=r"tlh.toml:3: `numbers.pattern\[2\]`: not a regular expr"):
        vocab("pattern = ['x', '(']")
