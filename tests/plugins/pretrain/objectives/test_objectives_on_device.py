"""The objectives on a device: the same losses and gradients as on the CPU."""

import numpy as np
import pytest

from kernel import random
from kernel.registry import registry
from kernel.testing.device import DeviceArray, device_double
from kernel.text import Doc, Vectors, Vocab

WORDS = ["The", "cat", "sat", "on", "a", "mat", "x", "London"]
OBJECTIVES = {
    "characters": ("PretrainCharacters", {"n_characters": 3}),
    "cosine": ("PretrainVectors", {"loss": "cosine"}),
    "l2": ("PretrainVectors", {"loss": "L2"}),
    "attributes": ("PretrainAttributes", {"attrs": ["NORM", "SHAPE"], "rows": [20, 7]}),
}


def learn(name, settings):
    """Learn from three batches; return the model and its losses."""
    random.fix_random_seed(0)
    vocab, rng = Vocab(), np.random.default_rng(0)
    vocab.strings.add_all(WORDS)
    data = rng.normal(size=(5, 4)).astype("float32")
    vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=WORDS[:5])
    docs = [Doc(vocab, words=list(rng.choice(WORDS, n))) for n in (9, 1, 30)]
    tok2vec = registry.architectures.get("kernel.HashEmbedCNN.v2")(width=6, depth=1, embed_size=20)
    create = registry.architectures.get(f"kernel.{name}.v1")
    model = create(maxout_pieces=2, hidden_size=5, **settings)(vocab, tok2vec)
    model.initialize(X=docs)
    pretraining = model.attrs["pretraining"]
    losses = [pretraining.update(docs, 0.0), pretraining.evaluate(docs)]
    return model, losses


@pytest.mark.parametrize(("name", "settings"), OBJECTIVES.values(), ids=OBJECTIVES)
def test_results_are_those_of_the_cpu(name, settings):
    expected, expected_losses = learn(name, settings)

    with device_double():
        model, losses = learn(name, settings)

    for found, loss in zip(losses, expected_losses, strict=True):
        assert found.n_items == loss.n_items
        assert found.total == pytest.approx(loss.total, rel=1e-4)
    for node, other in zip(model.walk(), expected.walk(), strict=True):
        for param in node.param_names:
            gradient = node.get_grad(param)
            assert isinstance(gradient, DeviceArray)
            np.testing.assert_allclose(gradient.get(), other.get_grad(param), rtol=1e-4, atol=1e-4)
