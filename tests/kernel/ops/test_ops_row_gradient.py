import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from thinc import optimizers as thinc_optimizers

from kernel.ops import (
    RowGradient,
    WeightNode,
    add_row_gradient,
    default_ops,
    distinct_rows,
    finish_update,
)

KEYS = np.array([[4, 1, 4], [0, 1, 2]], dtype="int32")


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(size=(3, 5)).astype("float32")


@pytest.fixture
def gradient(values):
    made = RowGradient((7, 5), "float32")
    made.add(default_ops(), KEYS, values)
    return made


def expected_of(values):
    table = np.zeros((7, 5), "float32")
    np.add.at(table, KEYS[0], values)
    np.add.at(table, KEYS[1], values)
    return table


def test_touched_rows_hold_the_sums_of_values(gradient, values):
    rows, sums = gradient.touched(default_ops())

    assert_array_equal(rows, [0, 1, 2, 4])
    assert_allclose(sums, expected_of(values)[rows], atol=1e-6)


def test_values_are_added_to_what_was_merged(gradient, values):
    gradient.touched(default_ops())
    gradient.add(default_ops(), np.array([[6, 4, 4]], "int32"), values)

    rows, sums = gradient.touched(default_ops())

    assert_array_equal(rows, [0, 1, 2, 4, 6])
    assert_allclose(sums[-1], values[0])
    assert_allclose(sums[3], expected_of(values)[4] + values[1] + values[2], atol=1e-6)


@pytest.fixture
def node(values):
    made = WeightNode("table", None, params={"E": None}, ops=default_ops())
    made.set_param("E", np.zeros((7, 5), "float32"))
    add_row_gradient(made, "E", KEYS, values)
    return made


def test_everyone_else_sees_an_array(node, values):
    assert node.has_grad("E")
    assert node.grad_names == ("E",)
    assert isinstance(node.get_grad("E"), np.ndarray)
    assert_allclose(node.get_grad("E"), expected_of(values), atol=1e-6)
    assert_allclose(node.copy().get_grad("E"), expected_of(values), atol=1e-6)


def increment(node):
    node.inc_grad("E", np.eye(7, 5, dtype="float32"))


def write_into_array(node):
    node.get_grad("E").reshape(-1)[3 * 5 + 3] = 1


def replace(node):
    node.set_grad("E", np.eye(7, 5, dtype="float32"))


@pytest.mark.parametrize("write", [increment, write_into_array, replace])
def test_nothing_written_by_other_ways_is_lost(node, values, write):
    write(node)
    add_row_gradient(node, "E", KEYS, values)

    seen = []
    finish_update(node, lambda key, weights, gradient: seen.append(gradient) or (weights, gradient))

    assert seen[0][3, 3] == 1
    assert_allclose(seen[0][4, 0], node.get_grad("E")[4, 0])
    assert seen[0][4, 0] != 0


@pytest.mark.parametrize("make", [thinc_optimizers.Adam, thinc_optimizers.RAdam])
def test_thinc_updates_and_clears_it(node, values, make):
    node.finish_update(make(0.1))

    moved = node.get_param("E").any(axis=1)
    assert_array_equal(np.flatnonzero(moved), [0, 1, 2, 4])
    assert not node.get_grad("E").any()


def test_optimizer_that_takes_models_is_given_rows(node):
    class Taking:
        def update_model(self, model, found):
            self.seen = model, found

    optimizer = Taking()
    finish_update(node, optimizer)

    assert optimizer.seen == (node, [(node, "E", node.row_gradients["E"])])


def test_array_seen_once_counts_in_every_later_step(gradient, values):
    seen = gradient.whole()
    gradient.clear()
    assert not seen.any()

    seen[5] = 1
    gradient.add(default_ops(), KEYS, values)

    assert_array_equal(gradient.touched(default_ops())[0], [0, 1, 2, 4, 5])
    assert_allclose(seen[4], expected_of(values)[4], atol=1e-6)


def test_cleared_gradient_touches_nothing(gradient):
    gradient.clear()

    rows, sums = gradient.touched(default_ops())

    assert rows.shape == (0,)
    assert sums.shape == (0, 5)
    assert not gradient.whole().any()


@pytest.mark.parametrize("n_rows", [10, 100_000], ids=["marked", "sorted"])
def test_distinct_rows_are_those_of_numpy(n_rows):
    keys = np.array([[3, 9, 3], [0, 9, 7]], "int32")

    rows, places = distinct_rows(keys, n_rows)

    assert_array_equal(rows, [0, 3, 7, 9])
    assert_array_equal(rows[places], keys)
