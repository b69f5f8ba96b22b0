"""Word vectors: the table, floret's n-grams, files, and what a vocabulary does with them."""

import warnings

import numpy as np
import pytest

from kernel.errors import LoadError, TextError
from kernel.text import Doc, Vectors, Vocab
from kernel.text.errors import UnknownKeyError

WORDS = {"cat": [1, 2, 3], "dog": [1, 2, 4], "car": [-1, 0, 2]}


@pytest.fixture
def vocab():
    vocab = Vocab()
    for word, vector in WORDS.items():
        vocab.set_vector(word, np.array(vector, np.float32))
    return vocab


@pytest.fixture
def floret():
    table = (np.arange(200) / 8).astype(np.float32).reshape(50, 4)
    return Vectors(mode="floret", data=table, minn=2, maxn=3, hash_count=2, hash_seed=7)


def test_add_takes_the_next_free_row():
    vectors = Vectors(shape=(3, 2))

    rows = [vectors.add("a", vector=[1, 1]), vectors.add("b", row=2), vectors.add("c")]

    assert rows == [0, 2, 1]
    assert vectors.is_full
    assert vectors["a"].tolist() == [1, 1]


def test_full_table_takes_no_other_word():
    vectors = Vectors(data=np.ones((1, 2), np.float32), keys=["a"])

    assert vectors.add("a") == 0
    with pytest.raises(TextError, match="full: all of its 1 rows"):
        vectors.add("b")


def test_find_goes_both_ways():
    vectors = Vectors(data=np.ones((3, 2), np.float32), keys=["a", "b"])
    a, b = vectors.strings.as_int("a"), vectors.strings.as_int("b")

    assert (vectors.find(key="a"), vectors.find(key="z")) == (0, -1)
    assert vectors.find(keys=["b", "z", "a"]).tolist() == [1, -1, 0]
    assert vectors.find(row=1) == b
    assert vectors.find(rows=[1, 0]).tolist() == [b, a]
    with pytest.raises(TextError, match="exactly one"):
        vectors.find(key="a", row=0)


def test_unknown_word_has_no_vector():
    vectors = Vectors(data=np.ones((1, 2), np.float32), keys=["a"])

    assert "z" not in vectors
    with pytest.raises(UnknownKeyError, match="`z` has no vector"):
        vectors["z"]


def test_resize_names_words_that_lose_their_rows():
    vectors = Vectors(data=np.arange(6, dtype=np.float32).reshape(3, 2), keys=["a", "b", "c"])
    c = vectors.strings.as_int("c")

    assert vectors.resize((2, 3)) == [(c, 2)]
    assert vectors["b"].tolist() == [2, 3, 0]
    assert vectors.n_keys == 2


def test_most_similar_is_sorted_and_knows_cosines():
    data = np.array([[1, 0], [0, 1], [1, 1], [9, 9]], np.float32)
    vectors = Vectors(data=data, keys=["x", "y", "xy"])

    keys, rows, scores = vectors.most_similar(np.array([[2.0, 0.1]]), n=2)

    assert [vectors.strings.as_int(word) for word in ("x", "xy")] == keys[0].tolist()
    assert rows.tolist() == [[0, 2]]
    assert scores[0].tolist() == pytest.approx([0.9988, 0.7415], abs=1e-4)
    with pytest.raises(TextError, match="expected `n` of at most 3"):
        vectors.most_similar(np.ones((1, 2)), n=4)


def test_floret_vectors_are_those_of_spacy(floret):
    # The numbers are spaCy 3.8.18's for the same table.
    words = ["apple", "äö", "antidisestablishmentarianism"]
    assert floret.get_batch(words)[:, 0].tolist() == pytest.approx(
        [11.75, 10.6667, 13.2543], abs=1e-4
    )
    other = Vectors(
        mode="floret", data=floret.data, minn=3, maxn=9, hash_count=4, hash_seed=1, bow="^", eow="$"
    )
    words[1] = "é"
    assert other.get_batch(words)[:, 0].tolist() == pytest.approx([12.8203, 9.25, 12.054], abs=1e-4)


