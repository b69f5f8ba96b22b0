"""Scores of labels, compared with those of spaCy 3.8.18, except for docs without annotation."""

import pytest

from kernel.errors import DataError, KernelError
from kernel.registry import registry
from kernel.text import Doc, Example, Vocab
from kernel_plugin_textcat.cat_scores import CatScores
from kernel_plugin_textcat.scorer import make_multilabel_scorer

score = make_multilabel_scorer()
CATS = [
    ({"a": 0.9, "b": 0.2, "c": 0.5}, {"a": 1.0, "b": 0.0}),
    ({"a": 0.4, "b": 0.4, "c": 0.1}, {"a": 0.0, "b": 1.0, "c": 0.0}),
    ({"a": 0.6, "b": 0.7}, {"a": 1.0, "b": 0.0, "c": 0.0, "other": 1.0}),
    ({"a": 0.3, "b": 0.1, "c": 0.8}, {}),
    ({"a": 0.2, "b": 0.1, "c": 0.6, "other": 0.9}, {"a": 0.0, "b": 0.0, "c": 1.0}),
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


def prf(p, r, f):
    return {"p": pytest.approx(p), "r": pytest.approx(r), "f": pytest.approx(f)}


def numbers(scores, prefix):
    """The scores under keys with this prefix, in the order p, r, f."""
    return [scores[f"{prefix}_{name}"] for name in "prf"]


def test_independent_labels_are_found_from_the_threshold_on(cats):
    scores = score(cats(), attr="cats", labels=["a", "b", "c"])
    assert numbers(scores, "cats_micro") == pytest.approx([0.75, 0.75, 0.75])
    assert numbers(scores, "cats_macro") == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert scores["cats_f_per_type"] == {"a": prf(1, 1, 1), "b": prf(0, 0, 0), "c": prf(1, 1, 1)}
    assert scores["cats_auc_per_type"] == pytest.approx({"a": 1.0, "b": 2 / 3, "c": 1.0})
    assert scores["cats_score"] == scores["cats_macro_auc"] == pytest.approx(8 / 9)
    assert scores["cats_score_desc"] == "macro AUC"


def test_first_version_rejects_the_best_label_below_the_threshold(cats):
    first = registry.scorers.get("spacy-legacy.textcat_scorer.v1")()
    pairs = [
        ({"a": 0.9, "b": 0.1}, {"a": 1.0, "b": 0.0}),
        ({"a": 0.6, "b": 0.4}, {"a": 1.0, "b": 0.0}),
        ({"a": 0.3, "b": 0.7}, {"a": 1.0, "b": 0.0}),
    ]
    found = {
        threshold: first(cats(pairs), attr="cats", labels=["a", "b"], threshold=threshold)
        for threshold in (None, 0.6, 0.65, 0.8)
    }
    assert numbers(found[None], "cats_micro") == pytest.approx([2 / 3] * 3)
    assert found[0.6] == found[None]
    assert found[0.65]["cats_f_per_type"] == {"a": prf(1, 1 / 3, 0.5), "b": prf(0, 0, 0)}
    assert numbers(found[0.65], "cats_micro") == pytest.approx([0.5, 1 / 3, 0.4])
    assert numbers(found[0.8], "cats_micro") == pytest.approx([1, 1 / 3, 0.5])


def test_lower_threshold_finds_more(cats):
    scores = score(cats(), attr="cats", labels=["a", "b", "c"], threshold=0.3)
    assert numbers(scores, "cats_micro") == pytest.approx([2 / 3, 1, 0.8])
    assert numbers(scores, "cats_macro") == pytest.approx([13 / 18, 1, 37 / 45])
    assert scores["cats_f_per_type"]["b"] == prf(0.5, 1, 2 / 3)


def test_exclusive_labels_go_by_the_highest_score(cats):
    scores = score(cats(), attr="cats", labels=["a", "b", "c"], multi_label=False, threshold=0.99)
    # Of five docs, one is not annotated. spaCy counts it as wrong: a precision of 0.4.
    assert numbers(scores, "cats_micro") == pytest.approx([0.5, 0.5, 0.5])
    assert numbers(scores, "cats_macro") == pytest.approx([0.5, 0.5, 0.5])
    assert scores["cats_auc_per_type"] == pytest.approx({"a": 1.0, "b": 2 / 3, "c": 1.0})
    assert scores["cats_score"] == scores["cats_macro_f"]
    assert scores["cats_score_desc"] == "macro F"


def test_positive_label_of_two_is_the_score(cats):
    scores = score(cats(), attr="cats", labels=["b", "a"], multi_label=False, positive_label="a")
    assert scores["cats_score"] == pytest.approx(2 / 3)
    assert scores["cats_score_desc"] == "F (a)"
    assert list(scores["cats_f_per_type"]) == ["b", "a"]
    assert scores["cats_macro_auc"] == pytest.approx(5 / 6)


@pytest.mark.parametrize("multi_label", [True, False])
def test_scores_without_any_annotation_are_unknown(cats, multi_label):
    pairs = [({"a": 0.9, "b": 0.1}, {}), ({"a": 0.2, "b": 0.8}, {"other": 1.0})]
    scores = score(cats(pairs), attr="cats", labels=["a", "b"], multi_label=multi_label)
    assert scores.pop("cats_score_desc") == ("macro AUC" if multi_label else "macro F")
    assert len(scores) == 10
    assert set(scores.values()) == {None}


def test_keys_of_labels_are_in_the_known_order(cats):
    assert list(score(cats(), attr="cats", labels=["a"])) == [
        "cats_score", "cats_score_desc", "cats_micro_p", "cats_micro_r", "cats_micro_f",
        "cats_macro_p", "cats_macro_r", "cats_macro_f", "cats_macro_auc",
        "cats_f_per_type", "cats_auc_per_type",
    ]  # fmt: skip


def test_unknown_positive_label_is_an_error():
    with pytest.raises(KernelError, match=r"`positive_label` is 'q'; expected one of .*'a', 'b'"):
        CatScores(labels=["a", "b"], multi_label=False, positive_label="q")


def test_doc_without_exclusive_labels_is_an_error(cats):
    with pytest.raises(DataError, match=r"none of the labels \['a'\], but gold has one"):
        score(cats([({}, {"a": 1.0})]), attr="cats", labels=["a"], multi_label=False)


def test_labels_may_come_from_a_getter(cats):
    found = {"a": 0.9}
    scores = score(cats(), attr="kind", labels=["a"], getter=lambda *_: found)
    assert scores["kind_micro_f"] == 1
    assert scores["kind_auc_per_type"] == {"a": None}


def test_parts_merged_score_like_the_whole(cats):
    whole, first, second = (CatScores(labels=["a", "b", "c"]) for _ in range(3))
    whole.update(cats())

    first.update(cats()[:1])
    second.update(cats()[1:])
    first.merge(second)

    assert first.result() == whole.result()
