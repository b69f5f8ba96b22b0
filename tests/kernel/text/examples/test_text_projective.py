import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.text.docs.tree import Tree
from kernel.text.examples.projective import is_projective, projective_heads, projectivize


def crosses(heads):
    """The tokens whose arc covers one that does not stand under its head, one by one."""
    tree = Tree(np.array(heads, np.int32))
    return [
        child
        for child, head in enumerate(heads)
        for between in range(min(child, head) + 1, max(child, head))
        if head not in tree.ancestors(between)
    ]


def lift_one_by_one(heads):
    heads = list(heads)
    while crossed := crosses(heads):
        token = min(crossed, key=lambda token: (abs(token - heads[token]), token))
        above = heads[heads[token]]
        heads[token] = token if above == heads[token] else above
    return heads


@st.composite
def forests(draw):
    order = draw(st.permutations(range(draw(st.integers(1, 10)))))
    heads = [0] * len(order)
    for place, token in enumerate(order):
        heads[token] = draw(st.sampled_from([token, *order[:place]]))
    return heads


@given(forests())
@settings(deadline=None, max_examples=200)
def test_shortest_crossing_arcs_are_lifted_until_none_is_left(heads):
    given_heads = np.array(heads, np.int32)
    assert is_projective(given_heads) == (not crosses(heads))
    lifted = projective_heads(given_heads)
    assert lifted.tolist() == lift_one_by_one(heads)
    assert is_projective(lifted)
    assert given_heads.tolist() == heads


@given(st.integers(1, 8).flatmap(lambda n: st.lists(st.integers(0, n - 1), min_size=n, max_size=n)))
@settings(deadline=None, max_examples=100)
def test_cycles_come_to_an_end(heads):
    lifted = projective_heads(np.array(heads, np.int32))
    assert ((lifted >= 0) & (lifted < len(heads))).all()


def test_projective_heads_come_back_as_they_are():
    heads = np.array([1, 1, 1, 4, 4])
    assert projective_heads(heads) is heads


@pytest.mark.parametrize(
    ("heads", "lifted", "labels"),
    [
        pytest.param([1, 1, 1], [1, 1, 1], ["a", "b", "c"], id="nothing-crosses"),
        pytest.param([2, 1, 1], [1, 1, 1], ["a||c", "b", "c"], id="root-under-an-arc"),
        pytest.param([2, 3, 2, 3], None, None, id="two-trees-that-cross"),
    ],
)
def test_labels_name_the_label_of_the_head_that_was_left(heads, lifted, labels):
    found, names = projectivize(np.array(heads), list("abcd"[: len(heads)]))
    if labels is None:
        assert is_projective(found)
        assert any(name.endswith(("||c", "||d")) for name in names)
    else:
        assert (found.tolist(), names) == (lifted, labels)
