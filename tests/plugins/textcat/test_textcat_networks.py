"""Networks over word vectors: attention, reductions, and the ensemble."""

import numpy as np
import pytest
import thinc.api

from kernel.errors import KernelError
from kernel.ops import finish_update
from kernel.registry import registry
from kernel.text import Vectors
from kernel_plugin_textcat.bow import text_cat_bow_v3
from kernel_plugin_textcat.ensemble import (
    text_cat_cnn_v1,
    text_cat_cnn_v2,
    text_cat_ensemble_v2,
    text_cat_parametric_attention,
    text_cat_reduce,
)
from kernel_plugin_textcat.legacy import text_cat_ensemble_v1
from kernel_plugin_textcat.lowdata import text_cat_low_data

ALL = (True, True, True, True)


def ensemble(tok2vec, exclusive):
    return text_cat_ensemble_v2(tok2vec, text_cat_bow_v3(exclusive, 1, False, 32))


MODELS = {
    "ensemble": ensemble,
    "attention": text_cat_parametric_attention,
    "reduce": lambda tok2vec, exclusive: text_cat_reduce(tok2vec, exclusive, *ALL),
    "cnn": text_cat_cnn_v2,
}


@pytest.fixture(params=MODELS)
def make_model(request, vectors, make_docs, randomize):
    def make(*, exclusive=True, n_labels=3):
        model = MODELS[request.param](vectors(), exclusive)
        model.initialize(X=make_docs(3, 5), Y=np.zeros((2, n_labels), "float32"))
        return randomize(model)

    return make


