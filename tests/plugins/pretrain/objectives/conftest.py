"""Small docs and a small tok2vec."""

import numpy as np
import pytest

from kernel.ops import use_kernel_ops
from kernel.registry import registry
from kernel.text import Doc, Vocab

WORDS = ["The", "cat", "sat", "on", "a", "mat", ",", "naïve", "東京", "x", "London", "2nd"]


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def make_docs(vocab):
    """Docs of these lengths, with random words."""

    def make(*lengths, seed=0):
        rng = np.random.default_rng(seed)
        return [
            Doc(vocab, words=list(rng.choice(WORDS, n)), spaces=list(rng.random(n) < 0.5))
            for n in lengths
        ]

    return make


@pytest.fixture
def make_tok2vec():
    """A tok2vec with random weights, of double precision."""

    def make():
        architecture = registry.architectures.get("kernel.HashEmbedCNN.v2")
        model = architecture(width=6, depth=1, embed_size=20)
        model.initialize()
        return randomized(model)

    return make


@pytest.fixture
def make_model(vocab, make_tok2vec):
    """The initialized model of an objective, with random weights, of double precision."""

    def make(create, docs):
        with use_kernel_ops():
            model = create(vocab, make_tok2vec())
        model.initialize(X=docs[:1])
        return randomized(model)

    return make


def randomized(model):
    rng = np.random.default_rng(0)
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            drawn = rng.normal(size=node.get_param(name).shape) * 0.3 + (name == "G")
            node.set_param(name, drawn)
    return model
