"""Scores of features, compared with those of spaCy 3.8.18."""

import itertools
from operator import attrgetter

import numpy as np
import pytest

from kernel.text import Doc, Example, Vocab
from kernel_plugin_tagger.feat_scores import FeatScores
from kernel_plugin_tagger.scorers import make_feats_scorer

score = make_feats_scorer()
FEATS = [
    (
        ["Number=Sing|Person=3", "Number=Plur", "", "Case=Nom"],
        ["Number=Sing|Person=1", "Number=Plur", "Case=Acc", "_"],
    ),
    (["Case=Nom|Number=Sing", "_", "Mood=Ind", ""], ["Case=Nom", "", "Mood=Ind|Tense=Past", "_"]),
]


@pytest.fixture(scope="module")
def vocab():
    return Vocab()


@pytest.fixture(scope="module")
def morphs(vocab):
    words = ["w", "x", "y", "z"]
    return [
        Example(Doc(vocab, words=words, morphs=found), Doc(vocab, words=words, morphs=gold))
        for found, gold in FEATS
    ]


def key(token, attr):
    return attrgetter(attr)(token).key


def prf(p, r, f):
    return {"p": pytest.approx(p), "r": pytest.approx(r), "f": pytest.approx(f)}


def numbers(scores, prefix):
    """The scores under keys with this prefix, in the order p, r, f."""
    return [scores[f"{prefix}_{name}"] for name in "prf"]


def test_each_feature_is_scored_by_itself(morphs):
    scores = score(morphs, attr="morph", getter=key)
    assert numbers(scores, "morph_micro") == pytest.approx([2 / 3, 4 / 7, 8 / 13])
    assert scores["morph_per_feat"] == {
        "Number": prf(2 / 3, 1, 0.8), "Person": prf(0, 0, 0), "Case": prf(1, 0.5, 2 / 3),
        "Mood": prf(1, 1, 1), "Tense": prf(0, 0, 0),
    }  # fmt: skip
    assert score(morphs, attr="morph") == scores


def test_no_features_have_no_score():
    assert set(score([], attr="morph").values()) == {None}


def test_parts_merged_score_like_the_whole(morphs):
    whole, first, second = (FeatScores("morph") for _ in range(3))
    whole.update(morphs)

    first.update(morphs[:1])
    second.update(morphs[1:])
    first.merge(second)

    assert first.result() == whole.result()


@pytest.mark.parametrize("seed", range(5))
def test_batches_count_like_examples_one_by_one(vocab, seed):
    rng = np.random.default_rng(seed)
    analyses = ["", "_", "Number=Sing", "Number=Plur|Person=3", "Case=Nom|Number=Sing"]

    def side(text):
        cuts = sorted({0, *rng.integers(1, len(text), 6).tolist(), len(text)})
        words = [text[i:j] for i, j in itertools.pairwise(cuts)]
        morphs = [analyses[i] for i in rng.integers(0, len(analyses), len(words))]
        return Doc(vocab, words=words, spaces=[False] * len(words), morphs=morphs)

    texts = ["".join(rng.choice(list("abc\n"), 12)) for _ in range(20)]
    examples = [Example(side(text), side(text)) for text in texts]
    fast = FeatScores("morph")
    slow = FeatScores("morph", getter=lambda token, attr: str(token.morph))
    fast.update(examples)
    for example in examples:
        slow.update([example])
    assert fast.result() == slow.result()
    assert 0 < fast.result()["morph_micro_f"] < 1
