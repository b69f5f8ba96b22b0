import numpy as np
import pytest

from kernel.scoring import (
    NerScores,
    PRFScore,
    Scorer,
    SpanScores,
    StreamingScorer,
    TokenAttrScores,
    TokenizationScores,
)
from kernel.text import Doc, Example, Span, Vocab


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def make_example(vocab):
    """An example of two sides, each given as words and other arguments of `Doc`."""

    def make(predicted, gold):
        return Example(Doc(vocab, **predicted), Doc(vocab, **gold))

    return make


def test_rates_follow_from_the_counts():
    score = PRFScore(tp=3, fp=1, fn=2)
    assert score.precision == pytest.approx(3 / 4)
    assert score.recall == pytest.approx(3 / 5)
    assert score.fscore == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert score.to_dict() == {"p": score.precision, "r": score.recall, "f": score.fscore}
    assert len(score) == 6


def test_rates_of_nothing_are_zero():
    assert PRFScore().to_dict() == {"p": 0.0, "r": 0.0, "f": 0.0}


def test_scores_add_up():
    total = PRFScore(1, 2, 3) + PRFScore(10, 20, 30)
    assert total == PRFScore(11, 22, 33)
    total += PRFScore(1, 0, 0)
    assert total.tp == 12
    total.score_set({"a", "b"}, {"b", "c", "d"})
    assert (total.tp, total.fp, total.fn) == (13, 23, 35)


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


@pytest.mark.parametrize(
    "make",
    [NerScores, TokenizationScores, lambda: SpanScores("ents")],
    ids=["ner", "tokens", "spans"],
)
def test_merged_accumulators_equal_one(make_example, make):
    rng = np.random.default_rng(0)
    words = ["a", "b", "c", "d"]
    examples = []
    for _ in range(20):
        tags = [[["O", "B-X", "B-Y"][i] for i in rng.integers(0, 3, 4)] for _ in range(2)]
        spaces = [list(map(bool, rng.integers(0, 2, 4))) for _ in range(1)] * 2
        examples.append(
            make_example(*(ner(words, t, spaces=s) for t, s in zip(tags, spaces, strict=True)))
        )
    whole, first, second = make(), make(), make()
    whole.update(examples)
    first.update(iter(examples[:7]))
    second.update(examples[7:])
    first.merge(second)
    assert first.result() == whole.result()
    assert None not in whole.result().values()


def test_tokens_are_found_by_their_characters(make_example):
    gold = {"words": ["do", "n't", "\n", "go"], "spaces": [False, False, False, False]}
    split = {"words": ["don't", "\n", "go"], "spaces": [False, False, False]}
    scores = Scorer.score_tokenization([make_example(split, gold)])
    assert scores["token_p"] == pytest.approx(1 / 2)  # don't, go
    assert scores["token_r"] == pytest.approx(1 / 3)  # do, n't, go
    assert scores["token_acc"] == pytest.approx(1 / 2)


def test_docs_with_unknown_spaces_have_no_tokenization_score(make_example):
    words = {"words": ["Ada", "ran"]}
    scores = Scorer.score_tokenization([make_example(words, words)])
    assert set(scores) == {"token_acc", "token_p", "token_r", "token_f"}
    assert set(scores.values()) == {None}


def test_attribute_score_skips_missing_gold_and_misaligned_tokens(make_example):
    gold = {"words": ["a", "b", "cd", "e"], "tags": ["X", "", "Y", "Z"], "spaces": [1, 1, 1, 0]}
    predicted = {
        "words": ["a", "b", "c", "d", "e"],
        "tags": ["X", "X", "Y", "W", "Q"],
        "spaces": [1, 1, 0, 1, 0],
    }
    example = make_example(predicted, gold)
    # Found: a-X, cd-Y, cd-W, e-Q; gold: a-X, cd-Y, e-Z.
    expected = PRFScore(2, 2, 1).fscore
    assert Scorer.score_token_attr([example], "tag") == {"tag_acc": pytest.approx(expected)}


