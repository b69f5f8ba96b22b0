"""Small docs with labels, small models, and numerical gradients."""

import numpy as np
import pytest
from thinc.api import Model

from kernel.ops import Packed
from kernel.text import Doc, DocBatch, Example, Vocab

WORDS = ["good", "bad", "film", "the", "a", "very", "naïve", "東京", "2nd", "x", "X", "not"]


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def make_docs(vocab):
    """Docs of these lengths, with random words."""

    def make(*lengths, seed=0):
        rng = np.random.default_rng(seed)
        return DocBatch(Doc(vocab, words=list(rng.choice(WORDS, length))) for length in lengths)

    return make


@pytest.fixture
def make_examples(vocab):
    """Examples of (words, cats)."""

    def make(*rows):
        examples = []
        for words, cats in rows:
            gold = Doc(vocab, words=words.split())
            gold.cats = dict(cats)
            examples.append(Example(Doc(vocab, words=words.split()), gold))
        return examples

    return make


@pytest.fixture
def films(make_examples):
    """Texts of two exclusive labels."""
    return make_examples(
        *[
            ("a good film", {"POS": 1.0, "NEG": 0.0}),
            ("a bad film", {"POS": 0.0, "NEG": 1.0}),
            ("not bad", {"POS": 1.0, "NEG": 0.0}),
            ("the very bad film", {"POS": 0.0, "NEG": 1.0}),
        ]
        * 3
    )


@pytest.fixture
def vectors():
    """A layer that looks up a fixed vector for each word type, and keeps the gradient it gets."""

    def make(width=6):
        table = np.random.default_rng(0).normal(size=(1000, width)).astype("float32")

        def forward(model, docs, is_train):
            data = np.concatenate([table[doc.lex] for doc in docs])

            def backprop(dY):
                model.attrs["gradient"] = np.concatenate(list(dY))
                return []

            return Packed(data, [len(doc) for doc in docs]), backprop

        return Model("vectors", forward, dims={"nO": width}, attrs={"table": table})

    return make


@pytest.fixture
def randomize():
    """Sets every weight of a model to a random value."""

    def run(model, *, seed=0, scale=0.5):
        rng = np.random.default_rng(seed)
        for node in model.walk():
            for name in node.param_names:
                shape = node.get_param(name).shape
                node.set_param(name, rng.normal(scale=scale, size=shape).astype("float32"))
        return model

    return run


def loss_of(scores, truths, exclusive):
    """The loss of the components' gradient: cross-entropy, or half the squared errors."""
    scores = scores.astype("float64")
    if exclusive:
        return -(truths * np.log(scores)).sum()
    return ((scores - truths) ** 2).sum() / 2


@pytest.fixture
def assert_gradients():
    """Compares the gradients of all weights with differences of the loss."""

    def check(model, docs, *, n_labels=3, exclusive, step=1e-2, n_places=12):
        truths = np.eye(n_labels)[np.arange(len(docs)) % n_labels]
        scores, backprop = model.begin_update(docs)
        backprop((scores - truths).astype("float32"))
        rng = np.random.default_rng(2)
        n_checked = 0
        for node in model.walk():
            for name in node.param_names:
                gradient = node.get_grad(name)
                # Most rows of a hash table have none.
                for place in rng.permutation(np.flatnonzero(gradient))[:n_places]:
                    losses = [
                        loss_of(
                            moved(model, node, name, place, by).predict(docs), truths, exclusive
                        )
                        for by in (step, -2 * step)
                    ]
                    moved(model, node, name, place, step)
                    found = (losses[0] - losses[1]) / (2 * step)
                    assert gradient.flat[place] == pytest.approx(found, rel=2e-2, abs=5e-3)
                    n_checked += 1
        assert n_checked

    return check


def moved(model, node, name, place, by):
    """The model, with one weight changed in place."""
    param = node.get_param(name)
    param.flat[place] += by
    node.set_param(name, param)
    return model
