import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import ArgumentError
from kernel_plugin_transformer.batches import CPU_COSTS, Costs, plan

lengths_lists = st.lists(st.integers(0, 600), max_size=60)


def padded(groups, lengths):
    return [len(group) * max(lengths[group]) for group in groups]


@given(lengths=lengths_lists, budget=st.integers(1, 5000))
def test_each_span_is_in_one_sub_batch_within_the_budget(lengths, budget):
    lengths = np.array(lengths, np.int32)
    groups = plan(lengths, budget, CPU_COSTS)
    assert sorted(np.concatenate([[], *groups]).tolist()) == np.flatnonzero(lengths).tolist()
    assert all(
        len(group) == 1 or n <= budget
        for group, n in zip(groups, padded(groups, lengths), strict=True)
    )
    tops = [max(lengths[group]) for group in groups]
    assert tops == sorted(tops, reverse=True)
    assert [g.tolist() for g in plan(lengths, budget, CPU_COSTS)] == [g.tolist() for g in groups]


@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=7), call=st.integers(0, 30))
def test_the_partition_is_the_cheapest(lengths, call):
    lengths, costs = np.sort(np.array(lengths)), Costs(call=call, pair=0.1)

    def cost(groups):
        return sum(costs.call + len(g) * g[-1] * (1 + costs.pair * g[-1]) for g in groups)

    def partitions(values):
        if not len(values):
            yield []
        for end in range(1, len(values) + 1):
            for rest in partitions(values[end:]):
                yield [values[:end], *rest]

    best = min(cost(groups) for groups in partitions(lengths))
    groups = [np.sort(lengths[group]) for group in plan(lengths, 10_000, costs)]
    assert cost(groups) == pytest.approx(best)


def test_a_long_span_does_not_pad_the_others():
    lengths = np.array([20] * 31 + [500])
    assert [len(group) for group in plan(lengths, 100_000, CPU_COSTS)] == [1, 31]


def test_similar_lengths_stay_together():
    assert len(plan(np.array([20, 21, 20, 21, 22]), 4096, CPU_COSTS)) == 1


def test_chunks_of_a_length_are_equally_large():
    groups = plan(np.array([10] * 21), 100, CPU_COSTS)
    assert [len(group) for group in groups] == [7, 7, 7]


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_without_room_is_refused(budget):
    with pytest.raises(ArgumentError, match="`max_batch_items` must be at least 1"):
        plan(np.array([3]), budget, CPU_COSTS)
