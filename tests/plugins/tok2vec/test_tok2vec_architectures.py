import importlib

import numpy as np
import pytest
import thinc.api

from kernel import random
from kernel.errors import KernelError
from kernel.registry import registry
from kernel.text import Doc, Vocab
from kernel_plugin_tok2vec import architectures, hash_embedding

CNN = {
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
    "pretrained_vectors": None,
}


def shapes(model):
    return [
        (node.name, name, node.get_param(name).shape)
        for node in model.walk(order="dfs_pre")
        for name in node.param_names
    ]


def test_cnn_has_the_parameters_of_spacys_layout():
    model = registry.architectures.get("spacy.HashEmbedCNN.v2")(**CNN)
    model.initialize()

    block = [("maxout", "W", (96, 3, 288)), ("maxout", "b", (96, 3))]
    norm = [("layernorm", "G", (96,)), ("layernorm", "b", (96,))]
    tables = [("hashembed", "E", (n_rows, 96)) for n_rows in (2000, 1000, 1000, 1000)]
    mixer = [("maxout", "W", (96, 3, 384)), ("maxout", "b", (96, 3))]
    assert shapes(model) == [*tables, *mixer, *norm, *([*block, *norm] * 4)]
    seeds = [node.attrs["seed"] for node in model.walk() if node.name == "hashembed"]
    assert seeds == [8, 9, 10, 11]
    assert model.get_dim("nO") == 96


def test_cnn_without_subwords_embeds_norms_only():
    model = architectures.hash_embed_cnn(**{**CNN, "subword_features": False})

    assert model.get_ref("embed").attrs["columns"] == ["NORM"]


def test_initial_weights_lie_within_their_bounds():
    model = architectures.hash_embed_cnn(**CNN)
    model.initialize()
    bounds = {"hashembed": 0.1, "maxout": np.sqrt(6 / (96 + 3))}

    for node in model.walk():
        if node.name in bounds:
            drawn = node.get_param("E" if node.name == "hashembed" else "W")
            bound = bounds[node.name]
            assert drawn.dtype == "float32"
            assert 0.99 * bound < abs(drawn).max() <= bound
        if node.name == "maxout":
            assert not node.get_param("b").any()
        if node.name == "layernorm":
            assert (node.get_param("G") == 1).all()


def test_initial_weights_come_from_the_stream_in_use():
    def draw(seed):
        with random.Streams(seed).use("init.tok2vec"):
            model = architectures.hash_embed_cnn(**CNN).initialize()
        return model.layers[0].layers[0].get_param("E")

    assert (draw(0) == draw(0)).all()
    assert (draw(0) != draw(1)).any()


def test_initial_weights_repeat_after_the_same_global_seed():
    def draw(seed):
        thinc.api.fix_random_seed(seed)
        model = architectures.hash_embed_cnn(**CNN).initialize()
        return model.layers[0].layers[0].get_param("E")

    assert (draw(0) == draw(0)).all()
    assert (draw(0) != draw(1)).any()


def test_bytes_bring_all_weights_back(make_tok2vec, make_docs):
    model, other, docs = make_tok2vec(seed=1), make_tok2vec(seed=2), make_docs(4, 5)
    before = other.predict(docs).data

    other.from_bytes(model.to_bytes())

    assert (other.predict(docs).data == model.predict(docs).data).all()
    assert (before != other.predict(docs).data).any()
    assert other.to_bytes() == model.to_bytes()


def test_copy_computes_the_same_and_is_independent(make_tok2vec, make_docs):
    model, docs = make_tok2vec(), make_docs(4, 5)
    copied = model.copy()
    before = model.predict(docs).data

    assert (copied.predict(docs).data == before).all()
    node = copied.layers[0].layers[0]
    node.set_param("E", node.get_param("E") * 2)

    assert (model.predict(docs).data == before).all()
    assert (copied.predict(docs).data != before).any()


def test_any_encoder_of_thinc_can_follow(make_docs):
    embed = architectures.multi_hash_embed(8, ["NORM", "SHAPE"], [50, 50], False)
    encode = thinc.api.with_array(thinc.api.Relu(5, 8))
    model, docs = architectures.tok2vec(embed, encode), make_docs(3, 0, 4)
    model.initialize(X=docs)

    Y, backprop = model.begin_update(docs)
    backprop([np.ones_like(array) for array in Y])

    assert [array.shape for array in Y] == [(3, 5), (0, 5), (4, 5)]
    assert embed.layers[0].get_grad("E").any()


def test_any_embedding_of_thinc_can_come_first(make_docs):
    def forward(model, docs, is_train):
        return [np.full((len(doc), 8), len(doc), "f") for doc in docs], lambda dY: []

    encode = architectures.maxout_window_encoder(8, 1, 3, 2)
    model = architectures.tok2vec(thinc.api.Model("lengths", forward), encode)
    docs = make_docs(3, 4)
    model.initialize(X=docs)

    assert [array.shape for array in model.predict(docs)] == [(3, 8), (4, 8)]


