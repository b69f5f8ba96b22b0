"""Schedules of settings, and batches with a varying size."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import KernelError
from kernel.pipeline import minibatch, schedule


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0.1, [0.1, 0.1, 0.1], id="number"),
        pytest.param(iter([0.3, 0.2]), [0.3, 0.2, 0.2], id="generator-that-ends"),
        pytest.param([4], [4, 4, 4], id="list"),
        pytest.param(lambda step: step / 10, [0.0, 0.1, 0.2], id="function-of-the-step"),
    ],
)
def test_schedule_goes_on_without_end(value, expected):
    assert list(islice(schedule(value), 3)) == expected


def test_schedule_without_values_is_an_error():
    with pytest.raises(KernelError, match="at least one value"):
        next(schedule([]))


@given(st.lists(st.integers()), st.integers(1, 9))
def test_batches_have_the_size_and_every_item_once(items, size):
    batches = list(minibatch(items, size))
    assert [item for batch in batches for item in batch] == items
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(batches)


def test_sizes_are_cut_down_and_taken_only_for_batches():
    sizes = iter([1.9, 2.1, 7])
    assert list(minibatch("abc", sizes)) == [["a"], ["b", "c"]]
    assert next(sizes) == 7


@pytest.mark.parametrize("size", [0, -1, 0.5])
def test_size_below_one_is_an_error(size):
    with pytest.raises(KernelError, match="size of at least 1"):
        list(minibatch("abc", size))
