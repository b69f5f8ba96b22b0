"""Scores of trees, against what spaCy 3.8.18 says of the same docs."""

import pytest

from kernel.text import Doc, Example, Vocab
from kernel_plugin_parser.dep_scores import DepScores
from kernel_plugin_parser.scorer import make_deps_scorer

score = make_deps_scorer()
DEPS = [
    (
        (["She", "ate", "hot", " ", "pie", "."], [1, 1, 4, 2, 1, 1]),
        ["nsubj", "ROOT", "amod", "dep", "obj", "punct"],
        (["She", "ate", "hot", " ", "pie", "."], [1, 1, 4, 2, 1, 4]),
        ["nsubj", "ROOT", "amod", "dep", "iobj", "punct"],
    ),
    (
        (["He", "can't", "go"], [2, 2, 2]),
        ["nsubj", "aux", "ROOT"],
        (["He", "ca", "n't", "go"], [3, 3, 3, 3]),
        ["nsubj", "aux", "neg", "ROOT"],
    ),
    (
        (["So", "she", "went"], [2, 2, 2]),
        ["advmod", "nsubj", "ROOT"],
        (["So", "she", "went"], [2, 2, 2]),
        ["advmod", "", "ROOT"],
    ),
    (
        (["Go", "home"], [0, 0]),
        ["ROOT", "obj"],
        (["Go", "home"], [0, 0]),
        ["ROOT", "obj"],
    ),
]


@pytest.fixture(scope="module")
def vocab():
    return Vocab()


@pytest.fixture(scope="module")
def trees(vocab):
    def make(words, heads, deps):
        return Doc(vocab, words=words, spaces=[False] * len(words), heads=heads, deps=deps)

    return [
        Example(make(*predicted, deps), make(*gold, gold_deps))
        for predicted, deps, gold, gold_deps in DEPS
    ]


def lower(token, attr):
    return token.vocab.strings[getattr(token, attr)].lower()


def prf(p, r, f):
    return {"p": pytest.approx(p), "r": pytest.approx(r), "f": pytest.approx(f)}


def test_arcs_count_with_and_without_labels(trees):
    scores = score(trees, attr="dep", getter=lower, ignore_labels=("p", "punct"))
    assert scores["dep_uas"] == pytest.approx(18 / 23)
    assert scores["dep_las"] == pytest.approx(16 / 23)
    right, wrong = prf(1, 1, 1), prf(0, 0, 0)
    assert scores["dep_las_per_type"] == {
        "nsubj": right, "root": right, "amod": right, "dep": wrong, "iobj": wrong, "obj": wrong,
        "aux": wrong, "neg": wrong, "advmod": right,
    }  # fmt: skip


def test_place_without_gold_label_is_left_out_later_too(trees):
    incomplete, complete = trees[2], trees[3]
    alone = score([complete], attr="dep")
    after = score([incomplete, complete], attr="dep")
    assert alone["dep_uas"] == 1
    assert after["dep_uas"] == pytest.approx(2 * 3 / (3 + 4))


def test_heads_may_come_from_a_getter(trees):
    own = score(trees, attr="dep", head_getter=lambda token, _: token)
    assert own["dep_uas"] > score(trees, attr="dep")["dep_uas"]


def test_no_arcs_have_no_score():
    assert set(score([], attr="dep").values()) == {None}


def test_parts_merged_score_like_the_whole(trees):
    whole, first, second = (DepScores("dep", getter=lower) for _ in range(3))
    whole.update(trees)

    first.update(trees[:1])
    second.update(trees[1:])
    first.merge(second)

    assert first.result() == whole.result()
