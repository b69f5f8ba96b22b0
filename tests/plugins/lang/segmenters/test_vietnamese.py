"""The tokenizer of Vietnamese."""

import pytest

import kernel

TEXT = "Đây là một văn  bản bằng ngôn ngữ này, ông Nguyễn\nVăn."


@pytest.mark.needs("pyvi")
def test_words_contain_the_whitespace_between_their_syllables():
    doc = kernel.blank("vi")(TEXT)
    expected = ["Đây", "là", "một", "văn  bản", "bằng", "ngôn ngữ", "này", ",", "ông"]
    assert [token.text for token in doc][:9] == expected
    assert doc[9].text == "Nguyễn\nVăn"


def test_without_pyvi_words_are_between_whitespace():
    nlp = kernel.blank("vi", config={"nlp": {"tokenizer": {"use_pyvi": False}}})
    doc = nlp(TEXT)
    assert [token.text for token in doc if not token.is_space] == TEXT.split()
    assert doc[4].text == " "


@pytest.mark.needs("pyvi")
def test_addresses_are_found_after_a_run_of_dotted_words():
    address = "a.b-c@mail.example.vn"
    text = "a." * 100 + f" ! {address}"
    doc = kernel.blank("vi")(text)
    assert (doc.text, doc[-1].text) == (text, address)
