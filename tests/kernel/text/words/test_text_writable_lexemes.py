"""Attributes of words that are set by hand."""

import pytest

from kernel.errors import TextError
from kernel.text import Doc, Lookups, Vocab
from kernel.text.words.attributes import IS_ALPHA, IS_STOP, LENGTH, NORM, ORTH

FLAGS = [
    "is_alpha",
    "is_ascii",
    "is_digit",
    "is_lower",
    "is_upper",
    "is_title",
    "is_punct",
    "is_space",
    "is_bracket",
    "is_quote",
    "is_left_punct",
    "is_right_punct",
    "is_currency",
    "is_stop",
    "like_num",
    "like_url",
    "like_email",
]
STRINGS = ("lower", "norm", "shape", "prefix", "suffix", "lang")


@pytest.mark.parametrize("name", FLAGS)
def test_flag_can_be_set_and_cleared(vocab, name):
    lexeme = vocab["btw"]
    token = Doc(vocab, ["btw"])[0]

    setattr(lexeme, name, True)
    assert (getattr(lexeme, name), getattr(token, name)) == (True, True)

    setattr(lexeme, name, False)
    assert (getattr(vocab["btw"], name), getattr(token, name)) == (False, False)


@pytest.mark.parametrize("name", STRINGS)
def test_string_can_be_set_as_text_or_id(vocab, name):
    lexeme = vocab["btw"]

    setattr(lexeme, f"{name}_", "one")
    assert getattr(lexeme, name) == vocab.strings["one"]

    setattr(lexeme, name, vocab.strings.add("two"))
    assert getattr(Doc(vocab, ["btw"])[0], f"{name}_") == "two"


@pytest.mark.parametrize(
    ("name", "value"), [("rank", 7), ("cluster", 5), ("prob", -3.0), ("sentiment", 0.5)]
)
def test_number_can_be_set(vocab, name, value):
    setattr(vocab["btw"], name, value)

    assert getattr(vocab["btw"], name) == value


def test_all_flags_can_be_set_at_once(vocab):
    lexeme = vocab["btw"]
    lexeme.flags = 1 << IS_STOP

    assert (lexeme.is_stop, lexeme.is_alpha, lexeme.flags) == (True, False, 1 << IS_STOP)


@pytest.mark.parametrize("attr", [ORTH, LENGTH])
def test_what_follows_from_the_text_cannot_be_set(vocab, attr):
    with pytest.raises(TextError, match="of a word cannot be set"):
        vocab.lexemes.set_value(vocab["btw"].row, attr, 1)


def test_token_with_its_own_norm_sees_flags_of_its_word(vocab):
    doc = Doc(vocab, ["gonna"])
    doc[0].norm_ = "going to"

    doc[0].lex.is_stop = True
    vocab["gonna"].norm_ = "will"

    assert (doc[0].is_stop, doc[0].norm_, vocab["gonna"].norm_) == (True, "going to", "will")


def test_values_set_by_hand_outlive_functions_and_tables(vocab):
    vocab["cos"].norm_ = "cosine"
    vocab["cos"].is_alpha = False
    lookups = Lookups()
    lookups.add_table("lexeme_norm", {"cos": "because"})

    vocab.lookups = lookups
    vocab.lexemes.set_getter(IS_ALPHA, str.isalpha)

    assert (vocab["cos"].norm_, vocab["cos"].is_alpha) == ("cosine", False)


def test_lexeme_of_an_older_table_sets_values_of_new_texts():
    vocab = Vocab(transient_limit=3)
    lexeme = vocab["btw"]
    for i in range(4):
        Doc(vocab, [f"a{i}", f"b{i}"])
    assert vocab.lexemes is not lexeme.table

    lexeme.is_stop = True
    lexeme.norm_ = "by the way"
    for i in range(4):
        Doc(vocab, [f"c{i}", f"d{i}"])

    assert (lexeme.is_stop, vocab["btw"].is_stop, vocab["btw"].norm_) == (True, True, "by the way")


def test_values_set_by_hand_are_listed(vocab):
    vocab["a"].is_stop = True
    vocab["b"].norm_ = "c"
    vocab["untouched"].is_stop  # noqa: B018 — makes the word

    values = sorted(vocab.lexemes.values_set())

    assert values == [("a", IS_STOP, 1), ("b", NORM, vocab.strings["c"])]


def test_first_words_of_a_vocabulary_are_kept():
    vocab = Vocab(strings=["apple", "pear", ""], transient_limit=3)
    for i in range(4):
        Doc(vocab, [f"a{i}", f"b{i}"])

    assert ("apple" in vocab, "a0" in vocab, "apple" in vocab.strings) == (True, False, True)
    assert [lexeme.text for lexeme in Vocab(strings=["apple", "pear"])] == ["apple", "pear"]
