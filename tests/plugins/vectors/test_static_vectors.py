import json
import os
import subprocess

import numpy as np
import pytest
from thinc.api import chain, ragged2list

from kernel import random
from kernel.errors import KernelError, ShapeError
from kernel.ml.staticvectors import StaticVectors
from kernel.ops import Packed
from kernel.pipeline import blank, load
from kernel.registry import registry
from kernel.text import Doc, Example, Vectors, Vocab

WORDS = ["cat", "dog", "sat"]
WIDTH = 5


def make_vocab(attr="ORTH", dtype="float32"):
    vocab = Vocab()
    data = np.random.default_rng(0).normal(size=(len(WORDS), WIDTH)).astype(dtype)
    vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=WORDS, attr=attr)
    return vocab


@pytest.fixture
def make_layer():
    def make(vocab, *, dtype="float32", **settings):
        layer = registry.layers.get("spacy.StaticVectors.v2")(nO=4, **settings)
        layer.initialize(X=[Doc(vocab, words=["cat"])])
        layer.set_param("W", layer.get_param("W").astype(dtype))
        return layer

    return make


def test_vectors_are_mapped_and_unknown_words_get_zeros(make_layer):
    vocab = make_vocab()
    layer = make_layer(vocab)
    docs = [Doc(vocab, words=["dog", "emu", "cat", "dog"]), Doc(vocab), Doc(vocab, words=["sat"])]
    W = layer.get_param("W")
    assert W.shape == (4, WIDTH)
    for made in (layer.predict(docs), layer.begin_update(docs)[0]):
        assert [len(array) for array in made] == [4, 0, 1]
        for array, doc in zip(made, docs, strict=True):
            expected = [vocab.get_vector(word.text) @ W.T for word in doc]
            np.testing.assert_allclose(array, np.array(expected).reshape(-1, 4), rtol=1e-5)
    assert not layer.predict(docs)[0][1].any()


def test_first_version_gives_unknown_words_the_last_vector():
    vocab = make_vocab()
    layer = registry.layers.get("spacy.StaticVectors.v1")(nO=4)
    docs = [Doc(vocab, words=["dog", "emu"]), Doc(vocab), Doc(vocab, words=["sat"])]
    layer.initialize(X=docs)
    Y, backprop = layer.begin_update(docs)
    W, table = layer.get_param("W"), vocab.vectors.data
    np.testing.assert_allclose(Y.data, table[[1, 2, 2]] @ W.T, rtol=1e-5)
    backprop(Packed(np.ones_like(Y.data), Y.lengths))
    expected = np.broadcast_to(table[[1, 2, 2]].sum(axis=0), W.shape)
    np.testing.assert_allclose(layer.get_grad("W"), expected, rtol=1e-5)


def test_first_version_looks_up_by_its_own_attribute():
    vocab = make_vocab(attr="LOWER")
    docs = [Doc(vocab, words=["CAT"])]
    found = {}
    for attr in ("ORTH", "LOWER"):
        layer = registry.layers.get("spacy-legacy.StaticVectors.v1")(nO=4, key_attr=attr)
        layer.initialize(X=docs)
        found[attr] = layer.predict(docs).data[0], layer.get_param("W")
    for attr, row in (("ORTH", 2), ("LOWER", 0)):
        features, W = found[attr]
        np.testing.assert_allclose(features, vocab.vectors.data[row] @ W.T, rtol=1e-5)


def test_first_version_refuses_floret_vectors():
    vocab = Vocab()
    data = np.ones((4, WIDTH), "float32")
    vocab.vectors = Vectors(
        strings=vocab.strings, data=data, mode="floret", hash_count=1, minn=2, maxn=3
    )
    layer = registry.layers.get("spacy.StaticVectors.v1")(nO=4)
    with pytest.raises(KernelError, match=r"`StaticVectors\.v1` needs a table with one vector per"):
        layer.initialize(X=[Doc(vocab, words=["cat"])])


