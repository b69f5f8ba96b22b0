"""Scores of labels, links, trees and features, against what spaCy 3.8.18 says of the same docs."""

import math
from operator import attrgetter

import pytest

from kernel.errors import DataError, KernelError
from kernel.scoring import (
    CatScores,
    DepScores,
    FeatScores,
    LinkScores,
    ROCAUCScore,
    Scorer,
)
from kernel.text import Doc, Example, Span, Vocab

CATS = [
    ({"a": 0.9, "b": 0.2, "c": 0.5}, {"a": 1.0, "b": 0.0}),
    ({"a": 0.4, "b": 0.4, "c": 0.1}, {"a": 0.0, "b": 1.0, "c": 0.0}),
    ({"a": 0.6, "b": 0.7}, {"a": 1.0, "b": 0.0, "c": 0.0, "other": 1.0}),
    ({"a": 0.3, "b": 0.1, "c": 0.8}, {}),
    ({"a": 0.2, "b": 0.1, "c": 0.6, "other": 0.9}, {"a": 0.0, "b": 0.0, "c": 1.0}),
]
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
FEATS = [
    (
        ["Number=Sing|Person=3", "Number=Plur", "", "Case=Nom"],
        ["Number=Sing|Person=1", "Number=Plur", "Case=Acc", "_"],
    ),
    (["Case=Nom|Number=Sing", "_", "Mood=Ind", ""], ["Case=Nom", "", "Mood=Ind|Tense=Past", "_"]),
]
ENTS = [
    (
        [(0, 1, "X", "Q1"), (1, 3, "X", "Q2"), (3, 4, "X", "Q9")],
        [(0, 1, "PER", "Q1"), (1, 3, "LOC", "Q3"), (3, 4, "LOC", "NIL")],
    ),
    (
        [(0, 1, "X", "NIL"), (1, 2, "X", "Q2"), (3, 4, "X", "NIL")],
        [(0, 1, "PER", "Q1"), (1, 3, "LOC", "Q2"), (3, 4, "ORG", "NIL")],
    ),
]


@pytest.fixture(scope="module")
def vocab():
    return Vocab()


@pytest.fixture(scope="module")
def cats(vocab):
    def make(predicted, gold):
        example = Example(Doc(vocab, words=["text"]), Doc(vocab, words=["text"]))
        example.predicted.cats, example.reference.cats = predicted, gold
        return example

    return lambda pairs=CATS: [make(*pair) for pair in pairs]


@pytest.fixture(scope="module")
def trees(vocab):
    def make(words, heads, deps):
        return Doc(vocab, words=words, spaces=[False] * len(words), heads=heads, deps=deps)

    return [
        Example(make(*predicted, deps), make(*gold, gold_deps))
        for predicted, deps, gold, gold_deps in DEPS
    ]


@pytest.fixture(scope="module")
def morphs(vocab):
    words = ["w", "x", "y", "z"]
    return [
        Example(Doc(vocab, words=words, morphs=found), Doc(vocab, words=words, morphs=gold))
        for found, gold in FEATS
    ]


@pytest.fixture(scope="module")
def links(vocab):
    def make(ents):
        doc = Doc(vocab, words=["Ada", "New", "York", "Rome"])
        doc.ents = [Span(doc, i, j, label=label, kb_id=kb_id) for i, j, label, kb_id in ents]
        return doc

    return [Example(make(found), make(gold)) for found, gold in ENTS]


def key(token, attr):
    return attrgetter(attr)(token).key


def lower(token, attr):
    return token.vocab.strings[getattr(token, attr)].lower()


def prf(p, r, f):
    return {"p": pytest.approx(p), "r": pytest.approx(r), "f": pytest.approx(f)}


def numbers(scores, prefix):
    """The scores under keys with this prefix, in the order p, r, f."""
    return [scores[f"{prefix}_{name}"] for name in "prf"]


def test_independent_labels_are_found_from_the_threshold_on(cats):
    scores = Scorer.score_cats(cats(), "cats", labels=["a", "b", "c"])
    assert numbers(scores, "cats_micro") == pytest.approx([0.75, 0.75, 0.75])
    assert numbers(scores, "cats_macro") == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert scores["cats_f_per_type"] == {"a": prf(1, 1, 1), "b": prf(0, 0, 0), "c": prf(1, 1, 1)}
    assert scores["cats_auc_per_type"] == pytest.approx({"a": 1.0, "b": 2 / 3, "c": 1.0})
    assert scores["cats_score"] == scores["cats_macro_auc"] == pytest.approx(8 / 9)
    assert scores["cats_score_desc"] == "macro AUC"


def test_lower_threshold_finds_more(cats):
    scores = Scorer.score_cats(cats(), "cats", labels=["a", "b", "c"], threshold=0.3)
    assert numbers(scores, "cats_micro") == pytest.approx([2 / 3, 1, 0.8])
    assert numbers(scores, "cats_macro") == pytest.approx([13 / 18, 1, 37 / 45])
    assert scores["cats_f_per_type"]["b"] == prf(0.5, 1, 2 / 3)


def test_exclusive_labels_go_by_the_highest_score(cats):
    scores = Scorer.score_cats(
        cats(), "cats", labels=["a", "b", "c"], multi_label=False, threshold=0.99
    )
    assert numbers(scores, "cats_micro") == pytest.approx([0.4, 0.5, 4 / 9])
    assert numbers(scores, "cats_macro") == pytest.approx([1 / 3, 0.5, 7 / 18])
    assert scores["cats_auc_per_type"] == pytest.approx({"a": 1.0, "b": 0.75, "c": 0.75})
    assert scores["cats_score"] == scores["cats_macro_f"]
    assert scores["cats_score_desc"] == "macro F"


