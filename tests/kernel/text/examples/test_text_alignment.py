from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import TextError
from kernel.text import Alignment, AlignmentArray


def lists(array):
    return [array[i].tolist() for i in range(len(array))]


@pytest.mark.parametrize(
    ("a", "b", "x2y"),
    [
        pytest.param(["a", "b"], ["a", "b"], [[0], [1]], id="same"),
        pytest.param(["ab", "c"], ["a", "bc"], [[0, 1], [1]], id="crossing"),
        pytest.param(["A", " ", "b"], ["a", "b"], [[0], [], [1]], id="extra-space"),
        pytest.param(
            ["a", "b c", "d"], ["a", "b", " ", "c", "d"], [[0], [1, 2, 3], [4]], id="inner"
        ),
        pytest.param([], [], [], id="empty"),
    ],
)
def test_alignment_by_hand(a, b, x2y):
    assert lists(Alignment.from_strings(a, b).x2y) == x2y


def test_other_text_is_refused_with_the_place():
    with pytest.raises(TextError, match="one goes 'abcd', the other 'abxd'"):
        Alignment.from_strings(["ab", "cd"], ["a", "bxd"])


def cut(text, places):
    borders = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in pairwise(borders)]


texts = st.text(alphabet="abC é\nİ", max_size=30)
places = st.lists(st.integers(0, 100), max_size=20)


@given(texts, places, places)
def test_both_directions_say_the_same(text, first, second):
    alignment = Alignment.from_strings(cut(text, first), cut(text, second))
    forth = {(i, j) for i, each in enumerate(lists(alignment.x2y)) for j in each}
    back = {(i, j) for j, each in enumerate(lists(alignment.y2x)) for i in each}

    assert forth == back


@given(st.text(alphabet="abcé", max_size=30), places, places)
def test_tokens_align_if_they_share_characters(text, first, second):
    a, b = cut(text, first), cut(text, second)

    def owners(tokens):
        return [i for i, token in enumerate(tokens) for _ in token]

    alignment = Alignment.from_strings(a, b)

    assert {(i, j) for i, each in enumerate(lists(alignment.x2y)) for j in each} == set(
        zip(owners(a), owners(b), strict=True)
    )


def test_an_alignment_array_is_made_of_one_list_per_token():
    array = AlignmentArray([[0, 1, 2], [3], [], [4, 5]])

    assert array.data.tolist() == [0, 1, 2, 3, 4, 5]
    assert array.lengths.tolist() == [3, 1, 0, 2]
    assert (array[0].tolist(), array[2].tolist(), array[-1].tolist()) == ([0, 1, 2], [], [4, 5])
    assert array[1:].tolist() == [3, 4, 5]
    with pytest.raises(ValueError, match="only supports slicing with a step of 1, got -1"):
        array[::-1]
    with pytest.raises(ValueError, match="only supports indexing using an int or a slice"):
        array[[0, 1]]
