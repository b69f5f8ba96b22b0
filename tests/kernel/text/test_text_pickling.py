"""Pickling and deep copies of docs, vocabularies and examples."""

import copy
import pickle  # noqa: TID251 — its support is tested here

import numpy as np
import pytest

from kernel.errors import UnsupportedError
from kernel.text import (
    DocBin,
    Example,
    Lookups,
    MorphAnalysis,
    Span,
    StringStore,
    Token,
    Vocab,
)
from kernel.text.words.attributes import NORM


def pickled(value, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 — made here


@pytest.mark.parametrize("protocol", [0, 1, 2, 5])
def test_doc_keeps_everything(parsed, protocol):
    Token.set_extension("mark", default=None, force=True)
    parsed.cats = {"a": 0.5}
    parsed.spans["sc"] = [Span(parsed, 0, 2, "X", kb_id="Q1", span_id="i")]
    parsed.tensor = np.ones((7, 2), np.float32)
    parsed.user_data["key", 1] = {1, 2}
    parsed[4]._.mark = 3
    parsed[0].norm_ = "augusta"
    parsed.vector = np.array([3.0, 4.0])

    made = pickled(parsed, protocol)

    assert made.to_json() == parsed.to_json()
    assert made.annotations.keys() == parsed.annotations.keys()
    assert (made.user_data, made.tensor.tolist()) == (parsed.user_data, parsed.tensor.tolist())
    assert (made[4]._.mark, made[0].norm_, made.vector_norm) == (3, "augusta", 5.0)
    assert made.spans["sc"][0].id_ == "i"
    Token.remove_extension("mark")


def test_hooks_are_pickled_as_code(make_doc):
    doc = make_doc()
    doc.user_hooks["similarity"] = lambda one, other: other

    assert pickled(doc).similarity("x") == "x"
    with pytest.warns(UserWarning, match="the user hooks of a doc are not saved"):
        doc.to_bytes()


def test_docs_of_one_vocabulary_keep_sharing_it(make_doc):
    docs = [make_doc(), make_doc(["a"])]

    one, two = pickled(docs)

    assert one.vocab is two.vocab is not docs[0].vocab
    assert len(pickle.dumps([make_doc() for _ in range(10)])) < 20 * len(docs[0].to_bytes())


def test_deep_copy_of_examples_shares_their_vocabulary(make_doc, vocab):
    example = Example.from_dict(make_doc(["a", "b"]), {"tags": ["X", "Y"]})

    made = copy.deepcopy([example])[0]
    made.reference[0].tag_ = "Z"

    assert made.predicted.vocab is vocab
    assert example.reference[0].tag_ == "X"


def test_deep_copy_of_a_vocabulary_and_its_docs_keeps_them_together(make_doc, vocab):
    made, doc = copy.deepcopy((vocab, make_doc()))

    assert doc.vocab is made is not vocab
    assert doc.text == make_doc().text


def test_shallow_copy_of_a_doc_is_independent(parsed):
    made = copy.copy(parsed)
    made[0].tag_ = "X"

    assert (parsed[0].tag_, made.vocab) == ("NNP", parsed.vocab)


def test_example_keeps_its_alignment(make_doc):
    example = Example(make_doc(["ab", "c"]), make_doc(["a", "bc"], [False, False]))

    made = pickled(example)

    assert made.alignment.x2y == example.alignment.x2y
    assert made.predicted.vocab is made.reference.vocab


def test_vocabulary_keeps_functions_vectors_and_values():
    vocab = Vocab(
        {NORM: lambda text: text[:-1]},
        oov_prob=-5.0,
        writing_system={"direction": "rtl"},
        transient_limit=None,
    )
    vocab.set_vector("dog", np.ones(3, np.float32))
    vocab.lookups.add_table("things", {"a": [1, 2]})
    vocab.strings.add("zebra")

    made = pickled(vocab)

    assert (made["cats"].norm_, made["x"].prob) == ("cat", -5.0)
    assert (made.writing_system, made.transient_limit) == ({"direction": "rtl"}, None)
    assert made["dog"].vector.tolist() == [1.0, 1.0, 1.0]
    assert made.vectors.strings is made.strings
    assert made.lookups.get_table("things")["a"] == [1, 2]
    assert "zebra" in made.strings


def test_values_of_words_set_by_hand_survive(vocab):
    vocab["btw"].is_stop = True
    vocab["btw"].norm_ = "by the way"
    vocab["x"].cluster, vocab["x"].prob, vocab["x"].rank = 3, -2.0, 7

    made = pickled(vocab)

    assert (made["btw"].is_stop, made["btw"].norm_) == (True, "by the way")
    assert (made["x"].cluster, made["x"].prob, made["x"].rank) == (3, -2.0, 7)


def test_norms_of_a_lookup_table_survive(vocab):
    lookups = Lookups()
    lookups.add_table("lexeme_norm", {"cos": "because"})
    vocab.lookups = lookups

    assert copy.deepcopy(vocab)["cos"].norm_ == "because"


def test_strings_and_parts_of_a_vocabulary(vocab):
    strings = StringStore(["b", "a", "\ud83d"])
    assert set(pickled(strings)) == {"a", "b", "\ud83d"}

    assert pickled(vocab["dog"]).text == "dog"
    assert pickled(MorphAnalysis(vocab, "A=B")).to_dict() == {"A": "B"}


def test_bin_keeps_docs_and_settings(parsed):
    parsed.user_data["key"] = "value"
    packed = DocBin(attrs=["TAG"], store_user_data=True, docs=[parsed])

    made = pickled(packed)
    made.add(parsed)
    docs = list(made.get_docs(Vocab()))

    assert [doc[0].tag_ for doc in docs] == ["NNP", "NNP"]
    assert [doc.user_data for doc in docs] == [{"key": "value"}] * 2


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(lambda doc: doc[0], id="token"),
        pytest.param(lambda doc: doc[0:2], id="span"),
        pytest.param(lambda doc: doc.spans, id="groups"),
    ],
)
def test_parts_of_a_doc_are_not_pickled(make_doc, part):
    with pytest.raises(UnsupportedError, match=r"cannot be pickled\nhint: .*pickle its doc"):
        pickle.dumps(part(make_doc()))
