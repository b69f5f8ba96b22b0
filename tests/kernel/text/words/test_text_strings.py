import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import LoadError, TextError
from kernel.text import Doc, StringStore, Vocab, hash_string
from kernel.text.words.hashing import murmur64, murmur64_all
from kernel.text.words.symbols import IDS, NOUN, nsubj


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello", 15777305708150031551, id="five-bytes"),
        pytest.param("Hello wörld", 8422816128332888537, id="a-full-word-and-a-rest"),
        pytest.param("", 0, id="empty"),
        pytest.param("NOUN", 92, id="symbol"),
    ],
)
def test_hash_has_the_documented_value(text, expected):
    assert hash_string(text) == expected


@given(st.lists(st.binary(max_size=600), max_size=60))
def test_bulk_hash_equals_single_hashes(texts):
    assert murmur64_all(texts).tolist() == [murmur64(text) for text in texts]


def test_symbols_have_their_numbers():
    assert (NOUN, nsubj, IDS["ORG"], IDS["_"], IDS["FLAG63"]) == (92, 429, 383, 456, 63)


def test_looking_up_does_not_add(vocab):
    key = vocab.strings["unheard"]

    assert "unheard" not in vocab.strings
    with pytest.raises(KeyError, match=f"no string with the id {key}"):
        vocab.strings[key]


@given(st.lists(st.text()))
def test_strings_survive_bytes_in_any_order(texts):
    store = StringStore(texts)

    again = StringStore().from_bytes(store.to_bytes())

    assert sorted(again) == sorted(store)
    assert all(again[store[text]] == text for text in texts)


def test_symbols_are_known_but_not_counted():
    store = StringStore(["NOUN", "dog"])

    assert (list(store), len(store), "NOUN" in store, store[92]) == (["dog"], 1, True, "NOUN")


def test_what_is_no_string_is_refused():
    with pytest.raises(TextError, match="expected a string, got 3"):
        StringStore().add(3)


def test_damaged_strings_are_named(tmp_path):
    (tmp_path / "strings.json").write_text('["half')

    with pytest.raises(LoadError, match=r"strings\.json` is not JSON"):
        StringStore().from_disk(tmp_path / "strings.json")


def test_length_counts_each_string_once():
    store = StringStore(["a"])
    store.add("b", allow_transient=True)
    store.add("a", allow_transient=True)
    store.add("b")

    assert len(store) == len(list(store)) == 2


def test_strings_added_to_a_frozen_store_are_transient():
    strings = StringStore(["a"], freeze=True)
    key = strings.add("b")
    assert (strings[key], list(strings)) == ("b", ["a", "b"])

    strings.renew()

    assert ("a" in strings, "b" in strings) == (True, False)


def test_strings_that_follow_from_words_are_known_but_not_listed(tmp_path):
    vocab = Vocab(strings=["rats", "are", "cute"])
    vocab["Dogs"]
    shown = sorted(["Dogs", "are", "cute", "rats"])

    vocab.to_disk(tmp_path)

    for each in (vocab, Vocab().from_disk(tmp_path), Vocab().from_bytes(vocab.to_bytes())):
        assert (sorted(each.strings), len(each.strings)) == (shown, 4)
        assert sorted(each.strings.keys()) == shown
    assert vocab.strings[vocab["Dogs"].suffix] == "ogs"
    assert "ogs" in vocab.strings


@pytest.mark.parametrize("limit", [None, 10])
def test_a_string_is_listed_once_it_is_added_itself(limit):
    vocab = Vocab(transient_limit=limit)
    vocab["rats"]

    Doc(vocab, ["ats"], lemmas=["r"])

    assert sorted(vocab.strings) == ["ats", "r", "rats"]
    assert len(vocab.strings) == 3


def test_strings_of_words_stay_unlisted_when_they_become_permanent():
    vocab = Vocab(strings=["rats"], transient_limit=5)
    Doc(vocab, [f"word{number}" for number in range(8)])
    Doc(vocab, ["new"])

    assert sorted(vocab.strings) == ["new", "rats"]
    assert vocab["rats"].suffix_ == "ats"
    vocab.transient_limit = None
    assert sorted(vocab.strings) == ["new", "rats"]
    assert vocab["new"].shape_ == "xxx"
