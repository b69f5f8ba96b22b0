"""The behaviour that `TrainablePipe` and `RehearsingPipe` give every trainable component."""

import numpy as np
import pytest
from thinc.api import Model

import kernel
from kernel.pipeline import RehearsingPipe, TrainablePipe
from kernel.text import Doc, Example, ExampleBatch


class Scaler(RehearsingPipe):
    """Scores each doc by the number of its tokens, times two weights; learns to score 1."""

    def __init__(self, name="scaler"):
        self.name = name
        self.cfg = {}
        self.model = Model(
            "scale",
            self._forward,
            params={"W": np.ones((1, 2), "float32")},
            attrs={"dropout_rate": 0.5},
        )
        self.batches = []

    def _forward(self, model, docs, is_train):
        self.batches.append(docs)
        n_tokens = np.array([[len(doc)] for doc in docs], "float32")

        def backprop(d_scores):
            model.inc_grad("W", (n_tokens * d_scores).sum(axis=0, keepdims=True))
            return []

        return n_tokens * model.get_param("W"), backprop

    def get_loss(self, examples, scores):
        d_scores = scores - 1
        return (d_scores**2).sum(), d_scores


def step(key, weights, gradient):
    """An optimizer: subtract the gradient from the weights and reset it."""
    changed = weights - 0.1 * gradient
    gradient[...] = 0
    return changed, gradient


@pytest.fixture
def examples():
    vocab = kernel.blank("xx").vocab
    docs = [Doc(vocab, words=["a"]), Doc(vocab, words=["a", "b"])]
    return [Example(doc, doc.copy()) for doc in docs]


@pytest.fixture
def empty(examples):
    doc = Doc(examples[0].predicted.vocab)
    return [Example(doc, doc.copy())]


def test_losses_are_added_up_under_its_name(examples):
    pipe, losses = Scaler("mine"), {"other": 3.0, "mine": 1.0}
    assert pipe.update(examples, losses=losses) is losses
    assert losses == {"other": 3.0, "mine": 3.0}
    assert Scaler().update(examples) == {"scaler": 2.0}


def test_weights_change_with_an_optimizer_only(examples):
    pipe = Scaler()
    for sgd in (None, False):
        pipe.update(examples, sgd=sgd)
        assert pipe.model.get_param("W").tolist() == [[1.0, 1.0]]
    # Gradients of three batches: (1·0 + 2·1) each.
    pipe.update(examples, sgd=step)
    np.testing.assert_allclose(pipe.model.get_param("W"), [[0.4, 0.4]], rtol=1e-6)


def test_examples_arrive_as_a_batch_with_the_dropout_rate_set(examples):
    pipe, batch = Scaler(), ExampleBatch(examples)
    batch.shared["upstream"] = "output"
    pipe.update(batch, drop=0.25)
    assert pipe.model.attrs["dropout_rate"] == 0.25
    assert pipe.batches[-1].shared == {"upstream": "output"}


@pytest.mark.parametrize("method", ["update", "rehearse"])
def test_docs_without_tokens_give_no_gradient(empty, method):
    pipe = Scaler()
    pipe.start_rehearsal()
    assert getattr(pipe, method)(empty, sgd=step) == {"scaler": 0.0}
    assert getattr(pipe, method)([], sgd=step) == {"scaler": 0.0}
    assert pipe.batches == []


def test_rehearsal_restores_earlier_predictions(examples):
    pipe = Scaler()
    assert pipe.rehearse(examples, sgd=step) == {"scaler": 0.0}  # before there is a tutor
    pipe.start_rehearsal()
    pipe.model.set_param("W", np.zeros((1, 2), "float32"))
    losses = [pipe.rehearse(examples, sgd=step)["scaler"] for _ in range(20)]
    assert losses[0] == 10.0  # two outputs, off by 1 and by 2
    assert losses[-1] < 1e-6
    np.testing.assert_allclose(pipe.model.get_param("W"), [[1.0, 1.0]], atol=1e-3)


def test_outputs_that_are_newer_than_the_tutor_are_left_alone(examples):
    pipe = Scaler()
    loss, gradient = pipe.get_rehearsal_loss(np.full((2, 3), 5.0), np.full((2, 1), 4.0))
    assert loss == 2.0
    assert gradient.tolist() == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]


def test_component_without_a_model_is_not_saved(tmp_path):
    scaler = Scaler()
    del scaler.model

    with pytest.raises(ValueError, match="a Scaler without a model cannot be saved"):
        scaler.to_bytes()
    scaler.model = None
    with pytest.raises(ValueError, match="a Scaler without a model cannot be saved"):
        scaler.to_disk(tmp_path / "scaler")


def test_labels_are_required_and_limited_by_the_model():
    class Classifier(TrainablePipe):
        labels = ()

        def __init__(self):
            self.name, self.model = "classifier", Model("any", lambda: None, dims={"nO": 1})

    component = Classifier()
    with pytest.raises(ValueError, match="`classifier` has no labels"):
        component._require_labels()
    component._allow_extra_label()
    component.labels = ("A",)
    component._require_labels()
    with pytest.raises(ValueError, match="fixed number of outputs"):
        component._allow_extra_label()
