"""Values to JSON and arrays, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from kernel.errors import CheckpointError
from kernel.training.packing import (
    is_same,
    pack,
    pack_strings,
    read_arrays,
    read_values,
    unpack,
    unpack_strings,
    write_arrays,
    write_values,
)

arrays = npst.arrays(
    st.one_of(
        npst.floating_dtypes(endianness="="),
        npst.integer_dtypes(endianness="="),
        npst.boolean_dtypes(),
    ),
    npst.array_shapes(min_dims=0, min_side=0),
)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | arrays
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_packing_loses_nothing(value):
    found = {}
    assert_equal(unpack(pack(value, found), found), value)


def assert_equal(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_equal(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_equal(left, right)
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    else:
        assert one == other


def test_files_hold_everything(tmp_path):
    value = {"a/b": [1, 2.5, None, "ü"], "x": {"y": np.arange(6, dtype="<u4").reshape(2, 3)}}
    write_values(tmp_path, "state", value)
    assert_equal(read_values(tmp_path, "state"), value)


def test_same_arrays_make_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_arrays(tmp_path / name, {"ner/0.1/W": np.ones((2, 3), "f")})
    assert tmp_path.joinpath("one").read_bytes() == tmp_path.joinpath("two").read_bytes()
    assert np.load(tmp_path / "one")["ner/0.1/W"].tolist() == [[1, 1, 1], [1, 1, 1]]


def test_objects_are_refused(tmp_path):
    with pytest.raises(CheckpointError, match="`/a/b` is a object, which a checkpoint cannot hold"):
        pack({"a": {"b": object()}}, {})
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_arrays(tmp_path / "x.npz", {"a": np.array([object()])})


def test_pickled_arrays_are_not_read(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.array([{}], dtype=object))
    with pytest.raises(CheckpointError, match=r"x\.npz cannot be read: Object arrays"):
        read_arrays(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param({"a": [1, np.arange(3)]}, True, id="equal"),
        pytest.param({"a": [1, np.arange(4)]}, False, id="array"),
        pytest.param({"a": [2, np.arange(3)]}, False, id="number"),
        pytest.param({"a": [1]}, False, id="length"),
    ],
)
def test_sameness_looks_into_arrays(other, same):
    assert is_same({"a": (1, np.arange(3))}, other) is same


@given(st.lists(st.text()))
def test_strings_come_back_from_arrays(strings):
    assert unpack_strings(pack_strings(strings)) == strings
