"""A small model, and sentences whose annotation can be learned in a few steps."""

import numpy as np
import pytest
from thinc.api import Model

from kernel.ops import Packed, use_kernel_ops
from kernel.text import Doc, Example, Vocab
from kernel_plugin_tagger.model import tagger_model
from kernel_plugin_tagger.morphologizer import Morphologizer
from kernel_plugin_tagger.scorers import (
    make_morphologizer_scorer,
    make_senter_scorer,
    make_tagger_scorer,
)
from kernel_plugin_tagger.senter import SentenceRecognizer
from kernel_plugin_tagger.tagger import Tagger


@pytest.fixture
def vocab():
    return Vocab()


def word_vectors(width):
    """A layer that looks up a fixed vector for each word, without training."""
    table = np.random.default_rng(0).normal(size=(1000, width)).astype("float32")

    def forward(model, docs, is_train):
        rows = [doc.lex for doc in docs]
        data = table[np.concatenate(rows)] if rows else table[:0]
        return Packed(data, [len(doc) for doc in docs]), lambda dY: []

    return Model("word_vectors", forward, dims={"nO": width})


@pytest.fixture
def make_model():
    def make(*, width=24, nO=None, normalize=False):
        with use_kernel_ops():
            return tagger_model(word_vectors(width), nO, normalize)

    return make


def gradient_descent(rate=0.02):
    def step(key, weights, gradient, lr_scale=1.0):
        weights -= rate * gradient
        gradient[...] = 0
        return weights, gradient

    return step


@pytest.fixture
def sgd():
    return gradient_descent()


@pytest.fixture
def make_component(vocab, make_model):
    """A component, with `steps` of training on `examples`."""
    kinds = {
        "tagger": (Tagger, make_tagger_scorer),
        "morphologizer": (Morphologizer, make_morphologizer_scorer),
        "senter": (SentenceRecognizer, make_senter_scorer),
    }

    def make(kind, examples=None, *, steps=0, rate=0.02, initialize=None, model=None, **settings):
        component_class, make_scorer = kinds[kind]
        model = make_model() if model is None else model
        component = component_class(vocab, model, kind, scorer=make_scorer(), **settings)
        if examples is not None:
            component.initialize(lambda: examples, **(initialize or {}))
        for _ in range(steps):
            component.update(examples, sgd=gradient_descent(rate))
        return component

    return make


@pytest.fixture
def make_example(vocab):
    """A doc of `words` without annotation, and one with it; gold may have other tokens."""

    def make(words, *, gold_words=None, **annotation):
        spaces = [False] * len(words)
        gold_words = words if gold_words is None else gold_words
        gold = Doc(vocab, words=gold_words, spaces=[False] * len(gold_words), **annotation)
        return Example(Doc(vocab, words=words, spaces=spaces), gold)

    return make


WORDS = {"she": "PRP", "ran": "VBD", "ate": "VBD", "fish": "NN", "home": "NN", ".": "."}


@pytest.fixture
def tagged(make_example):
    """Sentences in which each word always has the same tag."""
    rng = np.random.default_rng(0)
    sentences = [rng.choice(list(WORDS), rng.integers(1, 7)).tolist() for _ in range(20)]
    return [make_example(words, tags=[WORDS[word] for word in words]) for words in sentences]


@pytest.fixture
def tag_of():
    return WORDS
