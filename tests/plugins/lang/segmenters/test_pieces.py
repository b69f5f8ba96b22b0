"""The words of a segmenter become tokens that contain every character of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import Vocab
from kernel_plugin_lang.segmenters.characters import doc_of_characters
from kernel_plugin_lang.segmenters.pieces import cover, cut, with_spaces, without_surrogates

TEXTS = st.text(st.sampled_from("ab中文é😀\u200b\u0301 \n\t\u3000\xa0"), max_size=30)


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        (["中文", "空格"], ["中文", "  ", "空格", "\n"]),
        (["中文", " ", " ", "空格", "\n"], ["中文", " ", " ", "空格", "\n"]),
        (["中", "文", "空格"], ["中", "文", "  ", "空格", "\n"]),
        (["中文", "空間"], ["中文", "  ", "空格", "\n"]),
        (["中國", "空格"], ["中文", "  ", "空格", "\n"]),
        (["空格", "", "中文"], ["中文", "  ", "空格", "\n"]),
        ([], ["中文", "  ", "空格", "\n"]),
    ],
    ids=["words", "with-whitespace", "characters", "changed", "first-changed", "order", "none"],
)
def test_words_cover_the_text(words, pieces):
    assert list(cover("中文  空格\n", words)) == pieces


@pytest.mark.parametrize(
    ("pieces", "tokens"),
    [
        (["a", " ", "b"], ["a_", "b"]),
        (["a", "  ", "b"], ["a_", " ", "b"]),
        (["a", " ", " ", "b", "\n", " "], ["a_", " ", "b", "\n "]),
        ([" ", "a", " "], [" ", "a_"]),
        (["a", "\n ", "b"], ["a", "\n ", "b"]),
        ([" "], [" "]),
        ([], []),
    ],
)
def test_a_space_after_a_word_belongs_to_it(pieces, tokens):
    texts, spaces = with_spaces(pieces)
    assert [text + "_" * space for text, space in zip(texts, spaces, strict=True)] == tokens


@given(TEXTS, st.lists(TEXTS))
def test_no_character_is_lost_whatever_the_words(text, words):
    assert "".join(cover(text, words)) == text


@given(TEXTS)
def test_words_of_the_text_are_found(text):
    words = text.split()
    assert [piece for piece in cover(text, words) if not piece.isspace()] == words


def test_characters_that_are_halves_are_replaced_one_by_one():
    assert without_surrogates("中\ud83d文") == "中\ufffd文"
    assert list(cut("中\ud83d文", [2, 1])) == ["中\ud83d", "文"]


@given(TEXTS)
def test_characters_are_tokens_and_runs_of_whitespace(text):
    doc = doc_of_characters(Vocab(), text)
    tokens, spaces = with_spaces(text)
    assert [token.text for token in doc] == tokens
    assert [bool(token.whitespace_) for token in doc] == spaces
    assert doc.text == text
