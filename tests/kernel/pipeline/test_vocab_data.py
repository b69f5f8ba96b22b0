"""Attributes of words from a JSONL file."""

import pytest

import kernel
from kernel.errors import DataError
from kernel.pipeline.vocab_data import read_vocab_data


def test_attributes_are_set_and_ranks_are_reset(tmp_path):
    path = tmp_path / "words.jsonl"
    path.write_text(
        '{"settings": {}}\n\n{"orth": "colour", "id": 3, "norm": "color", "prob": -7.5}\n'
    )
    vocab = kernel.blank("en").vocab
    vocab["other"].rank = 8
    read_vocab_data(vocab, path)
    assert (vocab["colour"].rank, vocab["colour"].norm_) == (3, "color")
    assert vocab["other"].rank == 2**64 - 1
    assert vocab["colour"].prob == pytest.approx(-7.5)


def test_entry_of_the_guide_is_read(tmp_path):
    path = tmp_path / "words.jsonl"
    entry = (
        '"orth": ".", "id": 1, "lower": ".", "norm": ".", "shape": ".", "prefix": ".", '
        '"suffix": ".", "length": 1, "cluster": "8", "prob": -3.0678977966308594, '
        '"is_alpha": false, "is_ascii": true, "is_punct": true, "like_url": false, '
        '"is_stop": false, "is_oov": false, "is_quote": false, "is_left_punct": false'
    )
    path.write_text(f'{{"lang": "en", "settings": {{"oov_prob": -20.5}}}}\n{{{entry}}}\n')
    vocab = kernel.blank("en").vocab
    read_vocab_data(vocab, path)
    lexeme = vocab["."]
    assert (lexeme.rank, lexeme.cluster, lexeme.shape_, lexeme.is_punct) == (1, 8, ".", True)
    assert lexeme.prob == pytest.approx(-3.0678977966308594)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{nope", "not valid JSON", id="no-json"),
        pytest.param('{"id": 1}', "expected a string `orth`", id="no-word"),
        pytest.param(
            '{"orth": "a", "tag": "NN"}', "`tag` is not a lexical attribute", id="no-lexical"
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    path = tmp_path / "words.jsonl"
    path.write_text('{"orth": "fine"}\n' + line + "\n")
    with pytest.raises(DataError, match=rf"words\.jsonl:2: .*{message}"):
        read_vocab_data(kernel.blank("en").vocab, path)


def test_words_may_contain_unusual_line_separators(tmp_path):
    path = tmp_path / "words.jsonl"
    lines = ['{"orth": "a\u2028b", "norm": "x\x85y"}', '{"orth": "c", "norm": "d"}', "{"]
    path.write_bytes("\r\n".join(["\ufeff", *lines]).encode("utf8"))
    vocab = kernel.blank("en").vocab
    with pytest.raises(DataError, match=r"words\.jsonl:4: not valid JSON"):
        read_vocab_data(vocab, path)
    assert [vocab[word].norm_ for word in ("a\u2028b", "c")] == ["x\x85y", "d"]