def test_positive_label_of_two_is_the_score(cats):
    scores = Scorer.score_cats(
        cats(), "cats", labels=["b", "a"], multi_label=False, positive_label="a"
    )
    assert scores["cats_score"] == pytest.approx(4 / 7)
    assert scores["cats_score_desc"] == "F (a)"
    assert list(scores["cats_f_per_type"]) == ["b", "a"]
    assert scores["cats_macro_auc"] == pytest.approx(0.875)


def test_keys_of_labels_are_in_the_known_order(cats):
    assert list(Scorer.score_cats(cats(), "cats", labels=["a"])) == [
        "cats_score", "cats_score_desc", "cats_micro_p", "cats_micro_r", "cats_micro_f",
        "cats_macro_p", "cats_macro_r", "cats_macro_f", "cats_macro_auc",
        "cats_f_per_type", "cats_auc_per_type",
    ]  # fmt: skip


def test_unknown_positive_label_is_an_error():
    with pytest.raises(KernelError, match=r"`positive_label` is 'q'; expected one of .*'a', 'b'"):
        CatScores(labels=["a", "b"], multi_label=False, positive_label="q")


def test_doc_without_exclusive_labels_is_an_error(cats):
    with pytest.raises(DataError, match=r"should have one of \['a'\] was given none"):
        Scorer.score_cats(cats([({}, {"a": 1.0})]), "cats", labels=["a"], multi_label=False)


def test_labels_may_come_from_a_getter(cats):
    found = {"a": 0.9}
    scores = Scorer.score_cats(cats(), "kind", labels=["a"], getter=lambda *_: found)
    assert scores["kind_micro_f"] == 1
    assert scores["kind_auc_per_type"] == {"a": None}


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


def test_links_count_where_the_entity_is_a_gold_one(links):
    scores = Scorer.score_links(links, negative_labels=["NIL", ""])
    assert scores["nel_score"] == pytest.approx(1 / 3)
    assert scores["nel_score_desc"] == "micro F"
    assert numbers(scores, "nel_micro") == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert numbers(scores, "nel_macro") == pytest.approx([1 / 3, 1 / 6, 2 / 9])
    assert scores["nel_f_per_type"] == {
        "PER": prf(1, 0.5, 2 / 3), "LOC": prf(0, 0, 0), "ORG": prf(0, 0, 0),
    }  # fmt: skip


def test_no_link_to_score_comes_to_zero():
    assert Scorer.score_links([], negative_labels=[])["nel_score"] == 0


def test_arcs_count_with_and_without_labels(trees):
    scores = Scorer.score_deps(trees, "dep", getter=lower, ignore_labels=("p", "punct"))
    assert scores["dep_uas"] == pytest.approx(18 / 23)
    assert scores["dep_las"] == pytest.approx(16 / 23)
    right, wrong = prf(1, 1, 1), prf(0, 0, 0)
    assert scores["dep_las_per_type"] == {
        "nsubj": right, "root": right, "amod": right, "dep": wrong, "iobj": wrong, "obj": wrong,
        "aux": wrong, "neg": wrong, "advmod": right,
    }  # fmt: skip


def test_place_without_gold_label_is_left_out_later_too(trees):
    incomplete, complete = trees[2], trees[3]
    alone = Scorer.score_deps([complete], "dep")
    after = Scorer.score_deps([incomplete, complete], "dep")
    assert alone["dep_uas"] == 1
    assert after["dep_uas"] == pytest.approx(2 * 3 / (3 + 4))


def test_heads_may_come_from_a_getter(trees):
    own = Scorer.score_deps(trees, "dep", head_getter=lambda token, _: token)
    assert own["dep_uas"] > Scorer.score_deps(trees, "dep")["dep_uas"]


def test_each_feature_is_scored_by_itself(morphs):
    scores = Scorer.score_token_attr_per_feat(morphs, "morph", getter=key)
    assert numbers(scores, "morph_micro") == pytest.approx([2 / 3, 4 / 7, 8 / 13])
    assert scores["morph_per_feat"] == {
        "Number": prf(2 / 3, 1, 0.8), "Person": prf(0, 0, 0), "Case": prf(1, 0.5, 2 / 3),
        "Mood": prf(1, 1, 1), "Tense": prf(0, 0, 0),
    }  # fmt: skip
    assert Scorer.score_token_attr_per_feat(morphs, "morph") == scores


def test_nothing_to_score_has_no_score():
    assert set(Scorer.score_deps([], "dep").values()) == {None}
    assert set(Scorer.score_token_attr_per_feat([], "morph").values()) == {None}


@pytest.mark.parametrize(
    ("make", "fixture"),
    [
        pytest.param(lambda: CatScores(labels=["a", "b", "c"]), "cats", id="cats"),
        pytest.param(lambda: LinkScores(negative_labels=["NIL"]), "links", id="links"),
        pytest.param(lambda: DepScores("dep", getter=lower), "trees", id="deps"),
        pytest.param(lambda: FeatScores("morph"), "morphs", id="feats"),
    ],
)
def test_parts_merged_score_like_the_whole(make, fixture, request):
    found = request.getfixturevalue(fixture)
    examples = found() if callable(found) else found
    whole, first, second = make(), make(), make()
    whole.update(examples)

    first.update(examples[:1])
    second.update(examples[1:])
    first.merge(second)

    assert first.result() == whole.result()