def test_attributes_of_tokens_can_be_embedded(vocab):
    embed = architectures.multi_hash_embed(8, ["NORM", "TAG"], [50, 50], False).initialize()
    tagged = Doc(vocab, words=["cat", "cat", "cat"], tags=["NN", "VB", "NN"])

    vectors = embed.predict([tagged])[0]

    np.testing.assert_allclose(vectors[0], vectors[2], rtol=1e-5, atol=1e-7)
    assert (vectors[0] != vectors[1]).any()


def test_span_has_the_vectors_of_its_words(vocab):
    embed = architectures.multi_hash_embed(8, ["NORM"], [50], False).initialize()
    doc = Doc(vocab, words=["a", "cat", "sat"])

    of_span, of_doc = embed.predict([doc[1:3]])[0], embed.predict([doc])[0][1:3]
    np.testing.assert_allclose(of_span, of_doc, rtol=1e-5, atol=1e-7)


def test_docs_of_two_vocabularies_share_a_batch():
    embed = architectures.multi_hash_embed(8, ["NORM", "SHAPE"], [50, 50], False).initialize()
    one = Doc(Vocab(), words=["a", "cat"])
    other = Doc(Vocab(), words=["cat", "b"])

    together, trained = embed.predict([one, other]), embed.begin_update([one, other])[0]

    np.testing.assert_allclose(together[0][1], together[1][0], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(together[0], embed.predict([one])[0], rtol=1e-5)
    np.testing.assert_allclose(trained.data, together.data, rtol=1e-5)


def test_each_attribute_needs_a_table():
    with pytest.raises(KernelError, match="names 2 attributes, but `rows` gives the size of 1"):
        architectures.multi_hash_embed(8, ["NORM", "SHAPE"], [50], False)


def test_static_vectors_name_the_plugin_that_has_them(monkeypatch):
    registries = importlib.import_module("kernel.registry")
    monkeypatch.setattr(registries, "_entry_points", lambda kind: {})
    with pytest.raises(KernelError, match="pip install kernel-plugin-vectors"):
        architectures.multi_hash_embed(8, ["NORM"], [50], True)


def test_unknown_attribute_gets_a_suggestion():
    with pytest.raises(KernelError, match="did you mean `NORM`"):
        architectures.multi_hash_embed(8, ["NORN"], [50], False)


# The cache of predictions


@pytest.fixture
def embed(monkeypatch):
    """An embedding, and the numbers of words that it embedded."""
    model = architectures.multi_hash_embed(8, ["NORM", "SHAPE"], [50, 50], False).initialize()
    calls, original = [], hash_embedding._embed

    def count(model, values):
        calls.append(values.shape[1])
        return original(model, values)

    monkeypatch.setattr(hash_embedding, "_embed", count)
    return model, calls


def test_word_is_embedded_once_until_the_weights_change(embed, vocab):
    model, calls = embed
    first = model.predict([Doc(vocab, words=["a", "cat", "a"])]).data
    model.predict([Doc(vocab, words=["a", "dog"])])
    assert calls == [2, 1]

    node = model.layers[0]
    with model.use_params({(node.id, "E"): node.get_param("E") * 2}):
        changed = model.predict([Doc(vocab, words=["a", "cat", "a"])]).data
    again = model.predict([Doc(vocab, words=["a", "cat", "a"])]).data

    assert (first != changed).any()
    assert (first == again).all()


def test_word_is_embedded_again_after_its_norm_changed(embed, vocab):
    model, _ = embed
    docs = [Doc(vocab, words=["color", "cat"])]
    before = model.predict(docs).data

    vocab["color"].norm_ = "colour"
    after = model.predict(docs).data

    assert (before[0] != after[0]).any()
    assert (before[1] == after[1]).all()


def test_memory_for_words_is_bounded(vocab, monkeypatch):
    from kernel_plugin_tok2vec.vector_cache import VectorCache

    cache = VectorCache(
        lambda table, rows: table.column("ORTH")[rows][None],
        lambda values: np.stack([values[0] % 1000, values[0] % 7], axis=1).astype("f"),
        max_slots=10,
    )
    for start in range(0, 200, 4):
        rows = vocab.lexemes.rows([f"w{number}" for number in range(start, start + 8)])
        orths = vocab.lexemes.column("ORTH")[rows]
        vectors = cache.vectors(vocab.lexemes, rows)
        assert vectors[:, 0].tolist() == (orths % 1000).tolist()
    assert len(cache._tables[vocab.lexemes].vectors) <= 20


def test_mish_encoder_lets_words_see_into_the_next_doc(make_docs):
    encode = registry.architectures.get("spacy.MishWindowEncoder.v2")(
        width=8, window_size=1, depth=2
    )
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 8)).astype("f") for n in (3, 4)]
    encode.initialize(X=X)
    together, alone = encode.predict(X), encode.predict(X[:1])

    assert [array.shape for array in together] == [(3, 8), (4, 8)]
    np.testing.assert_allclose(together[0][0], alone[0][0], rtol=1e-5)
    assert abs(together[0][2] - alone[0][2]).max() > 1e-3
    assert [node.name for node in encode.walk() if node.param_names] == ["mish", "layernorm"] * 2
