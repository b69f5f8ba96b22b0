"""The first versions of spaCy's architectures have its weights, and its results with them."""

import json
import os
import subprocess

import numpy as np
import pytest

from kernel.registry import registry
from kernel.text import Doc, Vectors, Vocab

WORDS = ["cat", "dog", "sat"]
TEXTS = [["cat", "Emu", "sat", ",", "the"], ["dog"], ["A", "cat", "in", "2024"]]
EMBED = {
    "@architectures": "spacy.MultiHashEmbed.v1",
    "width": 8,
    "attrs": ["NORM", "PREFIX", "SHAPE"],
    "rows": [50, 20, 30],
    "include_static_vectors": True,
}
MAXOUT = {
    "@architectures": "spacy.MaxoutWindowEncoder.v1",
    "width": 8,
    "window_size": 1,
    "maxout_pieces": 3,
    "depth": 2,
}
MISH = {
    "@architectures": "spacy.MishWindowEncoder.v1",
    "width": 8,
    "window_size": 1,
    "depth": 2,
}
TOK2VEC = {"@architectures": "spacy.Tok2Vec.v1", "embed": EMBED, "encode": MAXOUT}
HASH_EMBED_CNN = {
    "@architectures": "spacy.HashEmbedCNN.v1",
    "width": 8,
    "depth": 2,
    "embed_size": 40,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": True,
}
PARSER = {
    "@architectures": "spacy.TransitionBasedParser.v1",
    "tok2vec": HASH_EMBED_CNN,
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 6,
    "maxout_pieces": 2,
    "nO": 5,
}
MODELS = {
    "MultiHashEmbed": EMBED,
    "CharacterEmbed": {
        "@architectures": "spacy.CharacterEmbed.v1",
        "width": 8,
        "rows": 30,
        "nM": 3,
        "nC": 4,
        "include_static_vectors": True,
    },
    "HashEmbedCNN": HASH_EMBED_CNN,
    "Tok2Vec-maxout": TOK2VEC,
    "Tok2Vec-mish": {**TOK2VEC, "encode": MISH},
    "Tagger": {"@architectures": "spacy.Tagger.v1", "tok2vec": TOK2VEC, "nO": 3},
    "TransitionBasedParser": PARSER,
    "TransitionBasedParser-lower": {**PARSER, "use_upper": False},
}
# Draws the same weights as `randomize`, and writes their names, shapes and the predictions.
SPACY = """
import json, sys
import numpy as np
import spacy
from spacy.tokens import Doc
from spacy.vectors import Vectors
words, texts, models = json.load(sys.stdin)
nlp = spacy.blank("xx")
data = np.random.default_rng(0).normal(size=(len(words), 5)).astype("f")
nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=words)
docs = [Doc(nlp.vocab, words=each) for each in texts]
found = {}
for name, block in models.items():
    model = spacy.registry.resolve({"model": block})["model"]
    model.initialize(X=docs)
    rng = np.random.default_rng(1)
    shapes = []
    for node in model.walk(order="dfs_pre"):
        for key in node.param_names:
            shape = node.get_param(key).shape
            node.set_param(key, (rng.normal(size=shape) * 0.3 + (key == "G")).astype("f"))
            shapes.append([node.name, key, list(shape)])
    is_parser = "Parser" in name
    outputs = [] if is_parser else [array.tolist() for array in model.predict(docs)]
    found[name] = {"weights": shapes, "outputs": outputs}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def spacy_models():
    """The weights and results of spaCy, by the names of `MODELS`."""
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    given = json.dumps([WORDS, TEXTS, MODELS])
    done = subprocess.run(
        [python, "-c", SPACY], input=given, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def make_model(block, docs):
    model = registry.resolve({"model": block})["model"]
    model.initialize(X=docs)
    rng, weights = np.random.default_rng(1), []
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            shape = node.get_param(name).shape
            drawn = rng.normal(size=shape) * 0.3 + (name == "G")
            node.set_param(name, drawn.astype("float32"))
            weights.append([node.name, name, list(shape)])
    return model, weights


@pytest.mark.parametrize("name", MODELS)
def test_weights_and_predictions_equal_those_of_spacy(spacy_models, name):
    vocab = Vocab()
    data = np.random.default_rng(0).normal(size=(len(WORDS), 5)).astype("float32")
    vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=WORDS)
    docs = [Doc(vocab, words=words) for words in TEXTS]
    model, weights = make_model(MODELS[name], docs)
    expected = spacy_models[name]
    assert weights == expected["weights"]
    outputs = [] if "Parser" in name else model.predict(docs)
    for found, wanted in zip(outputs, expected["outputs"], strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
