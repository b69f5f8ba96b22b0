import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc import optimizers as thinc_optimizers

from kernel.errors import ArgumentError, CheckpointError, KernelError
from kernel.ops import RowGradient, default_ops
from kernel_plugin_thinc.optimizers import SGD, Adam, RAdam
from kernel_plugin_thinc.schedules import compounding, warmup_linear

SHAPES = {(1, "E"): (700, 96), (1, "b"): (7,), (2, "W"): (4, 3, 5)}
METHODS = [
    pytest.param(Adam, thinc_optimizers.Adam, {}, id="adam"),
    pytest.param(Adam, thinc_optimizers.Adam, {"L2": 0.1}, id="adam-weight-decay"),
    pytest.param(
        Adam, thinc_optimizers.Adam, {"L2": 0.1, "L2_is_weight_decay": False}, id="adam-penalty"
    ),
    pytest.param(Adam, thinc_optimizers.Adam, {"grad_clip": 0.0}, id="adam-unclipped"),
    pytest.param(RAdam, thinc_optimizers.RAdam, {}, id="radam"),
    pytest.param(SGD, thinc_optimizers.SGD, {"learn_rate": 0.1, "L2": 0.01}, id="sgd"),
]


def parameters():
    rng = np.random.default_rng(0)
    return {key: rng.normal(size=shape).astype("float32") for key, shape in SHAPES.items()}


def gradients(step):
    rng = np.random.default_rng(step + 1)
    return {key: rng.normal(size=shape).astype("float32") for key, shape in SHAPES.items()}


def run(optimizer, weights, steps):
    for step in steps:
        for key, gradient in gradients(step).items():
            weights[key], rest = optimizer(key, weights[key], gradient)
            assert not rest.any()
        optimizer.step_schedules()
    return weights


@pytest.mark.parametrize(("ours", "theirs", "settings"), METHODS)
def test_twenty_steps_equal_those_of_thinc(ours, theirs, settings):
    one, other = ours(**settings), theirs(**settings)

    mine, reference = run(one, parameters(), range(20)), run(other, parameters(), range(20))

    for key in SHAPES:
        np.testing.assert_allclose(mine[key], reference[key], atol=1e-6, rtol=1e-5)
        np.testing.assert_allclose(one.averages[key], other.averages[key], atol=1e-6, rtol=1e-5)


def sparse_gradients(step):
    """Return the same gradient twice: by rows, and as an array; few rows are touched."""
    rng = np.random.default_rng(step)
    keys = rng.integers(0, 400, (4, 15)).astype("int32")
    # Some values are far below, and some far above, what the threshold clips.
    scale = 10.0 ** rng.integers(-5, 2)
    values = (scale * rng.normal(size=(15, 96))).astype("float32")
    by_rows, array = RowGradient((400, 96), "float32"), np.zeros((400, 96), "float32")
    by_rows.add(default_ops(), keys, values)
    for rows in keys:
        np.add.at(array, rows, values)
    return by_rows, array


@pytest.mark.parametrize(("ours", "theirs", "settings"), METHODS[:2] + METHODS[3:4])
def test_gradient_by_rows_equals_array(ours, theirs, settings):
    one, other = ours(**settings), theirs(**settings)
    mine = np.random.default_rng(0).uniform(-0.1, 0.1, (400, 96)).astype("float32")
    reference = mine.copy()

    for step in range(20):
        by_rows, array = sparse_gradients(step)
        updated, rest = one((1, "E"), mine, by_rows)
        other((1, "E"), reference, array)

        assert updated is mine
        assert rest is by_rows
        assert len(rest.touched(default_ops())[0]) == 0
    by_rows.pending.flush()
    np.testing.assert_allclose(mine, reference, atol=5e-6)
    np.testing.assert_allclose(one.averages[1, "E"], other.averages[1, "E"], atol=5e-6)


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.3, 0.9)], ids=["usual", "fast"])
@pytest.mark.parametrize("warmup", [0, 50], ids=["steady", "changing"])
def test_rows_make_up_for_hundreds_of_steps(betas, warmup):
    def make(optimizer):
        rate = warmup_linear(0.002, warmup, 300) if warmup else 0.001
        return optimizer(rate, beta1=betas[0], beta2=betas[1], L2=0.01)

    one, other = make(Adam), make(thinc_optimizers.Adam)
    mine = np.random.default_rng(0).uniform(-0.1, 0.1, (400, 96)).astype("float32")
    reference, start = mine.copy(), mine.copy()

    for step in range(600):
        # Between 100 and 500 no row has a gradient.
        by_rows, array = sparse_gradients(step)
        if 100 <= step < 500:
            by_rows.clear()
            array.fill(0)
        one((1, "E"), mine, by_rows)
        other((1, "E"), reference, array)
        one.step_schedules()
        other.step_schedules()

    by_rows.pending.flush()
    assert np.abs(reference - start).max() > 0.02
    # With a fast decay of the second moment, `eps` has more effect.
    atol = 1e-5 if betas[1] == 0.999 else 1e-4
    np.testing.assert_allclose(mine, reference, atol=atol)
    np.testing.assert_allclose(one.averages[1, "E"], other.averages[1, "E"], atol=atol)