def test_batch_without_words_gives_no_features(make_layer):
    vocab = make_vocab()
    layer = make_layer(vocab)
    for docs in ([], [Doc(vocab)]):
        Y, backprop = layer.begin_update(docs)
        assert Y.data.shape == (0, 4)
        assert backprop(Y) == []


def test_vectors_are_looked_up_by_the_attribute_of_the_table(make_layer):
    vocab = make_vocab(attr="LOWER")
    layer = make_layer(vocab)
    (vectors,) = layer.predict([Doc(vocab, words=["Cat", "cat"])])
    np.testing.assert_allclose(vectors[0], vectors[1], rtol=1e-5, atol=1e-7)
    assert vectors.any()
    by_text = make_layer(vocab, key_attr="ORTH")
    assert not by_text.predict([Doc(vocab, words=["Cat"])])[0].any()


def test_every_word_has_a_vector_in_a_floret_table(make_layer):
    vocab = Vocab()
    data = np.random.default_rng(0).normal(size=(20, WIDTH)).astype("float32")
    vocab.vectors = Vectors(strings=vocab.strings, data=data, mode="floret", minn=2, maxn=3)
    layer = make_layer(vocab)
    (vectors,) = layer.predict([Doc(vocab, words=["unheard"])])
    expected = vocab.get_vector("unheard") @ layer.get_param("W").T
    np.testing.assert_allclose(vectors[0], expected, rtol=1e-5)


@pytest.mark.parametrize("drop", [0.0, 0.4])
def test_gradient_matches_finite_differences(make_layer, drop):
    vocab = make_vocab(dtype="float64")
    layer = make_layer(vocab, dtype="float64", dropout=drop)
    docs = [Doc(vocab, words=["dog", "emu", "cat", "dog"]), Doc(vocab), Doc(vocab, words=["sat"])]
    weight = np.random.default_rng(1).normal(size=(5, 4))

    def run():
        with random.Streams(0).use("dropout"):
            return layer.begin_update(docs)

    Y, backprop = run()
    backprop(Packed(weight, Y.lengths))
    W = layer.get_param("W")
    for index in np.ndindex(W.shape):
        kept, sums = W[index], []
        for step in (1e-6, -1e-6):
            W[index] = kept + step
            sums.append((run()[0].data * weight).sum())
        W[index] = kept
        assert layer.get_grad("W")[index] == pytest.approx((sums[0] - sums[1]) / 2e-6, abs=1e-4)


def test_vocabulary_without_vectors_is_an_error_with_a_hint():
    layer = registry.layers.get("kernel.StaticVectors.v2")(nO=4)
    with pytest.raises(KernelError, match=r"(?s)has none.*kernel init vectors"):
        layer.initialize(X=[Doc(Vocab(), words=["cat"])])


def test_vectors_of_another_width_are_refused(make_layer):
    layer, other = make_layer(make_vocab()), Vocab()
    other.vectors = Vectors(strings=other.strings, data=np.ones((1, 3), "f"), keys=["cat"])
    with pytest.raises(ShapeError, match=f"width {WIDTH}, but those of the vocabulary have 3"):
        layer.predict([Doc(other, words=["cat"])])


# In the embedding layers


@pytest.mark.parametrize(
    ("architecture", "settings"),
    [
        pytest.param(
            "spacy.MultiHashEmbed.v2", {"attrs": ["NORM", "PREFIX"], "rows": [50, 20]}, id="hashes"
        ),
        pytest.param("spacy.CharacterEmbed.v2", {"rows": 50, "nM": 3, "nC": 4}, id="characters"),
    ],
)
def test_embedding_includes_static_vectors(architecture, settings):
    vocab = make_vocab()
    embed = registry.architectures.get(architecture)(
        width=8, include_static_vectors=True, **settings
    )
    docs = [Doc(vocab, words=["cat", "emu", "cat"]), Doc(vocab, words=["dog"])]
    embed.initialize(X=docs)
    layers = [node for node in embed.walk() if node.name == "static_vectors"]
    assert [layer.get_param("W").shape for layer in layers] == [(8, WIDTH)]
    before, trained = embed.predict(docs).data.copy(), embed.begin_update(docs)
    np.testing.assert_allclose(trained[0].data, before, rtol=1e-4, atol=1e-5)
    trained[1](trained[0])
    assert layers[0].get_grad("W").any()

    vocab.set_vector("cat", np.ones(WIDTH, "f"))
    after = embed.predict(docs).data
    assert (before[[0, 2]] != after[[0, 2]]).any(axis=1).all()
    np.testing.assert_array_equal(before[[1, 3]], after[[1, 3]])


