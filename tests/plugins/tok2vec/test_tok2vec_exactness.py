"""The fused models have the same results as Thinc's layers, and correct gradients."""

import numpy as np
import pytest

from kernel import random
from kernel.ops import Packed

LENGTHS = [
    pytest.param((5, 3, 1, 7), id="short"),
    pytest.param((0, 4, 0, 1, 0), id="empty-docs"),
    pytest.param((1,), id="one-word"),
    pytest.param((0,), id="no-word"),
    pytest.param((40,) * 12, id="several-parts"),
    pytest.param((3, 1700, 0, 2, 2500), id="long-docs"),
]


def gradients(model):
    return [
        node.get_grad(name)
        for node in model.walk(order="dfs_pre")
        for name in node.param_names
        if node.has_grad(name)
    ]


def assert_all_close(found, expected, tolerance):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param({}, id="plain"),
        pytest.param({"window": 2, "pieces": 2, "depth": 3}, id="wide-window"),
        pytest.param({"pieces": 1, "depth": 1, "rows": (40,)}, id="one-of-each"),
    ],
)
def test_prediction_equals_that_of_thincs_layers(
    make_tok2vec, make_docs, reference, lengths, sizes
):
    model, docs = make_tok2vec(**sizes), make_docs(*lengths)

    assert_all_close(model.predict(docs), reference(model).predict(docs), 1e-5)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_training_equals_that_of_thincs_layers(make_tok2vec, make_docs, reference, lengths):
    model, docs = make_tok2vec(), make_docs(*lengths)
    expected = reference(model)
    rng = np.random.default_rng(1)
    dY = [rng.normal(size=(len(doc), 8)).astype("float32") for doc in docs]

    Y, backprop = model.begin_update(docs)
    backprop(Packed(np.concatenate(dY), [len(array) for array in dY]))
    Y_expected, backprop_expected = expected.begin_update(docs)
    if any(lengths):  # Thinc's compiled loops do not accept an empty batch
        backprop_expected([array.copy() for array in dY])
        assert_all_close(gradients(model), gradients(expected), 2e-4)

    assert_all_close(Y, Y_expected, 1e-5)


@pytest.mark.parametrize("drop", [0.0, 0.3])
def test_gradients_match_finite_differences(make_tok2vec, make_docs, drop):
    model, docs = make_tok2vec(width=3, rows=(9, 7), dtype="float64"), make_docs(4, 0, 2)
    for node in model.walk():
        if "dropout_rate" in node.attrs:
            node.attrs["dropout_rate"] = drop
    weight = np.random.default_rng(2).normal(size=(6, 3))

    def run():
        # The same masks each time.
        with random.Streams(0).use("dropout"):
            return model.begin_update(docs)

    Y, backprop = run()
    assert Y.data.dtype == "float64"
    backprop(Y.like(weight))

    for node in model.walk():
        for name in node.param_names:
            values, gradient = node.get_param(name), node.get_grad(name)
            for index in list(np.ndindex(values.shape))[::3]:
                kept = values[index]
                values[index] = kept + 1e-6
                node.set_param(name, values)
                above = (run()[0].data * weight).sum()
                values[index] = kept - 1e-6
                node.set_param(name, values)
                below = (run()[0].data * weight).sum()
                values[index] = kept
                node.set_param(name, values)
                assert gradient[index] == pytest.approx((above - below) / 2e-6, abs=1e-4)


def test_gradient_of_the_encoders_input_matches_finite_differences(make_tok2vec):
    encode = make_tok2vec(width=3, dtype="float64").get_ref("encode")
    rng = np.random.default_rng(3)
    X, weight = rng.normal(size=(7, 3)), rng.normal(size=(7, 3))

    def run():
        return encode.begin_update(Packed(X, [3, 0, 4]))

    Y, backprop = run()
    dX = backprop(Y.like(weight)).data

    for index in np.ndindex(X.shape):
        kept = X[index]
        X[index] = kept + 1e-6
        above = (run()[0].data * weight).sum()
        X[index] = kept - 1e-6
        below = (run()[0].data * weight).sum()
        X[index] = kept
        assert dX[index] == pytest.approx((above - below) / 2e-6, abs=1e-4)


def test_gradients_add_up_until_they_are_used(make_tok2vec, make_docs):
    model, docs = make_tok2vec(), make_docs(5, 6)
    for _ in range(2):
        Y, backprop = model.begin_update(docs)
        backprop(Y.like(np.ones_like(Y.data)))
    twice = [gradient.copy() for gradient in gradients(model)]
    for node in model.walk():
        for name in node.param_names:
            node.set_grad(name, np.zeros_like(node.get_param(name)))
    Y, backprop = model.begin_update(docs)
    backprop(Y.like(np.ones_like(Y.data)))

    assert_all_close(twice, [2 * gradient for gradient in gradients(model)], 1e-4)


def test_doc_has_the_same_vectors_in_any_batch(make_tok2vec, make_docs):
    model = make_tok2vec(width=16, depth=4)
    docs = make_docs(*([3, 0, 17, 60, 1, 9] * 40))

    together = model.predict(docs)

    alone = [model.predict([doc])[0] for doc in docs[:12]]
    assert_all_close(together[:12], alone, 1e-5)


def test_training_without_dropout_predicts_the_same(make_tok2vec, make_docs):
    model, docs = make_tok2vec(), make_docs(*([20] * 30))

    assert_all_close(model.begin_update(docs)[0], model.predict(docs), 1e-5)


def test_number_of_threads_changes_no_bit(make_tok2vec, make_docs, monkeypatch):
    docs = make_docs(*([20] * 40))
    results = []
    for n_threads in ("1", "2"):
        monkeypatch.setenv("KERNEL_NUM_THREADS", n_threads)
        model = make_tok2vec(width=32)
        Y, backprop = model.begin_update(docs)
        backprop(Y.like(np.ones_like(Y.data)))
        results.append([Y.data, model.predict(docs).data, *gradients(model)])

    for one, other in zip(*results, strict=True):
        assert (one == other).all()


def test_dropout_follows_its_stream(make_tok2vec, make_docs):
    model, docs = make_tok2vec(), make_docs(9, 8)
    for node in model.walk():
        if "dropout_rate" in node.attrs:
            node.attrs["dropout_rate"] = 0.4

    def train(name):
        with random.Streams(1).use(name):
            return model.begin_update(docs)[0].data

    assert (train("dropout.a") == train("dropout.a")).all()
    assert (train("dropout.a") != train("dropout.b")).any()