@pytest.mark.parametrize("seed", range(5))
def test_columns_score_like_tokens_one_by_one(make_example, seed):
    rng = np.random.default_rng(seed)

    def side():
        words, spaces = [], []
        for word in ["ab", "c", "d\n", "ef"]:
            parts = list(word) if rng.random() < 0.5 else [word]
            words += parts
            spaces += [False] * (len(parts) - 1) + [True]
        return {
            "words": words,
            "spaces": spaces,
            "tags": list(rng.choice(["", "X", "Y"], len(words))),
        }

    examples = [make_example(side(), side()) for _ in range(20)]

    def getter(token, attr):
        return getattr(token, attr)

    fast = StreamingScorer(TokenAttrScores)(examples, attr="tag")
    slow = StreamingScorer(TokenAttrScores)(examples, attr="tag", getter=getter)
    assert fast == slow
    assert 0 < fast["tag_acc"] < 1


def test_attribute_nobody_annotated_has_no_score(make_example):
    words = {"words": ["a"]}
    assert Scorer.score_token_attr([make_example(words, words)], "tag") == {"tag_acc": None}


def test_span_groups_are_scored_with_overlaps(make_example):
    words = {"words": ["a", "b", "c"]}
    example = make_example(words, words)
    predicted, gold = example.predicted, example.reference
    predicted.spans["sc"] = [Span(predicted, 0, 2, label="X"), Span(predicted, 1, 3, label="Y")]
    gold.spans["sc"] = [Span(gold, 0, 2, label="X"), Span(gold, 1, 3, label="X")]
    settings = {"getter": lambda doc, attr: doc.spans[attr], "allow_overlap": True}
    scores = Scorer.score_spans([example], "sc", **settings)
    assert scores["sc_f"] == pytest.approx(1 / 2)
    assert scores["sc_per_type"]["X"] == pytest.approx({"p": 1, "r": 1 / 2, "f": 2 / 3})
    unlabeled = Scorer.score_spans([example], "sc", labeled=False, **settings)
    assert unlabeled == {"sc_p": 1.0, "sc_r": 1.0, "sc_f": 1.0}
    skipped = Scorer.score_spans([example], "sc", has_annotation=lambda doc: False, **settings)
    assert skipped["sc_f"] is None


class Component:
    """Something in a pipeline that is scored."""

    def __init__(self, name, scorer):
        self.name, self.scorer = name, scorer
        self.seen = []

    def scorer_settings(self):
        return {"labels": (self.name,)}

    def score(self, examples, **settings):
        self.seen.append(len(list(examples)))
        return self.scorer(examples, **self.scorer_settings(), **settings)


class Pipeline:
    def __init__(self, *components):
        self.pipeline = [(component.name, component) for component in components]


def test_pipeline_scores_come_from_every_component(make_example):
    words = ["Ada", "ran"]
    example = make_example(ner(words, ["B-PER", "O"]), ner(words, ["B-PER", "O"]))
    plain = Component("own", lambda examples, labels, factor=1: {"own": factor * len(labels)})
    nlp = Pipeline(Component("ner", StreamingScorer(NerScores)), plain)
    scores = Scorer(nlp, factor=5).score([example])
    assert (scores["ents_f"], scores["own"], scores["token_acc"]) == (1.0, 5, None)
    parts = Scorer(nlp).score([example], per_component=True)
    assert list(parts) == ["tokenizer", "ner", "own"]
    assert parts["own"] == {"own": 1}


def test_streaming_pipeline_keeps_no_examples(make_example):
    words = ["Ada", "ran"]
    example = make_example(ner(words, ["B-PER", "O"]), ner(words, ["B-PER", "O"]))
    streaming = Scorer(Pipeline(Component("ner", StreamingScorer(NerScores)))).accumulator()
    streaming.update([example] * 3)
    assert streaming.kept == []
    plain = Component("own", lambda examples, **settings: {})
    waiting = Scorer(Pipeline(plain)).accumulator()
    waiting.update([example] * 3)
    waiting.update([example])
    waiting.result()
    assert plain.seen == [4]


def test_later_components_win_over_earlier_ones():
    parts = [Component(name, lambda examples, labels: {"x": labels}) for name in ("a", "b")]
    assert Scorer(Pipeline(*parts)).score([])["x"] == ("b",)


def test_scorer_without_pipeline_uses_the_registered_scorers(make_example):
    words = ["Ada", "ran"]
    example = make_example(ner(words, ["B-PER", "O"]), ner(words, ["B-PER", "O"]))
    scores = Scorer(default_pipeline=("ner",)).score([example])
    assert scores["ents_f"] == 1.0
    assert scores["ents_per_type"] == {"PER": {"p": 1.0, "r": 1.0, "f": 1.0}}
