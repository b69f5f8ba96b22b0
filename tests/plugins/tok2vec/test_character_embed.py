"""Embedding of words by their bytes: the bytes, the vectors and the gradients."""

import json
import os
import subprocess

import numpy as np
import pytest
import thinc.api
from hypothesis import given
from hypothesis import strategies as st

from kernel import random
from kernel.errors import KernelError
from kernel.ops import Packed
from kernel.registry import registry
from kernel.text import Doc, Vocab
from kernel_plugin_tok2vec import word_embedding
from kernel_plugin_tok2vec.characters import char_embed, end_bytes

SIZES = {"width": 8, "rows": 30, "nM": 3, "nC": 5, "include_static_vectors": False}


@pytest.fixture
def make_embed():
    """An embedding with nonzero weights, including those initialized to zero."""

    def make(*, dtype="float32", **sizes):
        model = registry.architectures.get("spacy.CharacterEmbed.v2")(**{**SIZES, **sizes})
        model.initialize()
        rng = np.random.default_rng(0)
        for node, name in weights_of(model):
            drawn = rng.normal(size=node.get_param(name).shape) * 0.3 + (name == "G")
            node.set_param(name, drawn.astype(dtype))
        return model

    return make


def weights_of(model):
    return [(node, name) for node in model.walk(order="dfs_pre") for name in node.param_names]


# Bytes


@given(st.lists(st.text(min_size=1, max_size=12), max_size=5), st.integers(0, 9))
def test_bytes_are_those_of_the_doc(words, n_chars):
    doc = Doc(Vocab(), words=words)
    np.testing.assert_array_equal(end_bytes(words, n_chars), doc.to_utf8_array(n_chars))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("", [255, 255, 255, 255], id="no-byte"),
        pytest.param("a", [97, 255, 255, 255], id="one-byte"),
        pytest.param("abc", [97, 99, 98, 255], id="fewer-bytes-than-places"),
        pytest.param("abcdefgh", [97, 104, 98, 103], id="more-bytes-than-places"),
        pytest.param("\u00e9a", [0xC3, 97, 0xA9, 255], id="characters-of-several-bytes"),
        pytest.param("\ud800", [0xED, 0x80, 0xA0, 255], id="half-of-a-surrogate-pair"),
    ],
)
def test_bytes_come_from_both_ends_in_turn(word, expected):
    assert end_bytes([word], 4).tolist() == [expected]


def test_bytes_have_no_vectors_at_first(make_docs):
    embed = registry.layers.get("spacy.CharEmbed.v1")(nM=3, nC=5).initialize()
    assert embed.get_param("E").shape == (5, 256, 3)
    assert not np.concatenate(embed.predict(make_docs(4, 0, 2))).any()


def test_vectors_of_bytes_stand_side_by_side(vocab):
    embed = char_embed(nM=2, nC=3).initialize()
    tables = np.arange(3 * 256 * 2, dtype="float32").reshape(3, 256, 2)
    embed.set_param("E", tables)
    (vectors,) = embed.predict([Doc(vocab, words=["abc"])])
    expected = [tables[0, ord("a")], tables[1, ord("c")], tables[2, ord("b")]]
    assert vectors.tolist() == [np.concatenate(expected).tolist()]


# The embedding as a whole


def test_parameters_are_laid_out_as_spacys(make_embed):
    shapes = [(n.name, name, n.get_param(name).shape) for n, name in weights_of(make_embed())]
    assert shapes == [
        ("charembed", "E", (5, 256, 3)),
        ("hashembed", "E", (30, 8)),
        ("maxout", "W", (8, 3, 23)),
        ("maxout", "b", (8, 3)),
        ("layernorm", "G", (8,)),
        ("layernorm", "b", (8,)),
    ]


def of_thincs_layers(model, docs):
    """The expected result, computed word by word with Thinc's layers and the same weights."""
    chars, feature, maxout, norm, _ = model.layers
    (table,) = feature.layers
    hashed = thinc.api.HashEmbed(8, 30, seed=5)
    mixer = thinc.api.Maxout(8, 23, nP=3, normalize=True)
    hashed.set_param("E", table.get_param("E"))
    for layer, other in zip(mixer.layers, (maxout, norm), strict=True):
        for name in layer.param_names:
            layer.set_param(name, other.get_param(name))
    vectors = []
    for doc in docs:
        for word in doc:
            codes = word.doc.to_utf8_array(5)[word.i]
            tables = chars.get_param("E")
            of_bytes = np.concatenate([tables[i, code] for i, code in enumerate(codes)])
            of_lower = hashed.predict(np.array([word.lower], "uint64"))[0]
            vectors.append(mixer.predict(np.concatenate([of_bytes, of_lower])[None])[0])
    return np.array(vectors, "float32").reshape(-1, 8)