@given(rows=st.lists(st.integers(0, 399), min_size=1, max_size=30), seed=st.integers(0, 99))
def test_row_that_is_read_is_up_to_date(rows, seed):
    one, other = Adam(L2=0.01), thinc_optimizers.Adam(L2=0.01)
    mine = np.random.default_rng(seed).uniform(-0.1, 0.1, (400, 96)).astype("float32")
    reference = mine.copy()
    for step in range(seed, seed + 8):
        by_rows, array = sparse_gradients(step)
        one((1, "E"), mine, by_rows)
        other((1, "E"), reference, array)
        by_rows.pending.flush(np.array(rows))
        np.testing.assert_allclose(mine[rows], reference[rows], atol=1e-5)


def test_array_and_rows_may_alternate():
    one, other = Adam(L2=0.01), thinc_optimizers.Adam(L2=0.01)
    mine = np.zeros((400, 96), "float32")
    reference = mine.copy()

    for step in range(60):
        by_rows, array = sparse_gradients(step)
        one((1, "E"), mine, by_rows if step % 3 else array.copy())
        other((1, "E"), reference, array)

    by_rows.pending.flush()
    np.testing.assert_allclose(mine, reference, atol=5e-6)


@pytest.mark.parametrize(
    "optimizer",
    [
        RAdam(),
        SGD(0.1),
        Adam(L2=0.1, L2_is_weight_decay=False),
        Adam(beta1=[0.5, 0.9]),
        Adam(eps=[1e-8, 1e-6]),
    ],
)
def test_other_methods_want_arrays(optimizer):
    assert not optimizer.takes_rows


def test_betas_may_follow_a_schedule():
    mine, reference = np.ones((400, 96), "float32"), np.ones((400, 96), "float32")
    one, other = Adam(beta1=[0.5, 0.7, 0.9]), thinc_optimizers.Adam(beta1=iter([0.5, 0.7, 0.9]))
    for step in range(3):
        _, array = sparse_gradients(step)
        one((1, "E"), mine, array.copy())
        other((1, "E"), reference, array)
        one.step_schedules()
        other.step_schedules()

    np.testing.assert_allclose(mine, reference, atol=1e-6)


def test_resumed_table_has_the_same_bits():
    def step_on(optimizer, weights, steps):
        for step in steps:
            by_rows = sparse_gradients(step)[0]
            optimizer((1, "E"), weights, by_rows)
        return by_rows

    straight = Adam(L2=0.01)
    weights = np.ones((400, 96), "float32")
    step_on(straight, weights, range(60))
    resumed, copied = Adam(L2=0.01), weights.copy()
    names = {(1, "E"): "table"}
    resumed.load_state(names, straight.state(names))

    step_on(straight, weights, range(60, 70)).pending.flush()
    step_on(resumed, copied, range(60, 70)).pending.flush()

    assert (copied == weights).all()
    assert (resumed.averages[1, "E"] == straight.averages[1, "E"]).all()


def test_update_happens_in_place():
    weights, gradient = np.ones((3, 4), "f"), np.ones((3, 4), "f")

    updated, zeroed = Adam(0.1)((1, "W"), weights, gradient)

    assert updated is weights
    assert zeroed is gradient
    # The first step of Adam has the size of the learning rate, for any gradient.
    np.testing.assert_allclose(weights, 0.9, atol=1e-6)


def test_array_out_of_order_is_updated_too():
    weights, gradient = np.ones((4, 3), "f").T, np.ones((4, 3), "f").T

    Adam(0.1)((1, "W"), weights, gradient)

    np.testing.assert_allclose(weights, 0.9, atol=1e-6)


def test_large_array_does_not_depend_on_threads(monkeypatch):
    rng = np.random.default_rng(0)
    gradient = rng.normal(size=300_000).astype("float32")
    results = []
    for n_threads in ("1", "2"):
        monkeypatch.setenv("KERNEL_NUM_THREADS", n_threads)
        results.append(Adam()((1, "E"), np.ones(300_000, "f"), gradient.copy())[0])

    assert (results[0] == results[1]).all()


