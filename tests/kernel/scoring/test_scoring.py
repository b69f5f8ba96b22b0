import numpy as np
import pytest

import kernel
from kernel.errors import KernelError
from kernel.scoring import (
    PipelineScores,
    PRFScore,
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
    """An example; both docs are given as words and other arguments of `Doc`."""

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


@pytest.mark.parametrize(
    "make",
    [TokenizationScores, lambda: SpanScores("ents")],
    ids=["tokens", "spans"],
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
    scores = StreamingScorer(TokenizationScores)([make_example(split, gold)])
    assert scores["token_p"] == pytest.approx(1 / 2)  # don't, go
    assert scores["token_r"] == pytest.approx(1 / 3)  # do, n't, go
    assert scores["token_acc"] == pytest.approx(1 / 2)


def test_docs_with_unknown_spaces_have_no_tokenization_score(make_example):
    words = {"words": ["Ada", "ran"]}
    scores = StreamingScorer(TokenizationScores)([make_example(words, words)])
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
    assert StreamingScorer(TokenAttrScores)([example], attr="tag") == {
        "tag_acc": pytest.approx(expected)
    }


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


def test_attribute_without_annotation_has_no_score(make_example):
    words = {"words": ["a"]}
    assert StreamingScorer(TokenAttrScores)([make_example(words, words)], attr="tag") == {
        "tag_acc": None
    }


def test_span_groups_are_scored_with_overlaps(make_example):
    words = {"words": ["a", "b", "c"]}
    example = make_example(words, words)
    predicted, gold = example.predicted, example.reference
    predicted.spans["sc"] = [Span(predicted, 0, 2, label="X"), Span(predicted, 1, 3, label="Y")]
    gold.spans["sc"] = [Span(gold, 0, 2, label="X"), Span(gold, 1, 3, label="X")]
    settings = {"getter": lambda doc, attr: doc.spans[attr], "allow_overlap": True}
    scores = StreamingScorer(SpanScores)([example], attr="sc", **settings)
    assert scores["sc_f"] == pytest.approx(1 / 2)
    assert scores["sc_per_type"]["X"] == pytest.approx({"p": 1, "r": 1 / 2, "f": 2 / 3})
    unlabeled = StreamingScorer(SpanScores)([example], attr="sc", labeled=False, **settings)
    assert unlabeled == {"sc_p": 1.0, "sc_r": 1.0, "sc_f": 1.0}
    skipped = StreamingScorer(SpanScores)(
        [example], attr="sc", has_annotation=lambda doc: False, **settings
    )
    assert skipped["sc_f"] is None


ENTITIES = StreamingScorer(lambda **_: SpanScores("ents"))


class Component:
    """A component with a scorer."""

    def __init__(self, name, scorer):
        self.name, self.scorer = name, scorer
        self.seen = []

    def scorer_settings(self):
        return {"labels": (self.name,)}

    def score(self, examples, **settings):
        self.seen.append(len(list(examples)))
        return self.scorer(examples, **self.scorer_settings(), **settings)


def pipeline(*components):
    return [(component.name, component) for component in components]


def score(parts, examples, settings=None, **how):
    scores = PipelineScores.of(parts, settings, **how)
    scores.update(examples)
    return scores.result()


def test_pipeline_scores_come_from_every_component(make_example):
    words = ["Ada", "ran"]
    example = make_example(ner(words, ["B-PER", "O"]), ner(words, ["B-PER", "O"]))
    plain = Component("own", lambda examples, labels, factor=1: {"own": factor * len(labels)})
    parts = pipeline(Component("ner", ENTITIES), plain)
    scores = score(parts, [example], {"factor": 5})
    assert (scores["ents_f"], scores["own"], scores["token_acc"]) == (1.0, 5, None)
    by_component = score(parts, [example], per_component=True)
    assert list(by_component) == ["tokenizer", "ner", "own"]
    assert by_component["own"] == {"own": 1}


def test_streaming_pipeline_keeps_no_examples(make_example):
    words = ["Ada", "ran"]
    example = make_example(ner(words, ["B-PER", "O"]), ner(words, ["B-PER", "O"]))
    streaming = PipelineScores.of(pipeline(Component("ner", ENTITIES)))
    streaming.update([example] * 3)
    assert streaming.kept == []
    plain = Component("own", lambda examples, **settings: {})
    waiting = PipelineScores.of(pipeline(plain))
    waiting.update([example] * 3)
    waiting.update([example])
    waiting.result()
    assert plain.seen == [4]


@pytest.mark.parametrize("scores", [None, 3, [("a", 1.0)]])
def test_scores_that_are_not_a_dict_name_the_component(scores):
    part = Component("own", lambda examples, **settings: scores)
    with pytest.raises(KernelError, match="expected a dict of scores from `own`, got "):
        score([("own", part)], [])


def test_later_components_win_over_earlier_ones():
    parts = [Component(name, lambda examples, labels: {"x": labels}) for name in ("a", "b")]
    assert score(pipeline(*parts), [])["x"] == ("b",)


def test_evaluation_keeps_no_examples_for_components_without_scores():
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec")
    scores = PipelineScores.of(nlp.pipeline, per_component=True)
    doc = nlp.make_doc("one two")
    scores.update([Example(doc.copy(), doc)])

    assert scores.kept == []
    assert scores.result()["tok2vec"] == {}