SPACY = """
import json, sys, numpy, spacy
from spacy.util import registry
from spacy.vectors import Vectors
words, sizes, texts = json.load(sys.stdin)
vocab = spacy.blank("en").vocab
data = numpy.random.default_rng(0).normal(size=(len(words), 5)).astype("float32")
vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=words)
docs = [spacy.tokens.Doc(vocab, words=words) for words in texts]
model = registry.architectures.get("spacy.MultiHashEmbed.v2")(**sizes)
model.initialize(X=docs)
rng = numpy.random.default_rng(0)
for node in model.walk(order="dfs_pre"):
    for name in node.param_names:
        drawn = rng.normal(size=node.get_param(name).shape) * 0.3 + (name == "G")
        node.set_param(name, drawn.astype("float32"))
print(json.dumps([array.tolist() for array in model.predict(docs)]))
"""


def test_embedding_equals_that_of_spacy():
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    texts = [["cat", "emu", "sat"], ["dog"]]
    sizes = {"width": 8, "attrs": ["NORM", "SHAPE"], "rows": [50, 20]}
    sizes["include_static_vectors"] = True
    done = subprocess.run(
        [python, "-c", SPACY],
        input=json.dumps([WORDS, sizes, texts]),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(done.stdout.splitlines()[-1])

    vocab = make_vocab()
    docs = [Doc(vocab, words=words) for words in texts]
    model = registry.architectures.get("kernel.MultiHashEmbed.v2")(**sizes).initialize(X=docs)
    rng = np.random.default_rng(0)
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            drawn = rng.normal(size=node.get_param(name).shape) * 0.3 + (name == "G")
            node.set_param(name, drawn.astype("float32"))
    for made, vectors in zip(model.predict(docs), expected, strict=True):
        np.testing.assert_allclose(made, vectors, rtol=1e-4, atol=1e-5)


def test_pipeline_with_vectors_can_be_trained_saved_and_loaded(tmp_path):
    nlp = blank("en")
    nlp.vocab.vectors = make_vocab().vectors
    embed = {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": True,
        "width": 8,
        "depth": 1,
        "embed_size": 50,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    }
    nlp.add_pipe("tok2vec", config={"model": embed})
    doc = nlp.make_doc("cat sat on dog")
    nlp.initialize(lambda: [Example(doc, doc.copy())])
    nlp.to_disk(tmp_path)
    again = load(tmp_path)
    np.testing.assert_array_equal(again("cat sat on dog").tensor, nlp("cat sat on dog").tensor)


def test_layer_for_models_of_thinc_makes_a_ragged_array(make_layer):
    vocab = make_vocab()
    docs = [Doc(vocab, words=["dog", "cat"]), Doc(vocab), Doc(vocab, words=["sat"])]
    layer, packed_layer = StaticVectors(4), make_layer(vocab)
    layer.initialize(X=docs)
    layer.set_param("W", packed_layer.get_param("W"))

    Y, backprop = layer.begin_update(docs)

    np.testing.assert_allclose(Y.dataXd, packed_layer.predict(docs).data)
    assert Y.lengths.tolist() == [2, 0, 1]
    backprop(Y)
    packed_layer.begin_update(docs)[1](packed_layer.predict(docs))
    np.testing.assert_allclose(layer.get_grad("W"), packed_layer.get_grad("W"), rtol=1e-6)
    as_list = chain(layer, ragged2list()).predict(docs)
    assert [array.shape for array in as_list] == [(2, 4), (0, 4), (1, 4)]
