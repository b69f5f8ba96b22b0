"""All dense parameters of a model in flat arrays: the same results as one by one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from thinc import optimizers as thinc_optimizers
from thinc.api import Model, chain

from kernel.ops import NonFiniteGradientError, WeightNode, finish_update
from kernel_plugin_thinc.optimizers import SGD, Adam, RAdam
from kernel_plugin_tok2vec import nodes

METHODS = [
    pytest.param(Adam, {}, id="adam"),
    pytest.param(Adam, {"L2": 0.1}, id="adam-weight-decay"),
    pytest.param(Adam, {"L2": 0.1, "L2_is_weight_decay": False}, id="adam-penalty"),
    pytest.param(Adam, {"grad_clip": 0.0}, id="adam-unclipped"),
    pytest.param(Adam, {"beta2": [0.9, 0.99, 0.999]}, id="adam-scheduled"),
    pytest.param(Adam, {"use_averages": False}, id="adam-without-averages"),
    pytest.param(RAdam, {}, id="radam"),
    pytest.param(SGD, {"learn_rate": 0.1, "L2": 0.01}, id="sgd"),
]


def plain(name, **shapes):
    """A plain Thinc node, as in third-party layers."""
    node = Model(name, lambda model, X, is_train: (X, lambda dY: dY), params=dict.fromkeys(shapes))
    rng = np.random.default_rng(len(name))
    for param, shape in shapes.items():
        node.set_param(param, rng.normal(size=shape).astype("f"))
    return node


def make_model():
    maxout, norm = nodes.maxout(5, 7, 3), nodes.layer_norm(5)
    for node in (maxout, norm):
        node.initialize()
    return chain(maxout, norm, plain("other", W=(3, 4), b=(4,)))


def own(model):
    return {
        (place, name): node
        for place, node in enumerate(model.walk())
        for name in node.param_names
        if node.has_param(name)
    }


def add_gradients(model, step):
    """Some are far below, some far above the clipping threshold."""
    rng = np.random.default_rng(step)
    for (_, name), node in own(model).items():
        value = rng.normal(size=node.get_param(name).shape) * 10.0 ** rng.integers(-3, 1)
        node.inc_grad(name, value.astype("f"))


def step_apart(model, optimizer):
    """Update one parameter after another, as Thinc does."""
    for (_, name), node in own(model).items():
        node.set_param(
            name, optimizer((node.id, name), node.get_param(name), node.get_grad(name))[0]
        )


def train(model, optimizer, steps, update=finish_update):
    for step in steps:
        add_gradients(model, step)
        update(model, optimizer)
        optimizer.step_schedules()
    return model


def weights(model):
    return {key: node.get_param(key[1]).copy() for key, node in own(model).items()}


def averages(model, optimizer):
    found = optimizer.averages or {}
    return {
        key: found[node.id, key[1]]
        for key, node in own(model).items()
        if (node.id, key[1]) in found
    }


def assert_all_close(one, other, **settings):
    assert one.keys() == other.keys()
    for key, array in one.items():
        assert_allclose(array, other[key], **settings)


@pytest.mark.parametrize(("method", "settings"), METHODS)
def test_steps_equal_those_of_single_parameters(method, settings):
    model = make_model()
    apart = model.copy()
    one, other = method(**settings), method(**settings)

    train(model, one, range(12))
    train(apart, other, range(12), step_apart)

    close = {"rtol": 1e-5, "atol": 1e-6}
    assert_all_close(weights(model), weights(apart), **close)
    assert_all_close(averages(model, one), averages(apart, other), **close)
    assert not any(node.get_grad(name).any() for (_, name), node in own(model).items())


def test_maxout_weights_lie_as_products_want_them():
    model = make_model()
    maxout = model.layers[0]
    assert maxout.joined(maxout.get_param("W"), maxout.get_param("b")) is None

    train(model, Adam(), range(2))

    W, b = maxout.get_param("W"), maxout.get_param("b")
    joined = maxout.joined(W, b)
    assert joined.flags.c_contiguous
    assert_array_equal(joined.reshape(3, 5, 8)[:, :, :-1], W.transpose(1, 0, 2))
    assert_array_equal(joined.reshape(3, 5, 8)[:, :, -1], b.T)
    assert maxout.joined(maxout.get_grad("W"), maxout.get_grad("b")).shape == (15, 8)


def test_caches_of_weights_are_invalidated():
    model = make_model()
    train(model, Adam(), range(1))
    before = model.layers[0].version

    train(model, Adam(), range(1, 2))

    assert model.layers[0].version > before


@pytest.mark.parametrize("change", ["weights", "gradient", "dimension", "loaded"])
def test_parameters_can_be_replaced_between_steps(change):
    model = make_model()
    apart = model.copy()
    one, other = Adam(), Adam()
    train(model, one, range(3))
    train(apart, other, range(3), step_apart)

    for each in (model, apart):
        node = each.layers[2]
        if change == "weights":
            node.set_param("W", np.full((3, 4), 0.5, "f"))
        elif change == "gradient":
            node.set_grad("W", np.full((3, 4), 0.1, "f"))
        elif change == "loaded":
            each.from_bytes(each.to_bytes())
        else:  # as a component does when a label is added
            node.id = Model.global_id = Model.global_id + 1
            for name, shape in {"W": (3, 6), "b": (6,)}.items():
                node.set_param(name, np.ones(shape, "f"))
                node.set_grad(name, np.zeros(shape, "f"))
    train(model, one, range(3, 6))
    train(apart, other, range(3, 6), step_apart)

    assert_all_close(weights(model), weights(apart), rtol=1e-5, atol=1e-6)


def test_parameter_that_joins_later_starts_at_its_first_step():
    model = make_model()
    apart = model.copy()
    one, other = Adam(), Adam()
    late = [each.layers[2] for each in (model, apart)]
    for each, optimizer, update in ((model, one, finish_update), (apart, other, None)):
        for step in range(3):
            node = each.layers[0]
            rng = np.random.default_rng(step)
            node.inc_grad("W", rng.normal(size=(5, 3, 7)).astype("f"))
            if update is not None:
                update(each, optimizer)
            else:
                key = node.id, "W"
                node.set_param("W", optimizer(key, node.get_param("W"), node.get_grad("W"))[0])
    train(model, one, range(3, 6))
    train(apart, other, range(3, 6), step_apart)

    assert one.nr_update[late[0].id, "W"] == other.nr_update[late[1].id, "W"] == 3
    assert_all_close(weights(model), weights(apart), rtol=1e-5, atol=1e-6)


def test_node_of_two_models_is_updated_by_both():
    shared = plain("shared", W=(3, 4))
    models = [chain(shared, plain(name, W=(4, 2))) for name in ("one", "another")]
    apart = shared.copy()
    one, other = Adam(), Adam()

    for step in range(4):
        add_gradients(shared, step)
        add_gradients(apart, step)
        for model in models:
            add_gradients(model.layers[1], step)
            finish_update(model, one)
            step_apart(apart, other)

    assert_allclose(shared.get_param("W"), apart.get_param("W"), rtol=1e-5, atol=1e-6)


def test_other_optimizer_can_go_on():
    model = make_model()
    apart = model.copy()
    train(model, Adam(), range(2))
    train(apart, Adam(), range(2), step_apart)

    train(model, thinc_optimizers.Adam(0.01), range(2, 5))
    train(apart, thinc_optimizers.Adam(0.01), range(2, 5), step_apart)

    assert_all_close(weights(model), weights(apart), rtol=1e-5, atol=1e-6)
    assert not any(node.get_grad(name).any() for (_, name), node in own(model).items())


def test_parameter_can_be_updated_by_itself():
    model = make_model()
    apart = model.copy()
    one, other = Adam(), Adam()
    train(model, one, range(2))
    train(model, one, range(2, 4), step_apart)
    train(model, one, range(4, 6))
    train(apart, other, range(6), step_apart)

    assert_all_close(weights(model), weights(apart), rtol=1e-5, atol=1e-6)
    assert_all_close(averages(model, one), averages(apart, other), rtol=1e-5, atol=1e-6)


def names(model):
    return {(node.id, name): f"{name}{place}" for (place, name), node in own(model).items()}


@pytest.mark.parametrize("method", [Adam, RAdam, SGD])
def test_resumed_run_ends_with_the_same_bits(method):
    model, optimizer = make_model(), method(learn_rate=0.1)
    resumed, again = model.copy(), method(learn_rate=0.1)
    train(model, optimizer, range(3))
    for key, array in weights(model).items():
        own(resumed)[key].set_param(key[1], array)
    state = optimizer.state(names(model))
    again.load_state(names(resumed), {key: np.copy(value) for key, value in state.items()})
    train(model, optimizer, range(3, 6))
    train(resumed, again, range(3, 6))

    for mine, theirs in (
        (weights(model), weights(resumed)),
        (averages(model, optimizer), averages(resumed, again)),
    ):
        for key in mine:
            assert_array_equal(mine[key], theirs[key])


def test_state_has_the_scales_of_moments():
    model = make_model()
    apart = model.copy()
    one, other = Adam(), Adam(beta1=[0.9], beta2=[0.999])  # schedules: moments as Adam has them
    train(model, one, range(4))
    train(apart, other, range(4), step_apart)

    scaled, reference = one.state(names(model)), other.state(names(apart))

    assert "W1/moment_scales" not in reference
    for number, scale in enumerate(scaled["W1/moment_scales"], 1):
        moment = scaled[f"W1/moment{number}"] * np.float32(scale)
        assert_allclose(moment, reference[f"W1/moment{number}"], rtol=1e-5, atol=1e-9)
    # A state without them, as it was written before, is read as well.
    old = Adam()
    old.load_state(names(apart), reference)
    train(model, one, range(4, 7))
    train(apart, old, range(4, 7))
    assert_all_close(weights(model), weights(apart), rtol=1e-5, atol=1e-6)


def test_gradient_that_is_not_finite_is_named_before_anything_changes():
    model, optimizer = make_model(), Adam()
    train(model, optimizer, range(2))
    before = weights(model)
    add_gradients(model, 2)
    model.layers[1].get_grad("G")[2] = np.nan

    with pytest.raises(
        NonFiniteGradientError, match="the gradient of `G` of the layer `layernorm`"
    ):
        finish_update(model, optimizer)

    for key, array in weights(model).items():
        assert_array_equal(array, before[key])


def test_huge_gradient_is_clipped_and_not_an_error():
    model, optimizer = make_model(), Adam()
    model.layers[2].inc_grad("W", np.full((3, 4), 1e30, "f"))

    with np.errstate(over="ignore"):
        finish_update(model, optimizer)

    assert np.isfinite(model.layers[2].get_param("W")).all()


def test_empty_parameter_is_left_alone():
    node = WeightNode("empty", lambda model, X, is_train: (X, None), params={"W": None})
    node.set_param("W", np.zeros((0, 3), "f"))
    node.set_grad("W", np.zeros((0, 3), "f"))

    finish_update(chain(node, plain("other", W=(2, 2))), Adam())

    assert node.get_param("W").shape == (0, 3)