def test_floret_table_knows_every_word_and_stays_as_it_is(floret):
    assert "never seen" in floret
    assert floret.get_batch([""]).tolist() == [[0, 0, 0, 0]]
    assert (floret.n_keys, floret.is_full) == (-1, True)
    with pytest.raises(TextError, match="`clear` does not work with a floret"):
        floret.clear()
    with pytest.warns(UserWarning, match="nothing is added"):
        assert floret.add("word") == -1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"mode": "glove"}, "expected the mode default or floret", id="mode"),
        pytest.param({"mode": "floret", "minn": 3, "maxn": 2}, "at least `minn`, 3", id="range"),
        pytest.param({"mode": "floret", "hash_count": 5}, "from 1 to 4, got 5", id="hashes"),
        pytest.param({"mode": "floret"}, "needs `data`", id="no-data"),
    ],
)
def test_settings_that_make_no_table_are_refused(settings, message):
    with pytest.raises(TextError, match=message):
        Vectors(**settings)


def test_vectors_survive_bytes_and_files(vocab, floret, tmp_path):
    vocab.to_disk(tmp_path)

    read = Vocab().from_disk(tmp_path)
    copied = Vocab().from_bytes(vocab.to_bytes())
    other = Vectors().from_bytes(floret.to_bytes())

    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "key2row",
        "lookups.bin",
        "strings.json",
        "vectors",
        "vectors.cfg",
    ]
    for each in (read, copied):
        assert each.vectors.key2row == vocab.vectors.key2row
        assert each.get_vector("dog").tolist() == [1, 2, 4]
    assert other.mode == "floret"
    assert np.array_equal(other["apple"], floret["apple"])


def test_damaged_vectors_name_their_file(vocab, tmp_path):
    vocab.to_disk(tmp_path)
    whole = (tmp_path / "vectors").read_bytes()
    (tmp_path / "vectors").write_bytes(whole[:-9])

    with pytest.raises(LoadError, match="vectors` is damaged"):
        Vocab().from_disk(tmp_path)


def test_old_files_of_keys_are_read(tmp_path):
    vectors = Vectors(data=np.array([[1, 2], [3, 4]], np.float32), keys=["a", "b"])
    vectors.to_disk(tmp_path)
    (tmp_path / "key2row").unlink()
    (tmp_path / "vectors.cfg").unlink()
    np.save(tmp_path / "keys.npy", np.array(vectors.keys(), np.uint64))
    (tmp_path / "keys.npy").rename(tmp_path / "keys")

    assert Vectors().from_disk(tmp_path)["b"].tolist() == [3, 4]


# In a vocabulary


def test_vocabulary_grows_its_table(vocab):
    assert vocab.vectors.shape == (100, 3)
    assert vocab.vectors_length == 3
    assert vocab.get_vector("unknown").tolist() == [0, 0, 0]
    assert [vocab.has_vector(word) for word in ("cat", "unknown")] == [True, False]
    assert vocab["dog"].rank == 1
    for number in range(98):
        vocab.set_vector(f"w{number}", [number, 0, 1])
    assert vocab.vectors.shape == (130, 3)
    assert vocab.get_vector("dog").tolist() == [1, 2, 4]


def test_similarity_follows_spacy(vocab):
    # The numbers are spaCy 3.8.18's.
    doc, other = Doc(vocab, ["cat", "likes", "dog"]), Doc(vocab, ["car"])

    assert doc.similarity(other) == pytest.approx(0.64605826)
    assert doc[0].similarity(doc[2]) == pytest.approx(0.99146008)
    assert doc[0:1].similarity(doc[2]) == pytest.approx(0.99146008)
    assert vocab["cat"].similarity(vocab["dog"]) == pytest.approx(0.99146008)
    assert doc[0].similarity(vocab["cat"]) == 1.0
    assert doc[0:2].vector.tolist() == [0.5, 1.0, 1.5]
    assert doc.vector_norm == pytest.approx(2.7688746)
    assert [token.has_vector for token in doc] == [True, False, True]
    with pytest.warns(UserWarning, match="without a vector"):
        assert doc[1].similarity(doc[0]) == 0.0


