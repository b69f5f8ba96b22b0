"""Scores of trees."""

import itertools

import numpy as np
import pytest

from kernel.scoring import PRFScore
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
    assert scores["dep_uas"] == pytest.approx(20 / 23)
    assert scores["dep_las"] == pytest.approx(18 / 23)
    right, wrong = prf(1, 1, 1), prf(0, 0, 0)
    assert scores["dep_las_per_type"] == {
        "nsubj": right, "root": right, "amod": right, "iobj": wrong, "obj": prf(1 / 2, 1, 2 / 3),
        "aux": wrong, "neg": wrong, "advmod": right,
    }  # fmt: skip


def test_prediction_without_a_gold_label_does_not_count(trees):
    incomplete, complete = trees[2], trees[3]

    for examples in ([incomplete], [complete], [incomplete, complete]):
        assert score(examples, attr="dep")["dep_uas"] == 1.0


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


def count_one_by_one(examples, ignored):
    """The same counts with sets, one token at a time."""
    unlabelled, labelled = PRFScore(), PRFScore()
    for example in examples:
        gold_doc, doc, x2y = example.reference, example.predicted, example.alignment.x2y
        left_out = {token.i for token in gold_doc if not token.dep_}
        gold = {
            (token.i, token.head.i, token.dep_.lower())
            for token in gold_doc
            if token.dep_ and token.dep_.lower() not in ignored and not token.is_space
        }
        found = set()
        for token in doc:
            own, head = (x2y[i].tolist() for i in (token.i, token.head.i))
            if token.is_space or token.dep_.lower() in ignored:
                continue
            if len(own) == 1 and own[0] in left_out:
                continue
            if len(own) == len(head) == 1:
                found.add((own[0], head[0], token.dep_.lower()))
            else:
                unlabelled.fp += 1
                labelled.fp += 1
        labelled.score_set(found, gold)
        unlabelled.score_set({arc[:2] for arc in found}, {arc[:2] for arc in gold})
    return unlabelled, labelled


@pytest.mark.parametrize("batch_size", [1, 3, 20])
@pytest.mark.parametrize("seed", range(5))
def test_batches_count_like_tokens_one_by_one(vocab, seed, batch_size):
    rng = np.random.default_rng(seed)

    def side(text, labels):
        cuts = sorted({0, *rng.integers(1, len(text), 8).tolist(), len(text)})
        words = [text[i:j] for i, j in itertools.pairwise(cuts)]
        doc = Doc(vocab, words=words, spaces=[False] * len(words))
        deps = [vocab.strings.add(labels[i]) for i in rng.integers(0, len(labels), len(words))]
        doc.set_column("dep", np.array(deps, np.uint64))
        doc.set_column("head", rng.integers(0, len(words), len(words)).astype(np.int32))
        return doc

    examples = []
    for _ in range(20):
        text = "".join(rng.choice(list("abc\n"), 12))
        labels = ["nsubj", "OBJ", "punct"] if rng.random() < 0.8 else ["nsubj", ""]
        examples.append(Example(side(text, ["nsubj", "obj", "Punct"]), side(text, labels)))
    scores = DepScores("dep", normalize=str.lower, ignore_labels=("punct",))
    for start in range(0, len(examples), batch_size):
        scores.update(examples[start : start + batch_size])

    assert (scores.unlabelled, scores.labelled) == count_one_by_one(examples, {"punct"})
    assert scores.labelled.tp == scores.per_type.total().tp
    slow = DepScores("dep", getter=lower, ignore_labels=("punct",))
    slow.update(examples)
    assert slow.result() == scores.result()
