import itertools

import pytest
from thinc import schedules as thinc_schedules

from kernel_plugin_thinc import schedules

CASES = [
    pytest.param("constant", {"rate": 0.3}, id="constant"),
    pytest.param("compounding", {"start": 100, "stop": 1000, "compound": 1.001}, id="compounding"),
    pytest.param("compounding", {"start": 8, "stop": 2, "compound": 0.9}, id="compounding-down"),
    pytest.param("decaying", {"base_rate": 0.001, "decay": 1e-4, "t": 3}, id="decaying"),
    pytest.param(
        "warmup_linear",
        {"initial_rate": 5e-5, "warmup_steps": 25, "total_steps": 90},
        id="warmup-linear",
    ),
    pytest.param("slanted_triangular", {"max_rate": 0.1, "num_steps": 120}, id="slanted"),
    pytest.param("cyclic_triangular", {"min_lr": 0.1, "max_lr": 0.9, "period": 7}, id="cyclic"),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_values_equal_those_of_thinc(name, settings):
    expected = list(itertools.islice(getattr(thinc_schedules, name)(**settings), 120))

    assert list(itertools.islice(getattr(schedules, name)(**settings), 120)) == pytest.approx(
        expected
    )


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_value_depends_on_the_step_alone(name, settings):
    schedule = getattr(schedules, name)(**settings)
    values = list(itertools.islice(schedule, 50))

    assert [schedule(step) for step in reversed(range(50))] == values[::-1]
    assert schedule.step == 50


def test_schedule_goes_on_where_it_is_set_to():
    schedule = schedules.compounding(1, 100, 2)
    schedule.step = 3

    assert [next(schedule), next(schedule)] == [8, 16]


def test_compounding_stays_at_its_limit():
    assert schedules.compounding(100, 1000, 1.001)(10_000_000) == 1000


def test_constant_then_starts_the_other_from_its_first_value():
    schedule = schedules.constant_then(0.5, 2, schedules.compounding(1, 4, 2))

    assert list(itertools.islice(schedule, 6)) == [0.5, 0.5, 1, 2, 4, 4]


def test_constant_then_takes_any_iterable():
    schedule = schedules.constant_then(0.5, 1, iter([3, 2]))

    assert [schedule(2), schedule(0), schedule(9)] == [2, 0.5, 2]


def test_slanted_triangular_does_not_fall_below_its_lowest_rate():
    rates = list(itertools.islice(schedules.slanted_triangular(0.32, 10, ratio=32), 30))
    assert rates[9:] == pytest.approx([0.01] * 21)


def test_slanted_triangular_stays_at_its_highest_rate_if_the_number_of_steps_is_not_known():
    schedule = schedules.slanted_triangular(0.32, 0)
    assert [schedule(step) for step in (0, 20, 100_000)] == [0.32] * 3