def test_word_without_any_vectors_says_so():
    vocab = Vocab()

    assert vocab.get_vector("x").shape == (0,)
    with pytest.raises(TextError, match="the vocabulary has no vectors"):
        _ = vocab["x"].vector
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert Doc(vocab, ["a"]).similarity(Doc(vocab, ["b"])) == 0.0
    assert Doc(vocab, ["a"]).similarity(Doc(vocab, ["a"])) == 1.0


def test_pruned_words_share_the_nearest_row(vocab):
    vocab.set_vector("kitten", [1, 2, 3.1])

    shared = vocab.prune_vectors(3)

    assert shared == {"kitten": ("cat", pytest.approx(0.9999, abs=1e-3))}
    assert vocab.vectors.shape == (3, 3)
    assert vocab.get_vector("kitten").tolist() == [1, 2, 3]


def test_equal_rows_are_kept_once(vocab):
    vocab.set_vector("hound", [1, 2, 4])

    vocab.deduplicate_vectors()

    assert vocab.vectors.shape == (3, 3)
    assert vocab.vectors.find(key="hound") == vocab.vectors.find(key="dog")
    assert vocab.get_vector("car").tolist() == [-1, 0, 2]


def test_vectors_may_be_known_by_another_attribute(floret):
    vocab = Vocab()
    vocab.vectors = Vectors(
        data=np.array([[5, 6]], np.float32), keys=["cat"], attr="LOWER", strings=vocab.strings
    )

    assert vocab.has_vector("CAT")
    assert Doc(vocab, ["Cat", "dog"]).vector.tolist() == [2.5, 3]
    assert Doc(vocab, ["CAT"]).similarity(Doc(vocab, ["cat"])) == 1.0


def test_reset_vectors_takes_width_or_shape(vocab):
    vocab.reset_vectors(width=5)

    assert vocab.vectors.shape == (100, 5)
    assert not vocab.has_vector("cat")
    with pytest.raises(TextError, match="not both"):
        vocab.reset_vectors(width=5, shape=(1, 1))


def test_vocabulary_has_floret_vectors_of_words_it_never_met(floret):
    vocab = Vocab()
    vocab.vectors = floret

    assert vocab.get_vector("unheard").tolist() == floret.get_batch(["unheard"])[0].tolist()
    assert "unheard" not in vocab.strings


def test_tables_are_equal_if_words_have_the_same_rows():
    data = np.ones((3, 2), np.float32)
    table = Vectors(data=data, keys=["a", "b"])

    assert table == Vectors(data=data.copy(), keys=["a", "b"], name="another")
    assert table != Vectors(data=data, keys=["b", "a"])
    assert table != Vectors(data=data * 2, keys=["a", "b"])
    assert table != Vectors(data=data[:2], keys=["a", "b"])
    assert table != Vectors(data=data, keys=["a", "b"], attr="LOWER")
    assert table != "another object"


def test_floret_tables_with_other_settings_differ():
    def table(maxn):
        return Vectors(data=np.ones((3, 2), np.float32), mode="floret", minn=1, maxn=maxn)

    assert table(2) == table(2)
    assert table(2) != table(3)


@pytest.mark.parametrize("vector", ["x", 5.0, [1.0, 2.0]])
def test_vectors_of_another_width_leave_the_table_unchanged(vector):
    vocab = Vocab()
    vocab.set_vector("cat", [1.0, 2.0, 3.0])
    shape = vocab.vectors.shape

    with pytest.raises(TextError, match="expected 3 numbers as the vector of 'dog'"):
        vocab.set_vector("dog", vector)

    assert vocab.vectors.shape == shape
    assert not vocab.has_vector("dog")
