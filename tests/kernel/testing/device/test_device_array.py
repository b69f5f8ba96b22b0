"""The device double behaves towards numpy as CuPy does."""

import copy
import math

import numpy as np
import pytest

from kernel.testing import device_double


@pytest.fixture
def xp():
    from thinc.api import get_current_ops

    with device_double():
        yield get_current_ops().xp


@pytest.fixture
def ops():
    from thinc.api import get_current_ops

    with device_double():
        yield get_current_ops()


@pytest.fixture
def array(xp):
    return xp.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype="float32")


MIXED = {
    "numpy-function": lambda xp, array: np.sum(array),
    "numpy-ufunc": lambda xp, array: np.sqrt(array),
    "numpy-conversion": lambda xp, array: np.asarray(array),
    "numpy-out": lambda xp, array: np.add(array, 1, out=array),
    "numpy-array-on-the-left": lambda xp, array: np.ones(3) + array,
    "numpy-array-on-the-right": lambda xp, array: array + np.ones(3),
    "numpy-array-in-a-function": lambda xp, array: xp.maximum(array, np.ones(3)),
    "numpy-array-among-arrays": lambda xp, array: xp.concatenate([array[0], np.ones(3)]),
    "list-instead-of-an-array": lambda xp, array: xp.argsort([2, 1]),
    "numpy-indexed-by-it": lambda xp, array: np.ones(3)[xp.asarray([0])],
    "numpy-item": lambda xp, array: array.__setitem__(0, np.ones(3)),
    "python-index": lambda xp, array: [1, 2][xp.asarray(0)],
    "range": lambda xp, array: range(xp.asarray(3)),
    "where": lambda xp, array: array.sum(where=array > 2),
    "initial": lambda xp, array: array.max(initial=0),
    "take-clip": lambda xp, array: array.take(xp.asarray([0]), mode="clip"),
    "ufunc-where": lambda xp, array: xp.add(array, 1, where=array > 2),
    "repeats-on-the-device": lambda xp, array: xp.repeat(array, xp.asarray([1, 2]), axis=0),
    "split-on-the-device": lambda xp, array: xp.split(array, xp.asarray([1])),
    "dlpack-of-numpy": lambda xp, array: xp.from_dlpack(np.ones(3)),
    "shape-on-the-device": lambda xp, array: xp.zeros(xp.asarray(3)),
}


@pytest.mark.parametrize("name", MIXED)
def test_what_cupy_refuses_is_a_type_error(xp, array, name):
    with pytest.raises(TypeError):
        MIXED[name](xp, array)


def test_indexing_by_a_numpy_array_is_refused(array):
    with pytest.raises(IndexError, match="asarray"):
        array[np.array([0, 1])]


@pytest.mark.parametrize("name", ["errstate", "frompyfunc", "char", "object_", "insert", "nditer"])
def test_names_that_cupy_does_not_have(xp, name):
    with pytest.raises(AttributeError, match=name):
        getattr(xp, name)


@pytest.mark.parametrize("data", [["text"], [None], [{}]])
def test_only_numbers_are_on_the_device(xp, data):
    with pytest.raises(ValueError, match="Unsupported dtype"):
        xp.array(data)


def test_ufuncs_have_only_the_methods_that_cupy_has(xp, array):
    assert xp.add.reduce(array, axis=1).tolist() == [6.0, 15.0]
    assert xp.add.reduceat(array, xp.asarray([0, 1]), axis=1).tolist() == [[1.0, 5.0], [4.0, 11.0]]
    with pytest.raises(NotImplementedError, match="maximum"):
        xp.maximum.reduceat(array, xp.asarray([0, 1]))
    with pytest.raises(NotImplementedError, match="multiply"):
        xp.multiply.at(array, xp.asarray([0]), 2)


