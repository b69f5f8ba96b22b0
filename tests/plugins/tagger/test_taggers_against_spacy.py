"""Comparison with spaCy 3.8.18 (`spacy_taggers.json`): weights, losses, annotation and scores.

Predicted tokens are cut otherwise than gold ones; the weights of the classes are random.
"""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

import kernel
from kernel.ops import Packed
from kernel.text import Doc, DocBatch, Example
from kernel_plugin_tagger.model import softmax_inplace

THEIRS = json.loads(Path(__file__).with_name("spacy_taggers.json").read_text(encoding="utf8"))
MODEL = {
    "@architectures": "spacy.Tagger.v2",
    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 6},
}


def make_examples(vocab):
    examples = []
    for case, tensor in zip(THEIRS["cases"], THEIRS["tensors"], strict=True):
        names = ("words", "tags", "pos", "morphs", "sent_starts")
        gold = Doc(vocab, spaces=[False] * 7, **{name: case[name] for name in names})
        words = case["predicted"]
        predicted = Doc(vocab, words=words, spaces=[False] * len(words))
        predicted.tensor = np.array(tensor, "float32")
        examples.append(Example(predicted, gold))
    return examples


@pytest.fixture(params=["tagger", "morphologizer", "senter"])
def side_by_side(request):
    """A component with spaCy's weights, the examples, and spaCy's results."""
    theirs = THEIRS["components"][request.param]
    nlp = kernel.blank("en")
    component = nlp.add_pipe(request.param, config={"model": MODEL, **theirs["config"]})
    examples = make_examples(nlp.vocab)
    component.initialize(lambda: examples, nlp=nlp)
    found = dict(component.cfg)
    component.model.from_bytes(base64.b64decode(theirs["model"]))
    return component, examples, theirs, found


def test_labels_are_found_in_the_same_order(side_by_side):
    component, _, theirs, found = side_by_side
    assert json.dumps(found, sort_keys=True) == json.dumps(theirs["cfg"], sort_keys=True)
    assert component.labels == tuple(theirs["labels"])


def test_loss_and_gradient_are_the_same(side_by_side):
    component, examples, theirs, _ = side_by_side
    docs = DocBatch(example.predicted for example in examples)
    probs = component.predict_scores(docs).data
    softmax_inplace(probs)
    loss, gradient = component.get_loss(examples, Packed(probs, docs.lengths))
    assert loss == pytest.approx(theirs["loss"], rel=1e-5)
    np.testing.assert_allclose(gradient.data, theirs["gradient"], atol=2e-5)


def test_annotation_and_scores_are_the_same(side_by_side):
    component, examples, theirs, _ = side_by_side
    docs = DocBatch(example.predicted for example in examples)

    component.set_annotations(docs, component.predict(docs))

    annotations = [[[t.tag_, t.pos_, str(t.morph), t.is_sent_start] for t in doc] for doc in docs]
    n_compared = 4 if component.name == "senter" else 3
    for doc, expected in zip(annotations, theirs["annotations"], strict=True):
        assert [token[:n_compared] for token in doc] == [token[:n_compared] for token in expected]
    scores = component.score(examples)
    assert scores.keys() == theirs["scores"].keys()
    for key, score in theirs["scores"].items():
        if not isinstance(score, dict):
            assert scores[key] == pytest.approx(score)
        else:
            assert scores[key] == {name: pytest.approx(part) for name, part in score.items()}
