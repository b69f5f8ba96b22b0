"""Layers for embeddings of one's own: attributes, rows, vectors and their sums."""

import numpy as np
import pytest
from thinc.api import with_array
from thinc.layers import Linear

import kernel
from kernel.errors import KernelError, ShapeError
from kernel.ops import Packed, dump_weights, load_weights
from kernel.registry import registry
from kernel_plugin_tok2vec.doc_layers import Embed, FeatureExtractor, add, chain, remap_ids


@pytest.fixture
def docs():
    nlp = kernel.blank("en")
    return [nlp("a cat"), nlp(""), nlp("the cat sat")]


def table(rows, nO=3, nV=4):
    return chain(FeatureExtractor(["ORTH"]), remap_ids(rows), Embed(nO=nO, nV=nV))


def rows_of(docs):
    strings = docs[0].vocab.strings
    return {strings.add("cat"): 2, strings.add("sat"): 3}


def test_features_are_attributes_of_tokens(docs):
    found = registry.layers.get("spacy.FeatureExtractor.v1")(["ORTH", "LOWER"]).predict(docs)
    assert [array.shape for array in found] == [(2, 2), (0, 2), (3, 2)]
    assert found[0].dtype == np.uint64
    assert found[2][:, 0].tolist() == [token.orth for token in docs[2]]


def test_ids_are_mapped_to_rows(docs):
    layer = chain(FeatureExtractor(["ORTH"]), remap_ids(rows_of(docs), default=1))
    assert [array.ravel().tolist() for array in layer.predict(docs)] == [[1, 2], [], [1, 2, 3]]
    assert layer.predict([]) == []


def test_rows_are_embedded_and_their_gradients_added(docs):
    model = table(rows_of(docs)).initialize()
    rows = model.layers[-1].get_param("E")
    Y, backprop = model.begin_update(docs)
    np.testing.assert_array_equal(np.concatenate(Y), rows[[0, 2, 0, 2, 3]])
    d_tokens = np.arange(15, dtype="f").reshape(5, 3)
    backprop(Packed(d_tokens, [2, 0, 3]))
    expected = [d_tokens[0] + d_tokens[2], [0, 0, 0], d_tokens[1] + d_tokens[3], d_tokens[4]]
    np.testing.assert_array_equal(model.layers[-1].get_grad("E"), expected)


def test_sum_is_that_of_the_layers_and_so_is_the_gradient(docs):
    model = add(table(rows_of(docs)), table({})).initialize(X=docs)
    Y, backprop = model.begin_update(docs)
    parts = [np.concatenate(layer.predict(docs)) for layer in model.layers]
    np.testing.assert_allclose(np.concatenate(Y), parts[0] + parts[1])
    backprop(Y.like(np.ones((5, 3), "f")))
    assert model.layers[0].layers[-1].get_grad("E").sum() == 15
    assert model.layers[1].layers[-1].get_grad("E")[0].tolist() == [5, 5, 5]


def test_sum_can_be_read_by_layers_of_thinc(docs):
    model = chain(add(table({}), table({})), with_array(Linear(2, 3))).initialize(X=docs)
    assert [array.shape for array in model.predict(docs)] == [(2, 2), (0, 2), (3, 2)]


def test_weights_are_loaded_again(docs):
    model, other = (add(table(rows_of(docs)), table({})).initialize(X=docs) for _ in range(2))
    load_weights(other, dump_weights(model))
    np.testing.assert_array_equal(
        np.concatenate(model.predict(docs)), np.concatenate(other.predict(docs))
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda: chain(FeatureExtractor(["ORTH", "LOWER"]), remap_ids({})),
            "one id per token, got 2",
            id="two-ids",
        ),
        pytest.param(
            lambda: table({}, nV=0), "rows are from 0 to 0, but the table has 0", id="no-row"
        ),
        pytest.param(
            lambda: add(table({}, nO=2), table({}, nO=3)), "vectors of 2 and 3", id="widths"
        ),
    ],
)
def test_misfitting_layers_are_refused(docs, make, message):
    with pytest.raises(ShapeError, match=message):
        make().initialize().predict(docs)


def test_unknown_attribute_is_refused():
    with pytest.raises(KernelError, match="ORHT"):
        FeatureExtractor(["ORHT"])
