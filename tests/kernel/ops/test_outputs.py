"""Adding outputs to trained layers."""

import numpy as np
import pytest
from thinc.api import Linear, Model

from kernel.errors import KernelError
from kernel.ops import WeightNode, add_row_gradient, forget_weights, grow_output, no_backprop

AXES = {"W": 0, "b": 0}


@pytest.fixture
def layer():
    made = Linear(3, 4)
    made.initialize()
    made.set_param("W", np.arange(12, dtype="f").reshape(3, 4))
    made.set_param("b", np.arange(3, dtype="f"))
    return made


def test_old_outputs_stay_and_new_ones_start_with_zero(layer):
    X = np.random.default_rng(0).normal(size=(5, 4)).astype("f")
    before = layer.predict(X)
    grow_output(layer, AXES, 5)
    after = layer.predict(X)
    assert layer.get_dim("nO") == 5
    np.testing.assert_allclose(after[:, :3], before, rtol=1e-6)
    assert not after[:, 3:].any()


def test_new_outputs_start_with_the_given_values(layer):
    mean = layer.get_param("W").mean(axis=0)
    grow_output(layer, AXES, 5, fill={"W": mean, "b": -7.0})
    assert (layer.get_param("W")[3:] == mean).all()
    assert layer.get_param("b").tolist() == [0, 1, 2, -7, -7]


def test_gradients_of_old_outputs_are_kept(layer):
    layer.set_grad("b", np.array([1, 2, 3], "f"))
    grow_output(layer, AXES, 4)
    assert layer.get_grad("b").tolist() == [1, 2, 3, 0]
    assert not layer.has_grad("W")


def test_outputs_may_lie_on_any_axis():
    node = Model("n", None, dims={"nO": 2}, params={"W": np.ones((3, 2, 4), "f"), "b": None})
    grow_output(node, {"W": 1, "b": 0}, 3)
    assert node.get_param("W").shape == (3, 3, 4)
    assert not node.get_param("W")[:, 2].any()
    assert not node.has_param("b")


def test_flat_table_has_one_output_after_another():
    node = Model("n", None, dims={"nO": 2}, params={"W": np.arange(6, dtype="f")[:, None]})
    grow_output(node, {"W": 0}, 3)
    assert node.get_param("W")[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 0, 0, 0]


def test_gradient_by_rows_is_kept():
    node = WeightNode("n", None, dims={"nO": 2}, params={"W": np.zeros((4, 2), "f")})
    add_row_gradient(node, "W", np.array([[1]]), np.ones((1, 2), "f"))
    grow_output(node, {"W": 1}, 3)
    assert node.get_grad("W")[1].tolist() == [1, 1, 0]
    assert node.get_grad("W").shape == (4, 3)


def test_layer_without_weights_gets_the_size_alone():
    made = Linear(None, 4)
    grow_output(made, AXES, 5)
    assert made.get_dim("nO") == 5


def test_fewer_outputs_are_refused(layer):
    with pytest.raises(KernelError, match="a layer of 3 outputs cannot shrink to 2"):
        grow_output(layer, AXES, 2)


def test_layer_of_the_right_size_stays_as_it_is(layer):
    before = layer.id, layer.get_param("W")
    grow_output(layer, AXES, 3)
    assert (layer.id, layer.get_param("W")) == before


def test_grown_and_emptied_layers_are_new_to_an_optimizer(layer):
    ids = [layer.id]
    grow_output(layer, AXES, 4)
    ids.append(layer.id)
    forget_weights(layer)
    ids.append(layer.id)
    assert len(set(ids)) == 3
    assert not layer.has_param("W")


def test_prediction_has_no_gradient():
    with pytest.raises(KernelError, match="no gradient of a prediction"):
        no_backprop(None)
