"""Evaluation: weighted scores, and a stream of examples in constant memory."""

import gc
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from kernel.errors import ConfigError
from kernel.text import Doc, Example
from kernel.text.errors import UnknownKeyError
from kernel.training import init_nlp
from kernel.training.evaluate import score_pipeline, weigh


def test_weighted_score_sums_without_scaling_up():
    weights = {"a": 0.5, "b": 0.25, "gone": 0.25}
    score, measured = weigh({"a": 0.8, "b": 0.4, "c": None, "d": {"x": 1}, "gone": None}, weights)
    assert score == pytest.approx(0.5)
    assert measured == {"a": 0.8, "b": 0.4, "d": {"x": 1}}
    assert weights == {"a": 0.5, "b": 0.25}  # for the rest of the run


def test_weighted_score_that_is_not_a_number_is_an_error():
    with pytest.raises(ConfigError, match=r"`training\.score_weights\.per_type` weighs a score"):
        weigh({"per_type": {"PER": 1.0}}, {"per_type": 1.0})
    assert weigh({"a": 0.5, "per_type": {"PER": 1.0}}, {"a": 1.0, "per_type": 0.0})[0] == 0.5


def test_score_that_is_not_finite_counts_as_zero():
    weights = {"a": 0.5, "b": 0.5}
    score, measured = weigh({"a": 0.8, "b": float("nan")}, weights)
    assert score == pytest.approx(0.4)
    assert np.isnan(measured["b"])
    assert weights == {"a": 0.5, "b": 0.5}


def test_stream_of_examples_is_let_go(toys):
    nlp = init_nlp(toys.make_config())
    counts = []

    def alive():
        gc.collect()  # examples and docs may refer to each other
        return sum(issubclass(type(thing), Example | Doc) for thing in gc.get_objects())

    def stream():
        for number, example in enumerate(toys.make_corpus(600, seed=5)(nlp)):
            if number % 60 == 59:
                counts.append(alive())
            yield example

    scores = nlp.evaluate(stream(), batch_size=20)
    assert scores["toy_detail"] == {"n": 600}
    assert len(counts) == 10
    assert counts[-1] == counts[0]


def test_examples_stay_as_they_were(toys):
    nlp = init_nlp(toys.make_config())
    examples = list(toys.make_corpus(5)(nlp))
    nlp.evaluate(examples)
    assert all(not example.predicted.cats for example in examples)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_scores_do_not_depend_on_the_batch_size(toys, batch_size):
    nlp = init_nlp(toys.make_config())
    scores = nlp.evaluate(toys.make_corpus(50, seed=4)(nlp), batch_size=batch_size)
    whole = nlp.evaluate(list(toys.make_corpus(50, seed=4)(nlp)), batch_size=1000)
    assert scores["toy_acc"] == whole["toy_acc"]
    assert scores["token_acc"] == whole["token_acc"]


def test_scorer_that_is_a_plain_function_sees_all_examples(toys):
    nlp = init_nlp(toys.make_config())
    seen = []
    nlp.get_pipe("guess").scorer = lambda examples, **_: (
        seen.extend(examples) or {"mine": np.float32(0.5)}
    )
    scores = nlp.evaluate(toys.make_corpus(30)(nlp), batch_size=4)
    assert len(seen) == 30
    assert type(scores["mine"]) is float


def test_speed_counts_words_of_all_examples(toys):
    nlp = init_nlp(toys.make_config())
    assert nlp.evaluate(toys.make_corpus(30)(nlp))["speed"] > 0
    assert nlp.evaluate([])["speed"] is None


def test_errors_of_evaluation_keep_their_class():
    def evaluate(examples):
        raise UnknownKeyError("no string with the id 3")

    nlp = SimpleNamespace(evaluate=evaluate, use_params=lambda params: nullcontext(), pipe_names=[])
    with pytest.raises(UnknownKeyError, match="no string with the id 3"):
        score_pipeline(nlp, lambda nlp: [], None)
