from __future__ import annotations

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters import conll_ner, iob
from kernel_plugin_corpus.converters.segmenting import load_segmenter

TWO = "Ada\tB-PER\nLovelace\tI-PER\nsaw\tO\n\nParis\tB-LOC\n"


def test_sentences_end_at_blank_lines(nlp, entities):
    docs = list(conll_ner.convert(TWO, nlp=nlp))
    assert [[token.text for token in doc] for doc in docs] == [
        ["Ada", "Lovelace", "saw"],
        ["Paris"],
    ]
    assert [entities(doc) for doc in docs] == [[("Ada Lovelace", "PER")], [("Paris", "LOC")]]


@pytest.mark.parametrize(("n_sents", "lengths"), [(1, [3, 1, 1]), (2, [4, 1]), (0, [5])])
def test_sentences_are_grouped(nlp, n_sents, lengths):
    docs = list(
        conll_ner.convert(TWO + "\n\n\nhi O\n".replace(" ", "\t"), nlp=nlp, n_sents=n_sents)
    )
    assert [len(doc) for doc in docs] == lengths
    assert sum(token.is_sent_start for doc in docs for token in doc) == 3


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('a . ! " b', ['a . ! "', "b"]),
        ("a . ) b . c", ["a . )", "b .", "c"]),
        ("a . 3 b", ["a .", "3 b"]),
        (". a", [".", "a"]),
        ("a .b", ["a .b"]),
        ("\u4f60\u597d \u3002 a", ["\u4f60\u597d \u3002", "a"]),
    ],
)
def test_sentences_end_at_punctuation(text, sentences):
    words = text.split()
    starts = load_segmenter(None)(words)
    ends = [*starts[1:], len(words)]
    assert [" ".join(words[s:e]) for s, e in zip(starts, ends, strict=True)] == sentences


def test_no_words_have_no_sentences():
    assert load_segmenter(None)([]) == []


def test_spaces_are_unknown_and_all_set(nlp):
    (doc,) = conll_ner.convert("a\tO\nb\tO\n", nlp=nlp)
    assert doc.has_unknown_spaces
    assert doc.text == "a b "


def test_second_of_four_columns_is_the_tag(nlp, entities):
    (doc,) = conll_ner.convert("EU NNP I-NP B-ORG\nrejects VBZ B-VP O\n", nlp=nlp)
    assert [token.tag_ for token in doc] == ["NNP", "VBZ"]
    assert entities(doc) == [("EU", "ORG")]


def test_docstart_lines_start_documents(nlp):
    text = "-DOCSTART- -X- O O\n\na x y O\n\nb x y O\n\n-DOCSTART- -X- O O\n\nc x y O\n"
    with pytest.warns(UserWarning, match="`n_sents` is not used"):
        docs = list(conll_ner.convert(text, nlp=nlp, n_sents=10))
    assert [doc.text.split() for doc in docs] == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param(["I-A", "I-A", "O"], [(0, 2, "A")], id="iob1"),
        pytest.param(["B-A", "B-A", "O"], [(0, 1, "A"), (1, 2, "A")], id="neighbours"),
        pytest.param(["B-A", "L-A", "U-B"], [(0, 2, "A"), (2, 3, "B")], id="biluo"),
        pytest.param(["S-A", "B-B", "E-B"], [(0, 1, "A"), (1, 3, "B")], id="bioes"),
        pytest.param(["B-A", "I-B", "O"], [(0, 1, "A"), (1, 2, "B")], id="other-label"),
    ],
)
def test_every_notation_gives_the_entities(nlp, tags, expected):
    text = "".join(f"w{i}\t{tag}\n" for i, tag in enumerate(tags))
    (doc,) = conll_ner.convert(text, nlp=nlp)
    assert [(span.start, span.end, span.label_) for span in doc.ents] == expected


def test_dash_is_an_unknown_tag(nlp):
    (doc,) = conll_ner.convert("a\t-\nb\tO\n", nlp=nlp)
    assert [token.ent_iob_ for token in doc] == ["", "O"]


def test_comments_above_sentences_are_left_out(nlp, entities):
    text = (
        "# id 5239d808\tdomain=en\n# text = # 1\n# _ _ O\n1 _ _ B-NUM\n\n"
        "# id 2\nAda _ _ B-PER\n# _ _ O\n"
    )
    first, second = conll_ner.convert(text, nlp=nlp)
    assert [token.text for token in first] == ["#", "1"]
    assert [token.text for token in second] == ["Ada", "#"]
    assert entities(second) == [("Ada", "PER")]


def test_a_comment_inside_of_a_sentence_is_an_error(nlp):
    with pytest.raises(DataError, match=r":2: expected a word and its entity tag"):
        list(conll_ner.convert("Ada\tB-PER\n# comment\n", nlp=nlp))


