import numpy as np
import pytest

from kernel.scoring import StreamingScorer
from kernel.text import Doc, Example, Vocab
from kernel_plugin_ner.ner_scores import NerScores


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def make_example(vocab):
    """An example; both docs are given as words and other arguments of `Doc`."""

    def make(predicted, gold):
        return Example(Doc(vocab, **predicted), Doc(vocab, **gold))

    return make


def ner(words, ents, **more):
    return {"words": words, "ents": ents, **more}


def test_entities_need_the_right_tokens_and_label(make_example):
    words = ["Ada", "of", "York", "ran", "to", "Rome"]
    predicted = ["B-PER", "O", "B-LOC", "O", "O", "B-PER"]
    gold = ["B-PER", "O", "B-LOC", "I-LOC", "O", "B-LOC"]
    scores = StreamingScorer(NerScores)([make_example(ner(words, predicted), ner(words, gold))])
    assert scores["ents_p"] == pytest.approx(1 / 3)
    assert scores["ents_r"] == pytest.approx(1 / 3)
    assert scores["ents_f"] == pytest.approx(1 / 3)
    assert scores["ents_per_type"]["PER"] == pytest.approx({"p": 1 / 2, "r": 1, "f": 2 / 3})
    assert scores["ents_per_type"]["LOC"] == {"p": 0.0, "r": 0.0, "f": 0.0}


def test_entity_on_a_token_without_annotation_is_neither_right_nor_wrong(make_example):
    words = ["Ada", "ran", "Bob"]
    example = make_example(ner(words, ["B-PER", "B-PER", "B-PER"]), ner(words, ["B-PER", "", "O"]))
    scores = StreamingScorer(NerScores)([example])
    assert (scores["ents_p"], scores["ents_r"]) == pytest.approx((1 / 2, 1))


def test_docs_without_entity_annotation_do_not_count(make_example):
    words = ["Ada", "ran"]
    example = make_example(ner(words, ["B-PER", "O"]), {"words": words})
    assert StreamingScorer(NerScores)([example]) == {
        "ents_p": None, "ents_r": None, "ents_f": None, "ents_per_type": None,
    }  # fmt: skip


def test_entities_are_compared_by_gold_tokens(make_example):
    predicted = ner(
        ["Ada", "Love", "lace", "ran"], ["B-PER", "I-PER", "I-PER", "O"], spaces=[1, 0, 1, 0]
    )
    gold = ner(["Ada", "Lovelace", "ran"], ["B-PER", "I-PER", "O"], spaces=[1, 1, 0])
    assert StreamingScorer(NerScores)([make_example(predicted, gold)])["ents_f"] == 1


def test_merged_accumulators_equal_one(make_example):
    rng = np.random.default_rng(0)
    words = ["a", "b", "c", "d"]
    examples = []
    for _ in range(20):
        tags = [[["O", "B-X", "B-Y"][i] for i in rng.integers(0, 3, 4)] for _ in range(2)]
        spaces = [list(map(bool, rng.integers(0, 2, 4))) for _ in range(1)] * 2
        examples.append(
            make_example(*(ner(words, t, spaces=s) for t, s in zip(tags, spaces, strict=True)))
        )
    whole, first, second = NerScores(), NerScores(), NerScores()
    whole.update(examples)
    first.update(iter(examples[:7]))
    second.update(examples[7:])
    first.merge(second)
    assert first.result() == whole.result()
    assert None not in whole.result().values()


def test_labels_are_in_the_order_of_the_text(make_example):
    words = names = [f"L{i}" for i in range(20)]
    gold, predicted = [f"B-{name}" for name in names], ["O"] * len(names)
    example = make_example(ner(words, predicted), ner(words, gold))
    scores = StreamingScorer(NerScores)([example])
    assert list(scores["ents_per_type"]) == names
