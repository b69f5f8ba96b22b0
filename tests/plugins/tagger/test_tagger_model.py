import numpy as np
import pytest
import thinc.api

from kernel.errors import KernelError
from kernel.ops import Packed, use_kernel_ops
from kernel.text import Doc, DocBatch
from kernel_plugin_tagger.model import resize_output, tagger_model


@pytest.fixture
def docs(vocab):
    return DocBatch(Doc(vocab, words=words) for words in (["a", "b", "c"], [], ["d"]))


@pytest.fixture
def make_ready(make_model, docs):
    """A model with random weights."""

    def make(n_classes=4, **settings):
        model = make_model(**settings)
        resize_output(model, n_classes)
        model.initialize(X=docs)
        rng = np.random.default_rng(1)
        output = model.get_ref("output_layer")
        for name in ("W", "b"):
            shape = output.get_param(name).shape
            output.set_param(name, rng.normal(size=shape).astype("float32"))
        return model

    return make


def test_scores_are_one_piece_cut_by_docs(make_ready, docs):
    scores = make_ready().predict(docs)
    assert isinstance(scores, Packed)
    assert [array.shape for array in scores] == [(3, 4), (0, 4), (1, 4)]


def test_new_weights_give_all_classes_the_same_probability(make_model, docs):
    model = make_model()
    resize_output(model, 5)
    model.initialize(X=docs)
    probs, _ = model.begin_update(docs)
    np.testing.assert_allclose(probs.data, 0.2)


def test_predictions_are_logits_unless_normalized(make_ready, docs):
    logits = make_ready().predict(docs).data
    probs = make_ready(normalize=True).predict(docs).data
    trained, _ = make_ready().begin_update(docs)
    np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(trained.data, probs, rtol=1e-5)
    np.testing.assert_array_equal(logits.argmax(axis=1), probs.argmax(axis=1))
    assert not np.allclose(logits, probs)


def test_outputs_and_gradients_are_those_of_thincs_layers(docs):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 6)).astype("float32") for n in (3, 0, 1)]
    W, b = rng.normal(size=(4, 6)).astype("float32"), rng.normal(size=4).astype("float32")
    dY = [rng.normal(size=(len(array), 4)).astype("float32") for array in X]
    with use_kernel_ops():
        ours = tagger_model(thinc.api.noop(), 4).layers[1]
        theirs = thinc.api.with_array(thinc.api.Softmax_v2(4, 6))
    results = []
    for node in (ours, theirs):
        node.initialize(X=X)
        node.layers[0].set_param("W", W)
        node.layers[0].set_param("b", b)
        Y, backprop = node.begin_update(X)
        dX = backprop(dY)
        gradients = [node.layers[0].get_grad(name) for name in ("W", "b")]
        results.append([np.concatenate(Y), np.concatenate(dX), *gradients])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_weights_of_the_ordinary_layers_are_read(docs):
    def layers():
        return thinc.api.Model(
            "vectors", lambda model, X, is_train: ([], lambda dY: []), dims={"nO": 6}
        )

    with use_kernel_ops():
        theirs = thinc.api.chain(
            layers(), thinc.api.with_array(thinc.api.Softmax_v2(4, 6, normalize_outputs=False))
        )
        ours = tagger_model(layers(), None)
    theirs.set_ref("softmax", theirs.layers[1].layers[0])
    theirs.layers[1].layers[0].initialize()
    theirs.layers[1].layers[0].get_param("b")[...] = [1, 2, 3, 4]

    ours.from_bytes(theirs.to_bytes())

    assert ours.get_ref("output_layer").get_param("b").tolist() == [1, 2, 3, 4]
    assert [node.name for node in ours.walk()] == [node.name for node in theirs.walk()]


def test_new_class_never_scores_best(make_ready, docs):
    model = make_ready()
    before = model.predict(docs).data
    resize_output(model, 6)
    after = model.predict(docs).data
    np.testing.assert_allclose(after[:, :4], before, rtol=1e-5, atol=1e-7)
    assert (after[:, 4:] < before.max(axis=1, keepdims=True)).all()
    assert model.get_dim("nO") == 6


def test_gradients_that_wait_survive_a_new_class(make_ready, docs):
    model = make_ready()
    probs, backprop = model.begin_update(docs)
    backprop(probs)
    output = model.get_ref("output_layer")
    waiting = output.get_grad("W").copy()
    resize_output(model, 5)
    np.testing.assert_array_equal(output.get_grad("W")[:4], waiting)
    assert not output.get_grad("W")[4].any()


def test_fewer_classes_are_refused(make_ready):
    with pytest.raises(KernelError, match="a layer of 4 outputs cannot shrink to 3"):
        resize_output(make_ready(), 3)
