"""Layers in columns against their definitions, and their gradients against finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import ops


def numeric_gradient(func, array, weight, step=1e-6):
    """The gradient of sum(func() * weight) for `array`, which `func` reads."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        above = (func() * weight).sum()
        array[index] = kept - step
        below = (func() * weight).sum()
        array[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_maxout_takes_the_largest_piece():
    pieces = np.array([[[1.0, 5.0]], [[3.0, 4.0]], [[2.0, 6.0]]])

    assert ops.maxout(pieces).tolist() == [[3.0, 6.0]]


@pytest.mark.parametrize("n_pieces", [1, 2, 3, 5])
def test_maxout_gradient_matches_finite_differences(rng, n_pieces):
    pieces, weight = rng.normal(size=(n_pieces, 4, 6)), rng.normal(size=(4, 6))
    masks = np.empty((n_pieces - 1, 4, 6), dtype=bool)
    ops.maxout(pieces, masks=masks)

    expected = numeric_gradient(lambda: ops.maxout(pieces), pieces, weight)

    np.testing.assert_allclose(ops.backprop_maxout(weight, masks), expected, atol=1e-6)


def test_first_of_equal_pieces_gets_the_gradient():
    pieces = np.array([[1.0, 2.0, 7.0], [1.0, 3.0, 7.0], [1.0, 3.0, 8.0]])
    masks = np.empty((2, 3), dtype=bool)
    ops.maxout(pieces, masks=masks)

    gradient = ops.backprop_maxout(np.ones(3), masks)

    assert gradient.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_layer_norm_has_mean_zero_and_variance_one(rng):
    X = rng.normal(3, 5, size=(50, 7))

    Y, _, _ = ops.layer_norm(X, np.ones(50), np.zeros(50))

    np.testing.assert_allclose(Y.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(Y.var(axis=0), 1, rtol=1e-6)


def test_layer_norm_gradients_match_finite_differences(rng):
    X, dY = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    scale, shift = rng.normal(size=6), rng.normal(size=6)

    def norm():
        return ops.layer_norm(X, scale, shift)[0]

    _, Xhat, inverse = ops.layer_norm(X, scale, shift)
    found = ops.backprop_layer_norm(dY, Xhat, inverse, scale)

    for gradient, array in zip(found, (X, scale, shift), strict=True):
        np.testing.assert_allclose(gradient, numeric_gradient(norm, array, dY), atol=1e-6)


def test_window_holds_each_vector_between_its_neighbours():
    X = np.array([[0.0, 1.0, 2.0, 3.0, 0.0]])

    assert ops.window_columns(X, 1).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 0]]


@given(n_vectors=st.integers(0, 7), window=st.integers(0, 3), width=st.integers(1, 3))
def test_window_gradient_is_the_transpose_of_the_window(n_vectors, window, width):
    rng = np.random.default_rng(n_vectors)
    inner = rng.normal(size=(width, n_vectors))
    dY = rng.normal(size=((2 * window + 1) * width, n_vectors))
    margins = np.pad(inner, ((0, 0), (window, window)))

    # <window(x), dy> = <x, gradient(dy)>, as the window is linear.
    forward = (ops.window_columns(margins, window) * dY).sum()
    backward = (inner * ops.backprop_window_columns(dY, window)).sum()

    assert forward == pytest.approx(backward)


@given(
    keys=st.lists(st.integers(0, 9), max_size=40),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_rows_that_come_twice_are_both_added(keys, dtype):
    values = np.random.default_rng(0).normal(size=(len(keys), 3)).astype(dtype)
    table, expected = np.ones((10, 3), dtype), np.ones((10, 3), dtype)
    np.add.at(expected, keys, values)

    ops.add_rows(ops.default_ops(), table, np.array(keys, "int32"), values)

    np.testing.assert_allclose(table, expected, rtol=1e-4, atol=1e-5)


def test_sums_by_key_come_in_the_order_of_keys():
    values = np.array([[1.0], [2.0], [4.0], [8.0]])

    sums, keys = ops.scatter_sum(values, np.array([7, 3, 7, 5]))

    assert keys.tolist() == [3, 5, 7]
    assert sums.tolist() == [[2.0], [8.0], [5.0]]


def test_gathered_rows_are_summed():
    table = np.arange(10.0).reshape(5, 2)

    assert ops.gather_sum(table, np.array([[0, 4], [1, 4]])).tolist() == [[2, 4], [16, 18]]


def murmur_keys(value, seed):
    """Four keys of one 64-bit value, computed step by step."""
    all_ones = 2**64 - 1

    def mix(k):
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            k = ((k ^ (k >> 33)) * factor) & all_ones
        return k ^ (k >> 33)

    h1 = (value * 0x87C37B91114253D5) & all_ones
    h1 = ((h1 << 31) | (h1 >> 33)) & all_ones
    h1 = ((h1 * 0x4CF5AD432745937F) & all_ones) ^ seed ^ 8
    h2 = seed ^ 8
    h1 = (h1 + h2) & all_ones
    h2 = (h2 + h1) & all_ones
    h1, h2 = mix(h1), mix(h2)
    h1 = (h1 + h2) & all_ones
    h2 = (h2 + h1) & all_ones
    low = 2**32 - 1
    return [h1 & low, h1 >> 32, h2 & low, h2 >> 32]


@given(values=st.lists(st.integers(0, 2**64 - 1), max_size=20), seed=st.integers(0, 2**31))
def test_hash_keys_are_those_of_murmur_hash(values, seed):
    keys = ops.hash_keys(ops.default_ops(), np.array(values, "uint64"), seed=seed, n_rows=5000)

    expected = [[key % 5000 for key in murmur_keys(value, seed)] for value in values]
    assert keys.T.tolist() == expected
