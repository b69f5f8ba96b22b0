"""Bags of words: exactly Thinc's sparse linear layers, with rows for columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import chain
from thinc.layers import SparseLinear, SparseLinear_v2

from kernel.errors import KernelError
from kernel.ops import RowGradient
from kernel.ops import gradients as gradients_of
from kernel_plugin_textcat.bow import text_cat_bow_v1, text_cat_bow_v2, text_cat_bow_v3
from kernel_plugin_textcat.ngrams import extract_ngrams
from kernel_plugin_textcat.outputs import pass_gradients
from kernel_plugin_textcat.sparse_linear import hash_rows

LENGTH = 64
LAYERS = {
    "v3": (lambda size: text_cat_bow_v3(True, size, True, LENGTH, 3), SparseLinear_v2, LENGTH),
    "v2": (lambda size: text_cat_bow_v2(True, size, True, 3), SparseLinear, 2**18),
}
LENGTHS = (5, 0, 1, 300)


@pytest.fixture(params=[(name, size) for name in LAYERS for size in (1, 2)], ids=str)
def pair(request):
    """A bag of words of three labels and Thinc's layer on the same n-grams, with equal weights."""
    name, size = request.param
    make, thincs, length = LAYERS[name]
    W = np.random.default_rng(0).normal(size=3 * length).astype("float32")
    b = np.arange(3, dtype="float32")
    own, other = make(size), chain(extract_ngrams(size, attr=65), thincs(3, length))
    own.initialize()
    layer, linear = own.get_ref("output_layer"), other.layers[1]
    for node in (layer, linear):
        node.set_param("W", W.copy())
        node.set_param("b", b)
    return own, other


def test_scores_are_those_of_thinc(pair, make_docs):
    own, other = pair
    docs = make_docs(*LENGTHS)
    np.testing.assert_allclose(own.predict(docs), other.predict(docs), rtol=1e-4, atol=1e-3)


def test_gradients_are_those_of_thinc(pair, make_docs):
    own, other = pair
    docs = make_docs(*LENGTHS)
    dY = np.random.default_rng(3).normal(size=(4, 3)).astype("float32")
    for model in pair:
        model.begin_update(docs)[1](dY)
    layer, linear = own.get_ref("output_layer"), other.layers[1]
    np.testing.assert_allclose(layer.get_grad("b"), linear.get_grad("b"), rtol=1e-5)
    expected = linear.get_grad("W")
    if layer.get_param("W").shape[1] > 1:
        expected = expected.reshape(3, -1).T
    found = layer.get_grad("W").reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5))
def test_rows_of_a_key_are_those_of_thinc(keys):
    keys = np.array(keys, "uint64")
    linear = SparseLinear_v2(1, LENGTH)
    linear.initialize()
    linear.set_param("b", np.zeros(1, "float32"))
    for number, rows in enumerate(hash_rows(keys, LENGTH).T):
        expected = np.bincount(rows, minlength=LENGTH)
        weights = np.arange(LENGTH, dtype="float32")
        linear.set_param("W", weights)
        one = (keys[number : number + 1], np.ones(1, "float32"), np.ones(1, "int32"))
        assert linear.predict(one)[0, 0] == pytest.approx(float(expected @ weights))


def test_gradient_of_the_table_comes_by_rows(make_docs):
    model = text_cat_bow_v3(True, 1, False, nO=4)
    model.initialize()
    model.begin_update(make_docs(3, 4))[1](np.ones((2, 4), "float32"))
    tables = [gradient for _, name, gradient in gradients_of(model) if name == "W"]
    assert [type(table) for table in tables] == [RowGradient]
    assert tables[0].shape == (262144, 4)


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("make", [text_cat_bow_v2, text_cat_bow_v3], ids=["v2", "v3"])
def test_gradients_match_finite_differences(
    make_docs, randomize, assert_gradients, make, exclusive
):
    model = make(exclusive, 2, False, nO=3)
    model.initialize()
    assert_gradients(randomize(model, scale=0.2), make_docs(4, 1, 7), exclusive=exclusive)


@pytest.mark.parametrize("exclusive", [True, False])
def test_activation_below_other_layers_passes_the_true_gradient(make_docs, randomize, exclusive):
    docs, step = make_docs(4, 1, 7), 1e-2
    model = randomize(ready(text_cat_bow_v3(exclusive, 1, False, 32, nO=3)))
    pass_gradients(model)
    weights = np.random.default_rng(1).normal(size=(3, 3)).astype("float32")
    model.begin_update(docs)[1](weights)
    layer = model.get_ref("output_layer")
    bias = layer.get_param("b").copy()
    for label in range(3):
        losses = []
        for sign in (1, -1):
            layer.set_param("b", bias + sign * step * np.eye(3, dtype="float32")[label])
            losses.append(float((model.predict(docs) * weights).sum()))
        found = (losses[0] - losses[1]) / (2 * step)
        assert layer.get_grad("b")[label] == pytest.approx(found, rel=1e-2, abs=1e-3)


def test_scores_are_from_0_to_1(make_docs, randomize):
    docs = make_docs(4, 9, 2)
    exclusive = randomize(ready(text_cat_bow_v3(True, 1, False, 32, nO=3))).predict(docs)
    assert exclusive.sum(axis=1) == pytest.approx([1, 1, 1])
    independent = randomize(ready(text_cat_bow_v3(False, 1, False, 32, nO=3))).predict(docs)
    assert ((independent > 0) & (independent < 1)).all()
    assert independent.sum(axis=1) != pytest.approx([1, 1, 1])


def ready(model):
    model.initialize()
    return model


@pytest.mark.parametrize(("asked", "made"), [(1, 1), (3, 4), (1024, 1024), (1025, 2048)])
def test_length_is_rounded_up_to_a_power_of_two(asked, made):
    model = text_cat_bow_v3(True, 1, False, asked)
    assert model.get_ref("output_layer").get_dim("length") == made


def test_length_below_one_is_refused():
    with pytest.raises(KernelError, match="`length` must be 1 or more, got 0"):
        text_cat_bow_v3(True, 1, False, 0)


@pytest.mark.parametrize("make", [text_cat_bow_v2, text_cat_bow_v3], ids=["v2", "v3"])
def test_new_label_does_not_change_other_scores(make_docs, randomize, make):
    docs = make_docs(4, 9, 2)
    model = randomize(ready(make(True, 1, False, nO=3)), scale=0.1)
    before = model.predict(docs)
    model.attrs["resize_output"](model, 5)
    after = model.predict(docs)
    assert after.shape == (3, 5)
    np.testing.assert_allclose(after[:, :3], before, atol=2e-3)
    assert (after[:, 3:] < 2e-3).all()


def test_first_version_has_no_room_for_new_labels():
    assert "resize_output" not in text_cat_bow_v1(True, 1, False, nO=3).attrs
