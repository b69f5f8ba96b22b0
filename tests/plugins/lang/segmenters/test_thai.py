"""The tokenizer of Thai."""

import pytest

import kernel

pytestmark = pytest.mark.needs("pythainlp")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("คุณรักผมไหม", ["คุณ", "รัก", "ผม", "ไหม"]),
        ("ก้าวไกล ไปไหน  ครับ\n", ["ก้าวไกล", " ", "ไป", "ไหน", "  ", "ครับ", "\n"]),
    ],
)
def test_words_and_whitespace_are_tokens(text, words):
    doc = kernel.blank("th")(text)
    assert [token.text_with_ws for token in doc] == words
