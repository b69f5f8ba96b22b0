"""The objectives: losses and gradients."""

import json
import os
import subprocess

import numpy as np
import pytest
from thinc.api import Adam, CosineDistance, Linear

from kernel import random
from kernel.errors import ArgumentError, KernelError
from kernel.registry import registry
from kernel.text import Doc, DocBatch, Vectors
from kernel_plugin_pretrain.objectives.attributes import pretrain_attributes
from kernel_plugin_pretrain.objectives.characters import pretrain_characters
from kernel_plugin_pretrain.objectives.vectors import cosine_distance, pretrain_vectors

SIZES = {"maxout_pieces": 2, "hidden_size": 5}
CREATE = [
    pytest.param(pretrain_characters(**SIZES, n_characters=3), 0.5, id="characters"),
    pytest.param(pretrain_vectors(**SIZES, loss="cosine"), 1.0, id="cosine"),
    pytest.param(pretrain_vectors(**SIZES, loss="L2"), 0.5, id="l2"),
    pytest.param(
        pretrain_attributes(**SIZES, attrs=["NORM", "SHAPE"], rows=[20, 7]), 1.0, id="attributes"
    ),
]


@pytest.fixture(autouse=True)
def vectors(vocab):
    """Vectors of most words."""
    rng = np.random.default_rng(1)
    keys = ["The", "cat", "sat", "on", "mat", "naïve", "東京", "x"]
    vocab.strings.add_all(keys)
    data = rng.normal(size=(len(keys), 4)).astype("float32")
    vocab.vectors = Vectors(strings=vocab.strings, data=data, keys=keys)


def gradients_of(model):
    return {
        (node.id, name): node.get_grad(name)
        for node in model.walk()
        for name in node.param_names
        if node.has_grad(name)
    }


def numeric_gradient(loss, node, name, index, step=1e-5):
    param, losses = node.get_param(name), []
    for change in (step, -step):
        moved = param.copy()
        moved.flat[index] += change
        node.set_param(name, moved)
        losses.append(loss())
    node.set_param(name, param)
    return (losses[0] - losses[1]) / (2 * step)


@pytest.mark.parametrize(("create", "factor"), CREATE)
def test_gradients_are_those_of_the_loss_per_token(make_model, make_docs, create, factor):
    docs = make_docs(9, 1, 30)
    model = make_model(create, docs)
    pretraining = model.attrs["pretraining"]

    def loss():
        with random.Streams(3).use("masking"):
            return pretraining.update(docs, 0.0).total * factor / 40

    loss()
    found = {key: array.copy() for key, array in gradients_of(model).items()}
    params = [(node, name) for node in model.walk() for name in node.param_names]
    assert len(found) == len(params)
    rng = np.random.default_rng(5)
    for node, name in params:
        for index in rng.integers(node.get_param(name).size, size=4):
            expected = numeric_gradient(loss, node, name, index)
            actual = found[node.id, name].flat[index]
            assert actual == pytest.approx(expected, rel=1e-3, abs=1e-7)


@pytest.mark.parametrize(("create", "factor"), CREATE)
def test_evaluation_is_repeatable_and_changes_nothing(make_model, make_docs, create, factor):
    docs = make_docs(9, 1, 30)
    model = make_model(create, docs)
    pretraining = model.attrs["pretraining"]
    pretraining.update(docs, 0.5)
    before = {key: array.copy() for key, array in gradients_of(model).items()}

    with random.Streams(3).use("masking") as generator:
        state = generator.bit_generator.state
        first, second = pretraining.evaluate(docs), pretraining.evaluate(docs)
        assert generator.bit_generator.state == state

    assert first == second
    assert first.n_items > 0
    for key, array in gradients_of(model).items():
        np.testing.assert_array_equal(array, before[key])


@pytest.mark.parametrize(("create", "factor"), CREATE)
def test_batches_without_words_have_no_loss(make_model, make_docs, create, factor):
    model = make_model(create, make_docs(3))
    pretraining = model.attrs["pretraining"]

    for docs in ([], make_docs(0, 0)):
        assert pretraining.update(docs, 0.2).n_items == 0
        assert pretraining.evaluate(docs).n_items == 0


def test_the_cosine_loss_is_that_of_thinc():
    rng = np.random.default_rng(0)
    predicted, known = rng.normal(size=(2, 7, 4))
    known[2] = 0

    loss, gradient = cosine_distance(predicted, known)

    expected = CosineDistance(normalize=False, ignore_zeros=True)
    assert loss == pytest.approx(float(expected.get_loss(predicted, known)))
    np.testing.assert_allclose(gradient, expected.get_grad(predicted, known), atol=1e-12)