@pytest.mark.parametrize("exclusive", [True, False])
def test_scores_are_from_0_to_1(make_model, make_docs, exclusive):
    scores = make_model(exclusive=exclusive).predict(make_docs(4, 0, 9))
    assert scores.shape == (3, 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (scores.sum(axis=1) == pytest.approx([1, 1, 1])) == exclusive


def test_scores_of_a_doc_do_not_depend_on_the_batch(make_model, make_docs):
    model, docs = make_model(), make_docs(4, 0, 9, 1, 20)
    together = model.predict(docs)
    for doc, scores in zip(docs, together, strict=True):
        if len(doc):
            alone = model.predict(type(docs)([doc]))[0]
            np.testing.assert_allclose(scores, alone, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("exclusive", [True, False])
def test_gradients_match_finite_differences(make_model, make_docs, assert_gradients, exclusive):
    model = make_model(exclusive=exclusive)
    assert_gradients(model, make_docs(4, 1, 7), exclusive=exclusive)


def test_gradient_of_the_vectors_matches_finite_differences(make_model, make_docs):
    model, docs = make_model(exclusive=False), make_docs(4, 2)
    truths = np.array([[1, 0, 0], [0, 1, 1]])
    scores, backprop = model.begin_update(docs)
    backprop((scores - truths).astype("float32"))
    table = model.get_ref("tok2vec").attrs["table"]
    gradient = model.get_ref("tok2vec").attrs["gradient"]
    word = int(docs[1].lex[0])
    tokens = np.concatenate([doc.lex for doc in docs]) == word
    for column in range(table.shape[1]):
        losses = []
        for sign in (1, -1):
            table[word, column] += sign * 1e-2
            scores = model.predict(docs).astype("float64")
            losses.append(((scores - truths) ** 2).sum() / 2)
            table[word, column] -= sign * 1e-2
        found = (losses[0] - losses[1]) / 2e-2
        assert gradient[tokens, column].sum() == pytest.approx(found, rel=3e-2, abs=5e-3)


def test_ensemble_is_thincs_layers_in_a_row(vectors, make_docs, randomize):
    model = ensemble(vectors(), False)
    docs = make_docs(3, 5)
    model.initialize(X=docs, Y=np.zeros((2, 3), "float32"))
    randomize(model)
    # The last layers are the output layer and a logistic function.
    linear, network = model.layers[0].layers
    tok2vec, _, attention, reduce, block = network.layers
    ragged = thinc.api.list2ragged().predict(list(tok2vec.predict(docs)))
    pooled = reduce.predict(attention.predict(ragged))
    scores = model.layers[1].predict(np.hstack([linear.predict(docs), block.predict(pooled)]))
    np.testing.assert_allclose(model.predict(docs), 1 / (1 + np.exp(-scores)), rtol=1e-5)
    assert model.get_ref("attention_layer") is attention
    assert [layer.name for layer in block.layers[0].layers] == ["maxout", "layernorm", "dropout"]


def test_reductions_stand_in_their_order(vectors, make_docs):
    docs = make_docs(4, 1)
    for number, expected in enumerate(
        [lambda X: X[0], lambda X: X[-1], lambda X: X.max(axis=0), lambda X: X.mean(axis=0)]
    ):
        used = [place == number for place in range(4)]
        one = text_cat_reduce(vectors(), False, *used)
        both = text_cat_reduce(vectors(), False, *ALL)
        for model in (one, both):
            model.initialize(X=docs, Y=np.zeros((2, 1), "float32"))
        rows = [expected(X) for X in vectors().predict(docs)]
        features = [layer.predict for layer in one.layers[:3]]
        np.testing.assert_allclose(apply(features, docs), rows, rtol=1e-6)
        columns = slice(6 * number, 6 * (number + 1))
        whole = apply([layer.predict for layer in both.layers[:3]], docs)
        np.testing.assert_allclose(whole[:, columns], rows, rtol=1e-6)


def apply(functions, X):
    for function in functions:
        X = function(X)
    return X


def test_no_reduction_at_all_is_refused(vectors):
    with pytest.raises(KernelError, match="at least one reduction of a doc") as caught:
        text_cat_reduce(vectors(), True, False, False, False, False)
    assert "`use_reduce_mean`" in caught.value.hint


@pytest.mark.parametrize("exclusive", [True, False])
def test_new_label_does_not_change_other_scores(vectors, make_docs, randomize, exclusive):
    docs = make_docs(4, 9, 2)
    model = text_cat_cnn_v2(vectors(), exclusive)
    model.initialize(X=docs, Y=np.zeros((3, 6), "float32"))
    before = randomize(model, scale=0.1).predict(docs)
    model.attrs["resize_output"](model, 7)
    after = model.predict(docs)
    np.testing.assert_allclose(after[:, :6], before, atol=2e-3)
    assert (after[:, 6] < 2e-3).all()


def test_models_without_room_for_new_labels_say_so(vectors):
    for model in (ensemble(vectors(), True), text_cat_cnn_v1(vectors(), True)):
        assert "resize_output" not in model.attrs


def test_width_is_found_by_running_the_vectors(make_docs):
    from kernel_plugin_tok2vec.architectures import hash_embed_cnn

    tok2vec = hash_embed_cnn(
        width=8,
        depth=1,
        embed_size=20,
        window_size=1,
        maxout_pieces=2,
        subword_features=True,
        pretrained_vectors=None,
    )
    model = text_cat_parametric_attention(tok2vec, False)
    model.initialize(X=make_docs(3, 5), Y=np.zeros((2, 3), "float32"))
    assert model.get_ref("maxout_layer").get_dim("nI") == 8
    assert model.predict(make_docs(2, 0)).shape == (2, 3)


def test_network_for_few_examples_reads_static_vectors(vocab, make_docs):
    docs = make_docs(5, 3)
    with pytest.raises(KernelError, match="the vocabulary has none"):
        text_cat_low_data(4, 0.1).initialize(X=docs, Y=np.zeros((2, 2), "float32"))
    words = sorted({word for doc in docs for word in doc.words()})
    data = np.random.default_rng(0).normal(size=(len(words), 7)).astype("float32")
    vocab.vectors = Vectors(data=data, keys=[vocab.strings.add(word) for word in words])
    model = text_cat_low_data(4, 0.1)
    model.initialize(X=docs, Y=np.zeros((2, 2), "float32"))
    assert model.attrs["multi_label"]
    assert [node.name for node in model.walk()].count("relu") == 2
    scores, backprop = model.begin_update(docs)
    backprop(scores)
    assert model.layers[0].get_grad("W").shape == (4, 7)


@pytest.mark.parametrize("exclusive", [True, False])
def test_first_ensemble_learns_through_both_parts(make_docs, exclusive):
    docs = make_docs(4, 1, 7, 3)
    truths = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
    model = text_cat_ensemble_v1(8, 50, None, exclusive, 1, 1, 1, 0.0)
    model.initialize(X=docs, Y=truths)
    params = [(node, name) for node in model.walk() for name in node.param_names]
    before = [node.get_param(name).copy() for node, name in params]
    optimizer = registry.optimizers.get("Adam.v1")(0.02)
    for _ in range(30):
        scores, backprop = model.begin_update(docs)
        backprop(scores - truths)
        finish_update(model, optimizer)
    after = [node.get_param(name) for node, name in params]
    assert not any(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert (model.predict(docs).argmax(axis=1) == [0, 1, 2, 0]).all()
