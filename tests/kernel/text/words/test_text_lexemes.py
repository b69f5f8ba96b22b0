import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import TextError
from kernel.text import COLUMNS, Column, MorphAnalysis, Vocab
from kernel.text.words.attributes import (
    ID,
    IS_STOP,
    LIKE_NUM,
    NORM,
    ORTH,
    attr_id,
)
from kernel.text.words.lexical import like_email, like_num, like_url, word_shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param("Hello", "Xxxxx", id="at-most-four"),
        pytest.param("C3Po-2²", "XdXx-dd", id="superscript-is-a-digit"),
        pytest.param("x" * 100, "LONG", id="a-hundred"),
        pytest.param("......", "....", id="punctuation-runs-too"),
        pytest.param("", "", id="empty"),
    ],
)
def test_shape(text, shape):
    assert word_shape(text) == shape


@pytest.mark.parametrize(
    ("test", "text", "expected"),
    [
        (like_num, "-1,000.5", True),
        (like_num, "1/2", True),
        (like_num, "1/2/3", False),
        (like_num, "ten", False),
        (like_email, "a.b@c.de", True),
        (like_email, "a@b", False),
        (like_url, "www.x", True),
        (like_url, "www.", False),
        (like_url, "kernel.org", True),
        (like_url, "kernel.nope", False),
        (like_url, ".com", False),
        (like_url, "a@b.com", False),
    ],
)
def test_lookalikes(test, text, expected):
    assert test(text) is expected


@given(st.lists(st.text(min_size=1), max_size=40))
def test_bulk_rows_equal_single_rows(words):
    one, many = Vocab().lexemes, Vocab().lexemes
    singles = [one.row(word) for word in words]

    rows = many.rows(words)

    assert rows.tolist() == singles
    assert rows.dtype == np.int32
    assert (many.matrix == one.matrix).all()
    assert (many.flags == one.flags).all()


def test_table_grows_and_keeps_rows(vocab):
    words = [f"word{i}" for i in range(2000)]
    first = vocab.lexemes.rows(words[:10])

    vocab.lexemes.rows(words)

    assert vocab.lexemes.rows(words[:10]).tolist() == first.tolist()
    assert vocab.lexemes.column(ORTH)[first[3]] == vocab.strings["word3"]
    assert int(vocab.lexemes.column(ID)[0]) == 2**64 - 1


def test_variant_differs_in_norm_alone(vocab):
    table = vocab.lexemes
    base = table.row("gonna")
    norm = vocab.strings.add("going to")

    row = table.variant(base, norm)

    assert row != base
    assert table.variant(base, norm) == table.variant(row, norm) == row
    assert table.variant(row, table.value(base, NORM)) == base
    assert (table.value(row, ORTH), table.value(row, NORM)) == (table.value(base, ORTH), norm)
    assert table.row_of_orth(vocab.strings["gonna"]) == base
    assert len(vocab) == 1


def test_language_replaces_getters():
    vocab = Vocab({IS_STOP: lambda text: text == "the", LIKE_NUM: lambda text: text == "ten"})

    assert [vocab[word].is_stop for word in ("the", "cat")] == [True, False]
    assert [vocab[word].like_num for word in ("ten", "10")] == [True, False]


def test_new_flag_reaches_words_that_exist(vocab):
    lexeme = vocab["cat"]
    lexeme.is_alpha  # noqa: B018 — flags are worked out once

    flag = vocab.add_flag(lambda text: text == "cat")

    assert (lexeme.check_flag(flag), vocab["dog"].check_flag(flag), lexeme.is_alpha) == (
        True,
        False,
        True,
    )


def test_lexeme_norm_table_replaces_norms(vocab):
    row = vocab["cos"].row
    from kernel.text import Lookups

    lookups = Lookups()
    lookups.add_table("lexeme_norm", {"cos": "because"})
    vocab.lookups = lookups

    assert vocab["cos"].norm_ == "because"
    assert (vocab["cos"].row, vocab["Dog"].norm_) == (row, "dog")


def test_set_attrs_leaves_floats_out(vocab):
    vocab["cat"].set_attrs(norm="feline", is_stop=True, prob=-3.5)

    assert (vocab["cat"].norm_, vocab["cat"].is_stop, vocab["cat"].prob) == ("feline", True, -20.0)


def test_vocab_survives_the_disk(vocab, tmp_path):
    vocab.strings.add("zebra")
    vocab.lookups.add_table("things", {"a": [1, 2]})

    vocab.to_disk(tmp_path)
    again = Vocab().from_disk(tmp_path)

    assert list(again.strings) == ["zebra"]
    assert again.lookups.get_table("things")["a"] == [1, 2]


def test_unknown_attribute_is_met_with_the_nearest():
    with pytest.raises(KeyError, match="no token attribute `LEMA`\nhint: did you mean `LEMMA`"):
        attr_id("LEMA")


def test_taken_column_is_refused():
    from kernel.errors import PluginError

    with pytest.raises(PluginError, match="the doc column `tag` exists already"):
        COLUMNS.add([Column(name="tag", kind="number")])


def test_flag_out_of_range_is_refused(vocab):
    with pytest.raises(TextError, match="expected a flag from 1 to 63, got 64"):
        vocab.add_flag(str.isalpha, 64)


def test_features_may_be_given_by_ids(vocab):
    name = vocab.strings.add

    key = vocab.morphology.add({name("Case"): name("Gen"), "Number": "Sing"})

    assert vocab.strings[key] == "Case=Gen|Number=Sing"


def test_each_value_of_a_field_is_a_feature(vocab):
    analysis = MorphAnalysis(vocab, "D=E|A=C,B")

    assert (list(analysis), len(analysis)) == (["A=B", "A=C", "D=E"], 3)
    assert ("A=B" in analysis, "A=B,C" in analysis, "A=D" in analysis) == (True, False, False)
    assert (str(analysis), analysis.get("A")) == ("A=B,C|D=E", ["B", "C"])
    assert (list(MorphAnalysis(vocab)), len(MorphAnalysis(vocab))) == ([], 0)
