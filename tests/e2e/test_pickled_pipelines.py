"""Pipelines that are pickled or copied."""

import copy
import pickle  # noqa: TID251 — its support is tested here

import pytest

import kernel
from kernel.pipeline import Language
from kernel.text import Doc, Example

TEXT = "I like London"


@pytest.fixture(scope="module")
def trained():
    nlp = kernel.blank("en")
    nlp.add_pipe("tagger")
    nlp.add_pipe("ner")
    examples = examples_of(nlp)
    nlp.initialize(lambda: examples)
    for _ in range(10):
        nlp.update(examples)
    return nlp


def examples_of(nlp):
    annotations = {"tags": ["A", "B", "C"], "entities": [(7, 13, "GPE")]}
    return [Example.from_dict(nlp.make_doc(TEXT), annotations)]


def pickled(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301 — made here


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_copy_predicts_the_same_and_is_trained_alone(trained, copied):
    before = trained(TEXT).to_json()

    made = copied(trained)
    assert made(TEXT).to_json() == before

    made.update(examples_of(made))
    assert trained(TEXT).to_json() == before
    assert made.vocab is not trained.vocab
    assert made.vocab is made.tokenizer.vocab is made.get_pipe("ner").vocab


def test_settings_of_a_copy_are_those_of_the_pipeline(trained):
    with trained.select_pipes(disable=["ner"]):
        made = pickled(trained)

        assert made.config == trained.config
    assert (made.pipe_names, made.disabled) == (["tagger"], ["ner"])


def test_uninitialized_pipeline_can_be_copied():
    nlp = kernel.blank("en")
    nlp.add_pipe("tagger")
    nlp.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])

    made = pickled(nlp)

    assert [token.text for token in made.tokenizer("gimme it")] == ["gim", "me", "it"]
    assert made.pipe_names == ["tagger"]


def test_docs_pickled_with_their_pipeline_share_its_vocabulary(trained):
    nlp, examples = pickled((trained, examples_of(trained)))

    assert examples[0].predicted.vocab is nlp.vocab
    nlp.update(examples)


class Words:
    """A tokenizer of a user, without methods to save it."""

    def __init__(self, vocab):
        self.vocab = vocab

    def __call__(self, text):
        return Doc(self.vocab, words=text.split())


@pytest.mark.parametrize("make", [Language, lambda: kernel.blank("en")], ids=["base", "english"])
def test_tokenizer_of_a_user_is_pickled_with_its_pipeline(make):
    nlp = make()
    nlp.tokenizer = Words(nlp.vocab)

    made = pickled(nlp)

    assert [token.text for token in made("a b,c")] == ["a", "b,c"]
    assert made.tokenizer.vocab is made.vocab