@pytest.mark.parametrize("ours", [Adam, RAdam, SGD])
def test_resumed_run_ends_with_the_same_bits(ours):
    def make():
        return ours(learn_rate=warmup_linear(0.1, 3, 10))

    names = {key: f"node{key[0]}.{key[1]}" for key in SHAPES}
    straight = make()
    expected = run(straight, parameters(), range(10))
    first = make()
    weights = run(first, parameters(), range(6))
    state = first.state(names)

    # Another process has other node numbers.
    resumed = make()
    resumed.load_state(names, state)
    run(resumed, weights, range(6, 10))

    for key in SHAPES:
        assert (weights[key] == expected[key]).all()
        assert (resumed.averages[key] == straight.averages[key]).all()
    assert resumed.learn_rate == straight.learn_rate


def test_state_goes_by_name_and_not_by_node_id():
    first, resumed = Adam(), Adam()
    weights = np.ones(5, "f")
    first((7, "W"), weights, np.ones(5, "f"))

    resumed.load_state({(99, "W"): "encode.W"}, first.state({(7, "W"): "encode.W"}))

    assert resumed.nr_update[99, "W"] == 1
    assert (resumed.averages[99, "W"] == first.averages[7, "W"]).all()


def test_state_of_other_optimizer_is_refused():
    first = SGD(0.1)
    first((1, "W"), np.ones(5, "f"), np.ones(5, "f"))
    names = {(1, "W"): "encode.W"}

    with pytest.raises(CheckpointError, match=r"no `encode\.W/moment1`"):
        Adam().load_state(names, first.state(names))


def test_unknown_parameter_is_refused():
    first = Adam()
    first((1, "W"), np.ones(5, "f"), np.ones(5, "f"))

    with pytest.raises(CheckpointError, match=r"an unknown parameter `encode\.W`"):
        Adam().load_state({(1, "W"): "other.W"}, first.state({(1, "W"): "encode.W"}))


def test_learning_rate_follows_its_schedule():
    optimizer = Adam(compounding(1.0, 10.0, 2.0))
    seen = [optimizer.learn_rate]
    for _ in range(5):
        optimizer.step_schedules()
        seen.append(optimizer.learn_rate)

    assert seen == [1, 2, 4, 8, 10, 10]


def test_list_keeps_its_last_value():
    optimizer = Adam([0.3, 0.2])
    seen = [optimizer.learn_rate]
    for _ in range(3):
        optimizer.step_schedules()
        seen.append(optimizer.learn_rate)

    assert seen == [0.3, 0.2, 0.2, 0.2]


def test_empty_schedule_is_refused():
    with pytest.raises(KernelError, match="`learn_rate` is not a schedule of numbers"):
        Adam([])


def test_adam_without_momentum_is_refused():
    with pytest.raises(KernelError, match=r"must be above 0, got 0\.0 and 0\.999"):
        Adam(beta1=0.0)


def test_averages_can_be_left_out():
    optimizer = Adam(use_averages=False)
    optimizer((1, "W"), np.ones(5, "f"), np.ones(5, "f"))

    assert optimizer.averages is None


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("up_to", np.zeros(399, "int32"), "the pending updates of `table`"),
        ("up_to", np.zeros(400, "float32"), "the pending updates of `table`"),
        ("up_to", np.full(400, 61, "int32"), "the pending updates of `table`"),
        ("factors", np.zeros((5, 3)), "the pending updates of `table`"),
        ("moment_scales", [0, 0.1], "`table/moment_scales` of the checkpoint is not two scales"),
        ("moment_scales", [1e300, 0.1], "`table/moment_scales` of the checkpoint is not two"),
        ("moment_scales", ["1", "1"], "`table/moment_scales` of the checkpoint is not two"),
    ],
)
def test_states_of_rows_that_cannot_be_are_refused(part, value, message):
    first, weights = Adam(), np.ones((400, 96), "float32")
    for step in range(60):
        first((1, "E"), weights, sparse_gradients(step)[0])
    names = {(1, "E"): "table"}
    state = first.state(names)
    Adam().load_state(names, state)

    with pytest.raises(CheckpointError, match=message):
        Adam().load_state(names, {**state, f"table/{part}": value})


@pytest.mark.parametrize("key", ["table/updates", "schedule_step"])
@pytest.mark.parametrize("value", [-1, 1.5, "1", None, [1], 2**40, 2**70])
def test_numbers_of_steps_are_checked(key, value):
    first = Adam()
    first((1, "E"), np.ones(5, "f"), np.ones(5, "f"))
    names = {(1, "E"): "table"}
    state = first.state(names)
    assert key in state

    with pytest.raises(CheckpointError, match=f"`{key}` of the checkpoint is not a number of"):
        Adam().load_state(names, {**state, key: value})


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf])
def test_impossible_learning_rate_is_refused(rate):
    with pytest.raises(ArgumentError, match="`learn_rate` must be a finite number of at least 0"):
        Adam(rate)
    with pytest.raises(ArgumentError, match="the learning rate of `ner` must be a finite number"):
        Adam(0.1, learn_rates={"ner": rate})