def test_results_stay_on_the_device_until_they_are_asked_for(xp, array):
    total = array.sum()
    assert type(total) is xp.ndarray
    assert total.shape == ()
    assert type(array[0, 0]) is xp.ndarray
    assert (float(total), int(total), bool(total), total.item()) == (21.0, 21, True, 21.0)
    assert math.sqrt(array[1, 0]) == 2.0
    assert type(array.get()) is np.ndarray
    assert type(xp.array_equal(array, array)) is xp.ndarray


def test_scalars_mix_with_arrays(xp, array):
    for product in (2 * array, array * 2.0, np.float32(2) * array, array * np.float32(2)):
        assert product.dtype == "float32"
        assert product.tolist() == [[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]
    assert (array > 3).tolist() == [[False, False, False], [True, True, True]]


def test_views_share_memory(xp, array):
    array[0] += 1
    array[1, 2] = 0
    flat = array.reshape(-1)
    flat[1] = 9
    array.T[0] *= 2
    assert array.tolist() == [[4.0, 9.0, 4.0], [8.0, 5.0, 0.0]]
    assert flat.base is array
    assert flat.data.ptr == array.data.ptr


def test_setting_an_item_twice_is_refused(xp, array):
    with pytest.raises(ValueError, match="scatter_add"):
        array[xp.asarray([1, 1])] = xp.ones((2, 3))
    array[xp.asarray([1, 1])] = 0  # the same value: no conflict
    array[xp.asarray([1, 0])] = xp.asarray([[1.0], [2.0]])
    assert array[:, 0].tolist() == [2.0, 1.0]


def test_new_arrays_have_no_useful_values(xp):
    assert xp.isnan(xp.empty(3)).all()
    assert (xp.empty(3, dtype="int32") > 10**9).all()


def test_copies_have_memory_of_their_own(array):
    for copied in (array.copy(), copy.copy(array), copy.deepcopy(array)):
        copied[0, 0] = 7
    assert array[0, 0] == 1


def test_dlpack_shares_memory(xp, array):
    shared = np.from_dlpack(array)
    array[0, 0] = 8
    assert shared[0, 0] == 8


def test_random_numbers_are_repeatable(xp):
    state = xp.random.RandomState(3)
    xp.random.set_random_state(state)
    first = xp.random.uniform(0, 1, (2, 2))
    xp.random.set_random_state(xp.random.RandomState(3))
    assert xp.random.uniform(0, 1, (2, 2)).tolist() == first.tolist()
    assert xp.random.get_random_state() is not state


def test_cuda_kernels_of_thinc_need_contiguous_arrays_of_their_types(ops):
    xp = ops.xp
    ids = xp.asarray([[1, 2], [3, 4]], dtype="uint64")
    assert ops.hash(xp.ascontiguousarray(ids[:, 0]), 0).shape == (2, 4)
    with pytest.raises(ValueError, match="contiguous"):
        ops.hash(ids[:, 0], 0)
    with pytest.raises(AssertionError, match="float16"):
        ops.maxout(xp.ones((2, 2, 2), dtype="float16"))
    with pytest.raises(TypeError, match="numpy array"):
        ops.reduce_sum(xp.ones((2, 2), dtype="float32"), np.array([2], dtype="int32"))


def test_work_of_the_device_is_counted():
    from thinc.api import get_current_ops

    with device_double() as counts:
        xp = get_current_ops().xp
        array = xp.asarray([3.0, 0.0, 1.0])
        assert counts.to_device == 1
        total = (array + array).sum()
        assert (counts.to_host, counts.waits) == (0, 0)
        assert counts.kernels == 2
        float(total)
        array[array > 1]
        assert (counts.to_host, counts.waits) == (1, 1)


def test_the_host_is_in_use_again_after_the_block():
    from thinc.api import get_current_ops

    with device_double():
        array = get_current_ops().xp.ones(3)
    assert get_current_ops().device_type == "cpu"
    assert array.get().tolist() == [1.0, 1.0, 1.0]
