"""What is set by hand for a word survives saving."""

import pytest

from kernel.errors import LoadError, TextError
from kernel.files import pack
from kernel.text import Lookups, Vocab


def by_bytes(vocab, tmp_path):
    return Vocab().from_bytes(vocab.to_bytes())


def by_disk(vocab, tmp_path):
    vocab.to_disk(tmp_path)
    return Vocab().from_disk(tmp_path)


@pytest.mark.parametrize("again", [by_bytes, by_disk])
def test_values_set_by_hand_survive(again, tmp_path):
    vocab = Vocab(strings=["btw", "apple"])
    vocab["btw"].is_stop = True
    vocab["btw"].norm_ = "by the way"
    vocab["btw"].cluster = 5
    vocab["btw"].prob = -3.5
    vocab["btw"].sentiment = 0.25
    vocab["apple"].shape_ = "round"
    vocab["apple"].is_alpha = False

    loaded = again(again(vocab, tmp_path / "1"), tmp_path / "2")

    btw, apple = loaded["btw"], loaded["apple"]
    assert (btw.is_stop, btw.norm_, btw.cluster, btw.prob) == (True, "by the way", 5, -3.5)
    assert (btw.sentiment, btw.shape_, btw.is_alpha) == (0.25, "xxx", True)
    assert (apple.is_stop, apple.norm_, apple.shape_) == (False, "apple", "round")
    assert apple.is_alpha is False
    assert "btw" in loaded.strings


def test_norms_that_are_no_strings_are_refused():
    vocab, lookups = Vocab(), Lookups()
    lookups.add_table("lexeme_norm", {"u": {"you": 1}})
    with pytest.raises(TextError, match=r"the table `lexeme_norm` has .*, expected str"):
        vocab.lookups = lookups
    assert vocab["u"].norm_ == "u"


def test_saving_changes_no_tables():
    vocab = Vocab()
    vocab["btw"].norm_ = "by the way"
    vocab.lookups.add_table("lexeme_norm", {"u": "you"})
    data = vocab.to_bytes()

    assert dict(vocab.lookups.get_table("lexeme_norm")) == {vocab.strings["u"]: "you"}
    assert Vocab().from_bytes(data)["u"].norm_ == "you"
    assert Vocab().from_bytes(data)["btw"].norm_ == "by the way"
    assert Vocab().from_bytes(data).to_bytes() == data


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"kernel_lexemes": {5: {1: "x"}}}, "the table `kernel_lexemes`: `5.1` is 'x'"),
        ({"kernel_lexemes": {12345: {12: 1}}}, "no string with the id 12345"),
        ({"kernel_lexemes": {93: {65: 1}}}, "`ORTH` of a word cannot be set"),
        ({"kernel_lexemes": {93: {70: 987654321}}}, "no string with the id 987654321"),
        ({"lexeme_prob": {93: float("nan")}}, "the table `lexeme_prob`: `93` is nan"),
        ({"lexeme_norm": {93: 1}}, "the table `lexeme_norm`: `93` is 1, expected str"),
    ],
)
def test_damaged_tables_are_named(tmp_path, table, fault):
    Vocab().to_disk(tmp_path)
    (tmp_path / "lookups.bin").write_bytes(pack(table))
    with pytest.raises(LoadError, match=rf"lookups\.bin`.*{fault}"):
        Vocab().from_disk(tmp_path)