def test_attributes_are_learned_from_the_context(make_docs, vocab):
    """Whether a hidden word has two letters or one follows from the word before."""
    pairs = [Doc(vocab, words=["a", "bb", "c", "d"]) for _ in range(100)]
    architecture = registry.architectures.get("kernel.HashEmbedCNN.v2")
    tok2vec = architecture(width=16, depth=1, embed_size=100)
    create = pretrain_attributes(hidden_size=16, attrs=["SHAPE"], rows=[30])
    model = create(vocab, tok2vec)
    model.initialize(X=pairs[:1])
    pretraining = model.attrs["pretraining"]
    before = pretraining.evaluate(pairs).mean
    optimizer = Adam(0.01)

    with random.Streams(0).use("masking"):
        for _ in range(30):
            pretraining.update(pairs, 0.0)
            model.finish_update(optimizer)

    assert before == pytest.approx(np.log(30), rel=1e-3)
    # Only a word whose neighbours are hidden, too, is uncertain.
    assert pretraining.evaluate(pairs).mean < 0.15


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"attrs": ["NORM"], "rows": [5, 6]}, "`attrs` names 1 attributes, but `rows` gives 2"),
        ({"attrs": ["TAG"], "rows": [5]}, "contains TAG, which depends on the sentence"),
        ({"attrs": ["NRM"], "rows": [5]}, "NRM"),
    ],
)
def test_wrong_attributes_are_refused(settings, message):
    with pytest.raises(KernelError, match=message):
        pretrain_attributes(**settings)


def test_vectors_are_needed(make_docs, vocab, make_tok2vec):
    vocab.vectors = Vectors(strings=vocab.strings)

    with pytest.raises(ArgumentError, match="the vocabulary has none"):
        pretrain_vectors(**SIZES, loss="L2")(vocab, make_tok2vec())


def test_an_unknown_loss_is_refused():
    with pytest.raises(ArgumentError, match="cosine, L2, not 'L1'"):
        pretrain_vectors(**SIZES, loss="L1")


def test_layers_without_an_array_per_doc_are_refused(vocab, make_docs):
    layer = Linear(2, 2)
    model = pretrain_characters(**SIZES, n_characters=2)(vocab, layer)
    layer._func = lambda model, X, is_train: (np.zeros((3, 2)), None)

    with pytest.raises(ArgumentError, match="an array per doc, but `linear` returns ndarray"):
        model.attrs["pretraining"].update(make_docs(3), 0.0)


SPACY = """
import json, sys, numpy, spacy
from spacy.util import registry
words, vectors, sizes, cases = json.load(sys.stdin)
vocab = spacy.blank("en").vocab
for word, vector in vectors.items():
    vocab.set_vector(word, numpy.array(vector, "float32"))
docs = [spacy.tokens.Doc(vocab, words=each) for each in words]
tok2vec = registry.architectures.get("spacy.HashEmbedCNN.v2")(
    width=6, depth=1, embed_size=20, window_size=1, maxout_pieces=2, subword_features=True,
    pretrained_vectors=None,
)
for name, settings, predicted in cases:
    create = registry.architectures.get(name)(**sizes, **settings)
    model = create(vocab, tok2vec)
    loss, gradient = model.attrs["loss"](model.ops, docs, numpy.array(predicted, "float32"))
    print(json.dumps([float(loss), gradient.tolist()]))
"""


def test_losses_are_those_of_spacy(make_model, make_docs, vocab):
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    docs, rng = make_docs(9, 1, 6), np.random.default_rng(2)
    cases = [
        ("PretrainCharacters", {"n_characters": 3}, 768),
        ("PretrainVectors", {"loss": "cosine"}, 4),
        ("PretrainVectors", {"loss": "L2"}, 4),
    ]
    predicted = [rng.normal(size=(16, width)).astype("float32") for _, _, width in cases]
    vectors = {vocab.strings[key]: row.tolist() for key, row in vocab.vectors.items()}
    given = [
        [doc.words() for doc in docs],
        vectors,
        SIZES,
        [
            (f"spacy.{name}.v1", settings, array.tolist())
            for (name, settings, _), array in zip(cases, predicted, strict=True)
        ],
    ]

    done = subprocess.run(
        [python, "-c", SPACY], input=json.dumps(given), capture_output=True, text=True, check=True
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()[-3:]]
    # spaCy divides the loss of vectors by the number of tokens, that of "L2" twice.
    for (name, settings, _), array, (loss, gradient), scale in zip(
        cases, predicted, lines, (1, 16, 16**2), strict=True
    ):
        model = make_model(
            registry.architectures.get(f"spacy.{name}.v1")(**SIZES, **settings), docs
        )
        pretraining = model.attrs["pretraining"]
        found, found_gradient = pretraining.loss(model.ops, DocBatch(docs), np.arange(16), array)
        assert found == pytest.approx(loss * scale, rel=1e-5)
        np.testing.assert_allclose(found_gradient / 16, gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("create", "changed", "message"),
    [
        (pretrain_characters, {"n_characters": 0}, "`n_characters` must be at least 1, got 0"),
        (pretrain_characters, {"maxout_pieces": 0, "n_characters": 1}, "`maxout_pieces` must be"),
        (pretrain_vectors, {"hidden_size": 0, "loss": "L2"}, "`hidden_size` must be"),
        (pretrain_attributes, {"attrs": ["NORM"], "rows": [1]}, "at least 2 for NORM, got 1"),
        (pretrain_attributes, {"attrs": [], "rows": []}, "`attrs` is empty"),
        (pretrain_attributes, {"mask_rate": 0.0}, "`mask_rate` must be above 0"),
        (pretrain_attributes, {"mask_rate": float("nan")}, "`mask_rate` must be above 0"),
    ],
)
def test_impossible_sizes_are_refused(create, changed, message):
    with pytest.raises(ArgumentError, match=message):
        create(**{**SIZES, **changed})
