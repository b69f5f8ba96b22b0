import math

import pytest

from kernel.errors import DataError
from kernel.scoring import ROCAUCScore


@pytest.mark.parametrize(
    ("pairs", "area"),
    [
        pytest.param([(0.1, 0), (0.2, 1)], 1.0, id="in-order"),
        pytest.param([(0.1, 1), (0.2, 0)], 0.0, id="reversed"),
        pytest.param([(0.1, 0), (0.1, 1)], 0.5, id="tied"),
        pytest.param([(0.1, 0), (0.4, 0), (0.35, 1), (0.8, 1)], 0.75, id="one-pair-wrong"),
    ],
)
def test_area_is_the_share_of_pairs_in_order(pairs, area):
    auc = ROCAUCScore()
    for pair in pairs:
        auc.score_set(*pair)
    assert auc.score == pytest.approx(area)


def test_area_needs_two_true_values_one_of_them_1():
    auc = ROCAUCScore()
    auc.score_set(0.1, 0)
    assert not auc.is_binary()
    with pytest.raises(DataError, match=r"true values of two kinds, got \[0\.0\]"):
        _ = auc.score
    auc.score_set(0.2, 0.3)
    assert auc.is_binary()
    assert math.isnan(auc.score)
