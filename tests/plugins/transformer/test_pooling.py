"""Pooling against a plain loop, and its gradients against finite differences."""

import numpy as np
import pytest
import thinc.api

from kernel.errors import ArgumentError
from kernel_plugin_transformer.listener import set_width, transformer_listener
from kernel_plugin_transformer.pooling import TokenRows, is_mean, pool, sharing_key

LENGTHS = [1, 0, 3, 2, 0, 1]
INDEX = [4, 1, 2, 3, 3, 5, 0]


@pytest.fixture
def tokens():
    """Six tokens, two of them without rows; row 3 belongs to two tokens, row 6 to none."""
    rows = np.random.default_rng(0).normal(size=(7, 4)).astype("float32")
    doc_lengths = np.array([4, 2], "int32")
    return TokenRows(rows, np.array(INDEX, "int32"), np.array(LENGTHS, "int32"), doc_lengths)


def by_loop(tokens, function):
    ends = np.cumsum(tokens.lengths)
    groups = [
        tokens.rows[tokens.index[end - n : end]]
        for end, n in zip(ends, tokens.lengths, strict=True)
    ]
    return np.stack([function(group) if len(group) else np.zeros(4, "float32") for group in groups])


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (thinc.api.reduce_mean, lambda group: group.mean(axis=0)),
        (thinc.api.reduce_max, lambda group: group.max(axis=0)),
        (thinc.api.reduce_sum, lambda group: group.sum(axis=0)),
        (thinc.api.reduce_first, lambda group: group[0]),
        (thinc.api.reduce_last, lambda group: group[-1]),
    ],
)
def test_tokens_get_their_rows_pooled_and_zeros_without_rows(tokens, layer, function):
    Y, _ = pool(layer(), tokens)

    np.testing.assert_allclose(Y, by_loop(tokens, function), rtol=1e-6)


@pytest.mark.parametrize("layer", [thinc.api.reduce_mean, thinc.api.reduce_max])
def test_gradient_of_rows_is_that_of_finite_differences(tokens, layer):
    weights = np.random.default_rng(1).normal(size=(6, 4)).astype("float32")
    Y, backprop = pool(layer(), tokens)

    d_rows = backprop(weights.copy())

    step = 1e-2
    for row, column in np.ndindex(7, 4):
        tokens.rows[row, column] += step
        changed, _ = pool(layer(), tokens)
        tokens.rows[row, column] -= step
        expected = ((changed - Y) * weights).sum() / step
        assert d_rows[row, column] == pytest.approx(expected, abs=2e-3)


def test_mean_of_single_rows_is_a_copy(tokens):
    single = TokenRows(tokens.rows, tokens.index[:3], np.ones(3, "int32"), np.array([3], "int32"))

    Y, _ = pool(thinc.api.reduce_mean(), single)

    assert (tokens.rows[[4, 1, 2]] == Y).all()
    assert not np.shares_memory(Y, tokens.rows)


@pytest.mark.parametrize("layer", [thinc.api.reduce_mean, thinc.api.reduce_max])
def test_tokens_without_any_rows_get_zeros(layer):
    nothing = TokenRows(
        np.zeros((0, 4), "float32"), np.zeros(0, "int32"), np.zeros(2, "int32"), np.array([2])
    )

    Y, backprop = pool(layer(), nothing)

    assert Y.tolist() == [[0.0] * 4] * 2
    assert backprop(np.ones((2, 4), "float32")).shape == (0, 4)


def test_only_layers_that_compute_the_same_share_a_key():
    def forward(model, X, is_train):
        return model.ops.reduce_sum(X.dataXd, X.lengths), lambda dY: X

    own = thinc.api.Model("reduce_mean", forward)
    with_weights = [thinc.api.chain(thinc.api.reduce_mean(), thinc.api.Linear(2, 4)) for _ in "ab"]

    assert sharing_key(thinc.api.reduce_mean()) == sharing_key(thinc.api.reduce_mean())
    assert sharing_key(own) != sharing_key(thinc.api.reduce_mean())
    assert not is_mean(own)
    assert sharing_key(with_weights[0]) != sharing_key(with_weights[1])


def test_layer_that_does_not_pool_is_refused():
    listener = transformer_listener(thinc.api.Relu())
    with pytest.raises(ArgumentError, match="`pooling` is the layer `relu`"):
        set_width(listener, 4)