@pytest.mark.parametrize("separator", ["\t", " "], ids=["tab", "space"])
def test_unusual_spaces_are_part_of_words(nlp, separator):
    words = ["New\xa0York", "a\u2028b", "c\x85d", "e\x1cf", "g\u3000h"]
    rows = [f"{word}{separator}B-X" for word in words]
    for end in ("\n", "\r\n", "\r"):
        (doc,) = conll_ner.convert("\ufeff" + end.join(rows) + end, nlp=nlp)
        assert [token.text for token in doc] == words
    with pytest.raises(DataError, match=":6: 'B' is not an entity tag"):
        list(conll_ner.convert("\r".join([*rows, f"x{separator}B"]), nlp=nlp))
    (doc,) = iob.convert(" ".join(f"{word}|B-X" for word in words), nlp=nlp)
    assert [token.text for token in doc] == words


def test_word_with_a_space_stays_whole_between_tabs(nlp):
    (doc,) = conll_ner.convert("New\xa0York\xa0\tB-LOC\nis big\tO\n\xa0\tO\n", nlp=nlp)
    assert [token.text for token in doc] == ["New\xa0York", "is big", "\xa0"]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param(
            "Ada\tB-PER\nis\tvery\tO\n",
            2,
            "expected 2 columns, separated by tabs, as in line 1, got 3",
            id="more-columns",
        ),
        pytest.param(
            "Ada B-PER\n\n\nis\n",
            4,
            "expected a word and its entity tag, separated by a space, got 'is'",
            id="one-column",
        ),
        pytest.param("Ada\tB-\n", 1, "the entity tag 'B-' has no label", id="no-label"),
        pytest.param(
            "Ada\tPER\n",
            1,
            "'PER' is not an entity tag: expected O, B-LABEL or I-LABEL",
            id="no-tag",
        ),
        pytest.param("a\tO\n\tO\n", 2, "the word is empty", id="no-word"),
    ],
)
def test_bad_rows_are_reported_by_line(nlp, write, content, line, message):
    path = write("bad.iob", content)
    with pytest.raises(DataError) as caught:
        list(conll_ner.convert(path, nlp=nlp))
    assert caught.value.message == f"{path}:{line}: {message}"
    assert caught.value.line == line


@pytest.mark.parametrize("content", ["", "\n\n \n", "\ufeff"], ids=["nothing", "blank", "mark"])
def test_empty_file_is_an_error(nlp, write, content):
    with pytest.raises(DataError, match=r"empty\.iob: the file is empty"):
        list(conll_ner.convert(write("empty.iob", content), nlp=nlp))


def test_wrong_encoding_is_reported_by_line(nlp, write):
    path = write("latin.iob", "ok\tO\nMünchen\tB-LOC\n", encoding="latin1")
    with pytest.raises(DataError) as caught:
        list(conll_ner.convert(path, nlp=nlp))
    assert caught.value.message == f"{path}:2: not UTF-8: byte 0xfc at column 2"
    assert "iconv -f latin1 -t utf-8" in caught.value.hint


def test_byte_order_mark_and_windows_line_ends_are_removed(nlp, write):
    (doc,) = conll_ner.convert(write("win.iob", "\ufeffAda\tB-PER\r\nsaw\tO\r\n"), nlp=nlp)
    assert [token.text for token in doc] == ["Ada", "saw"]


def test_long_file_without_blank_lines_is_warned_about(nlp):
    with pytest.warns(UserWarning, match="no blank lines: all 300 tokens are one sentence"):
        (doc,) = conll_ner.convert("a\tO\n" * 300, nlp=nlp)
    assert len(doc) == 300


def test_iob_line_is_a_sentence(nlp, entities):
    text = "Ada|NNP|B-PER saw|VBD|O\n\nParis|NNP|B-LOC\n"
    docs = list(iob.convert(text, nlp=nlp))
    assert [doc.text.split() for doc in docs] == [["Ada", "saw"], ["Paris"]]
    assert [token.tag_ for token in docs[0]] == ["NNP", "VBD"]
    assert [entities(doc) for doc in docs] == [[("Ada", "PER")], [("Paris", "LOC")]]


@pytest.mark.parametrize("n_sents", [2, 0])
def test_iob_lines_are_grouped(nlp, n_sents):
    (doc,) = iob.convert("a|O b|O\nc|B-X\n", nlp=nlp, n_sents=n_sents)
    assert [token.is_sent_start for token in doc] == [True, False, True]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a|O b", "expected word|IOB or word|tag|IOB, got 'b'"),
        ("a|b|c|O", "expected word|IOB or word|tag|IOB, got 'a|b|c|O'"),
        ("a|O b|X|O", "expected 2 fields as in the line's first token, got 'b|X|O'"),
        ("a|O |O", "no word in '|O'"),
        ("a|B", "'B' is not an entity tag: expected O, B-LABEL or I-LABEL"),
    ],
)
def test_bad_iob_token_is_reported_by_line(nlp, line, message):
    with pytest.raises(DataError) as caught:
        list(iob.convert(f"ok|O\n{line}\n", nlp=nlp))
    assert caught.value.message == f"<text>:2: {message}"
