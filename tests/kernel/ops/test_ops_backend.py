import copy
import threading

import numpy as np
import pytest
import thinc.api

import kernel
from kernel import ops, random
from kernel.errors import KernelError, ShapeError
from kernel.pipeline import Language, TrainablePipe


def test_thinc_knows_the_operations_by_name():
    ops.default_ops()

    assert isinstance(thinc.api.get_ops("kernel-cpu"), ops.KernelOps)


def test_models_are_made_on_kernels_operations_inside_the_block_only():
    with ops.use_kernel_ops():
        inside = thinc.api.Linear(2, 3)
    outside = thinc.api.Linear(2, 3)

    assert isinstance(inside.ops, ops.KernelOps)
    assert not isinstance(outside.ops, ops.KernelOps)


@pytest.mark.parametrize("trans1", [False, True])
@pytest.mark.parametrize("trans2", [False, True])
@pytest.mark.parametrize("shape", [(3, 4, 5), (700, 150, 120), (90, 150, 900)])
def test_gemm_multiplies_matrices_of_any_layout(shape, trans1, trans2):
    n, k, m = shape
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, k)).astype("f"), rng.normal(size=(k, m)).astype("f")
    left = np.ascontiguousarray(x.T) if trans1 else x
    right = np.ascontiguousarray(y.T) if trans2 else y
    out = np.empty((n, m), "f")

    found = ops.default_ops().gemm(left, right, out=out, trans1=trans1, trans2=trans2)

    assert found is out
    np.testing.assert_allclose(found, x.astype("d") @ y, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("n_threads", ["1", "2", "5"])
def test_parallel_work_comes_back_in_order(monkeypatch, n_threads):
    monkeypatch.setenv("KERNEL_NUM_THREADS", n_threads)

    assert ops.parallel(lambda x: x * x, list(range(100))) == [x * x for x in range(100)]


def test_parallel_work_may_ask_for_parallel_work(monkeypatch):
    monkeypatch.setenv("KERNEL_NUM_THREADS", "2")

    def work(x):
        return sum(ops.parallel(lambda y: x * y, [1, 2, 3]))

    assert ops.parallel(work, [1, 10, 100]) == [6, 60, 600]


def test_error_in_parallel_work_reaches_the_caller(monkeypatch):
    monkeypatch.setenv("KERNEL_NUM_THREADS", "2")

    with pytest.raises(ZeroDivisionError):
        ops.parallel(lambda x: 1 // x, [3, 2, 1, 0])
    assert ops.parallel(abs, [-1, -2]) == [1, 2]


@pytest.mark.parametrize("n_threads", ["1", "2"])
def test_prefetched_work_comes_in_order(monkeypatch, n_threads):
    monkeypatch.setenv("KERNEL_NUM_THREADS", n_threads)
    begun = []

    def work(x):
        begun.append(x)
        return sum(ops.parallel(lambda y: x * y, [1, 2, 3]))

    seen = []
    for result in ops.prefetch(work, [1, 10, 100]):
        assert max(begun) * 6 <= 10 * result
        seen.append(result)
    assert seen == [6, 60, 600]
    assert begun == [1, 10, 100]
    assert list(ops.prefetch(work, [])) == []


def test_next_item_is_worked_on_while_the_last_one_is_used(monkeypatch):
    monkeypatch.setenv("KERNEL_NUM_THREADS", "2")
    begun = {item: threading.Event() for item in range(3)}

    for item in ops.prefetch(lambda item: (begun[item].set(), item)[1], range(3)):
        assert item == 2 or begun[item + 1].wait(timeout=10)
        assert not any(begun[later].is_set() for later in range(item + 2, 3))


def test_error_in_prefetched_work_comes_where_its_result_would(monkeypatch):
    monkeypatch.setenv("KERNEL_NUM_THREADS", "2")

    results = ops.prefetch(lambda x: 6 // x, [3, 2, 0, 1])
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize("value", ["0", "two", "-1", "1.5"])
def test_number_of_threads_must_be_a_whole_number(monkeypatch, value):
    monkeypatch.setenv("KERNEL_NUM_THREADS", value)

    with pytest.raises(KernelError, match=f"`KERNEL_NUM_THREADS` must be .* got '{value}'"):
        ops.thread_count()


def test_two_threads_at_most_without_a_setting(monkeypatch):
    monkeypatch.delenv("KERNEL_NUM_THREADS", raising=False)

    assert ops.thread_count() in {1, 2}


@pytest.mark.parametrize("drop", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean(drop):
    with random.Streams(0).use("dropout.test"):
        mask = ops.dropout_mask((300, 1000), drop)

    assert mask.dtype == "float32"
    assert set(np.unique(mask)) == {0, np.float32(1 / (1 - drop))}
    assert (mask == 0).mean() == pytest.approx(drop, abs=0.005)
    assert mask.mean() == pytest.approx(1, abs=0.02)


def test_dropout_draws_from_the_stream_in_use():
    streams, same = random.Streams(3), random.Streams(3)
    with streams.use("dropout.a"):
        first, second = ops.dropout_mask((9, 11), 0.5), ops.dropout_mask((9, 11), 0.5)
    with same.use("dropout.a"):
        again = ops.default_ops().get_dropout_mask((9, 11), 0.5)

    assert (first == again).all()
    assert (first != second).any()


@pytest.mark.parametrize(("drop", "value"), [(0.0, 1), (1.0, 0)])
def test_dropout_of_all_or_nothing_is_exact(drop, value):
    assert (ops.dropout_mask((5, 7), drop) == value).all()


def test_packed_arrays_are_parts_of_one():
    packed = ops.packed([np.ones((2, 3), "f"), np.zeros((0, 3), "f"), np.full((1, 3), 5, "f")])

    packed[2][:] = 7

    assert packed.data[2].tolist() == [7, 7, 7]
    assert packed.lengths.tolist() == [2, 0, 1]
    assert ops.packed(packed) is packed
    assert [len(array) for array in packed.like(np.ones((3, 8)))] == [2, 0, 1]


def test_nothing_packed_keeps_its_width():
    assert ops.packed([], width=96).data.shape == (0, 96)


def test_packed_lengths_must_add_up():
    with pytest.raises(ShapeError, match="lengths add up to 4, but rows are 5"):
        ops.Packed(np.ones((5, 2)), [1, 3])


def make_caching_model():
    leaf = ops.WeightNode("leaf", lambda model, X, is_train: (X, None), params={"W": None})
    leaf.set_param("W", np.ones(2, "f"))
    return ops.WeightNode("root", lambda model, X, is_train: (X, None), layers=[leaf])


def test_cached_value_is_valid_until_a_weight_changes():
    model, made = make_caching_model(), []

    def make():
        made.append(1)
        return len(made)

    assert [ops.cached(model, "x", make), ops.cached(model, "x", make)] == [1, 1]
    model.layers[0].set_param("W", np.zeros(2, "f"))
    assert ops.cached(model, "x", make) == 2
    with model.use_params({(model.layers[0].id, "W"): np.full(2, 9, "f")}):
        assert ops.cached(model, "x", make) == 3
    assert ops.cached(model, "x", make) == 4
    model.from_bytes(model.to_bytes())
    assert ops.cached(model, "x", make) == 5


def test_nothing_is_cached_for_nodes_that_do_not_count_changes():
    model = make_caching_model()
    model.layers.append(thinc.api.noop())

    assert ops.cached(model, "x", object) is not ops.cached(model, "x", object)


def test_copy_is_watched_and_keeps_nothing_of_the_original():
    model = make_caching_model()
    ops.cached(model, "x", lambda: "original")

    copied = model.copy()

    assert isinstance(copied, ops.WeightNode)
    assert ops.cached(copied, "x", lambda: "copy") == "copy"
    assert ops.cached(model, "x", lambda: "new") == "original"


def test_deep_copies_do_not_contain_cached_values():
    model = thinc.api.Model(
        "plain", lambda model, X, is_train: (X, None), layers=[make_caching_model()]
    )
    root = model.layers[0]
    ops.cached(root, "x", threading.Lock)  # which cannot be copied
    copied = copy.deepcopy(model)
    leaf = copied.layers[0].layers[0]
    leaf.get_param("W")[:] = 5

    assert isinstance(leaf, ops.WeightNode)
    assert leaf.id == root.layers[0].id
    assert root.layers[0].get_param("W").tolist() == [1, 1]
    assert ops.cached(copied.layers[0], "x", lambda: "made again") == "made again"


def test_deep_copies_have_pending_updates_of_rows_and_no_gradients():
    node = make_caching_model().layers[0]
    node.set_param("W", np.ones((4, 2), "f"))
    ops.add_row_gradient(node, "W", np.array([[1]]), np.ones((1, 2), "f"))
    copied = copy.deepcopy(node)
    assert node.has_grad("W")
    assert not copied.has_grad("W")
    assert copied.get_param("W").tolist() == node.get_param("W").tolist()


@pytest.mark.parametrize("by_rows", [False, True])
@pytest.mark.parametrize("in_place", [False, True])
def test_gradient_is_what_an_optimizer_returns(in_place, by_rows):
    def optimizer(key, weights, gradient):
        weights = weights - gradient
        if in_place:
            gradient[...] = 0
            return weights, gradient
        return weights, np.zeros_like(gradient)

    node = make_caching_model().layers[0]
    node.set_param("W", np.zeros((2, 1), "f"))
    for _ in range(3):
        if by_rows:
            ops.add_row_gradient(node, "W", np.array([[0, 1]]), np.ones((2, 1), "f"))
        else:
            node.inc_grad("W", np.ones((2, 1), "f"))
        ops.finish_update(node, optimizer)

    assert node.get_param("W").tolist() == [[-3], [-3]]


def test_gradient_is_an_array_to_add_to():
    leaf = make_caching_model().layers[0]

    gradient = ops.gradient_of(leaf, "W")
    gradient += 2
    leaf.inc_grad("W", np.ones(2, "f"))

    assert leaf.get_grad("W").tolist() == [3, 3]
    assert ops.gradient_of(leaf, "W") is leaf.get_grad("W")


def test_factory_that_makes_its_own_model_gets_kernel_ops(monkeypatch):
    @Language.factory("acme_own_model")
    def make(nlp, name):
        component = TrainablePipe()
        component.name, component.model = name, thinc.api.residual(thinc.api.Linear(2, 2))
        return component

    nlp = kernel.blank("en")
    model = nlp.add_pipe("acme_own_model").model

    assert {type(node.ops) for node in model.walk()} == {ops.KernelOps}
    assert not isinstance(thinc.api.get_current_ops(), ops.KernelOps)