@pytest.mark.parametrize("lengths", [(5, 0, 3, 9), (0,), (), (40, 40)], ids=str)
def test_predicting_and_training_equal_thincs_layers(make_embed, make_docs, lengths):
    model, docs = make_embed(), make_docs(*lengths)
    expected = of_thincs_layers(model, docs)
    for made in (model.predict(docs), model.predict(docs), model.begin_update(docs)[0]):
        assert made.lengths.tolist() == list(lengths)
        np.testing.assert_allclose(made.data, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("drop", [0.0, 0.3])
def test_gradients_match_finite_differences(make_embed, make_docs, drop):
    model, docs = make_embed(width=3, rows=7, nM=2, nC=3, dtype="float64"), make_docs(6, 0, 3)
    model.layers[-1].attrs["dropout_rate"] = drop
    weight = np.random.default_rng(2).normal(size=(9, 3))

    def run():
        with random.Streams(0).use("dropout"):
            return model.begin_update(docs)

    Y, backprop = run()
    assert Y.data.dtype == "float64"
    backprop(Y.like(weight))

    for node, name in weights_of(model):
        values, gradient = node.get_param(name), node.get_grad(name)
        # Most bytes do not occur; of those that do, some come in several words.
        met = [index for index in np.ndindex(values.shape) if gradient[index]]
        for index in [*met[::3], (0,) * values.ndim]:
            kept, sums = values[index], []
            for step in (1e-6, -1e-6):
                values[index] = kept + step
                node.set_param(name, values)
                sums.append((run()[0].data * weight).sum())
            values[index] = kept
            node.set_param(name, values)
            assert gradient[index] == pytest.approx((sums[0] - sums[1]) / 2e-6, abs=1e-4)


def test_each_distinct_word_is_embedded_once(make_embed, vocab, monkeypatch):
    model, calls = make_embed(), []
    original = word_embedding._embed

    def count(model, words, **settings):
        calls.append([doc.words() for doc in words])
        return original(model, words, **settings)

    monkeypatch.setattr(word_embedding, "_embed", count)
    docs = [Doc(vocab, words=["b", "a", "b"]), Doc(vocab, words=["a"])]
    model.begin_update(docs)
    model.predict(docs)
    model.predict([*docs, Doc(vocab, words=["c"])])
    assert [sorted(words) for (words,) in calls] == [["a", "b"], ["a", "b"], ["c"]]


def test_new_weights_and_norms_are_seen(make_embed, vocab):
    model, docs = make_embed(feature="NORM"), [Doc(vocab, words=["color", "cat"])]
    before = model.predict(docs).data.copy()
    vocab["color"].norm_ = "colour"
    after = model.predict(docs).data.copy()
    assert (before[0] != after[0]).any()
    np.testing.assert_array_equal(before[1], after[1])

    chars = model.layers[0]
    chars.set_param("E", chars.get_param("E") * 2)
    assert (model.predict(docs).data[1] != after[1]).any()


def test_attribute_of_the_token_can_be_the_feature(make_embed, vocab):
    model = make_embed(feature="TAG")
    doc = Doc(vocab, words=["cat", "cat", "cat"], tags=["NN", "VB", "NN"])
    vectors = model.predict([doc])[0]
    np.testing.assert_allclose(vectors[0], vectors[2], rtol=1e-5, atol=1e-7)
    assert (vectors[0] != vectors[1]).any()


def test_docs_of_two_vocabularies_share_a_batch(make_embed):
    docs = [Doc(Vocab(), words=["a", "cat"]), Doc(Vocab(), words=["cat", "b"])]
    model = make_embed()
    together, trained = model.predict(docs), model.begin_update(docs)[0]
    np.testing.assert_allclose(together[0][1], together[1][0], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(trained.data, together.data, rtol=1e-5)


def test_span_has_the_vectors_of_its_words(make_embed, vocab):
    model, doc = make_embed(), Doc(vocab, words=["a", "cat", "sat"])
    of_span, of_doc = model.predict([doc[1:3]])[0], model.predict([doc])[0][1:3]
    np.testing.assert_allclose(of_span, of_doc, rtol=1e-5, atol=1e-7)


def test_dropout_masks_each_token_by_itself(make_embed, vocab):
    model, doc = make_embed(), Doc(vocab, words=["cat"] * 50)
    model.layers[-1].attrs["dropout_rate"] = 0.5
    with random.Streams(0).use("dropout"):
        Y, backprop = model.begin_update([doc])
    kept = Y.data != 0
    assert 0.4 < kept.mean() < 0.6
    assert len(np.unique(kept, axis=0)) > 20
    backprop(Packed(np.ones_like(Y.data), [50]))
    assert model.layers[0].get_grad("E").any()


def test_bytes_bring_all_weights_back(make_embed, make_docs):
    model, docs = make_embed(), make_docs(4)
    other = registry.architectures.get("kernel.CharacterEmbed.v2")(**SIZES)
    other.from_bytes(model.to_bytes())
    np.testing.assert_array_equal(other.predict(docs).data, model.predict(docs).data)


def test_unknown_feature_gets_a_suggestion(make_embed):
    with pytest.raises(KernelError, match="did you mean `LOWER`"):
        make_embed(feature="LOWRE")


SPACY = """
import json, sys, numpy, spacy
from spacy.util import registry
sizes, texts = json.load(sys.stdin)
vocab = spacy.blank("en").vocab
docs = [spacy.tokens.Doc(vocab, words=words) for words in texts]
model = registry.architectures.get("spacy.CharacterEmbed.v2")(**sizes)
model.initialize(X=docs)
rng = numpy.random.default_rng(0)
for node in model.walk(order="dfs_pre"):
    for name in node.param_names:
        drawn = rng.normal(size=node.get_param(name).shape) * 0.3 + (name == "G")
        node.set_param(name, drawn.astype("float32"))
print(json.dumps([array.tolist() for array in model.predict(docs)]))
"""


def test_vectors_are_those_of_spacy(make_embed, make_docs):
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    docs = make_docs(7, 5, 12)
    given_ = json.dumps([SIZES, [doc.words() for doc in docs]])
    done = subprocess.run(
        [python, "-c", SPACY], input=given_, capture_output=True, text=True, check=True
    )
    expected = json.loads(done.stdout.splitlines()[-1])
    for made, vectors in zip(make_embed().predict(docs), expected, strict=True):
        np.testing.assert_allclose(made, vectors, rtol=1e-4, atol=1e-5)
