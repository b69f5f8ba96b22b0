"""The first versions of the architectures: encoders of one array, and the layers around them."""

import numpy as np
import pytest
import thinc.api

from kernel.registry import registry
from kernel.text import Doc, Vectors, Vocab

WIDTH, DEPTH = 6, 2
ENCODERS = {
    "Maxout": {"window_size": 1, "maxout_pieces": 3, "depth": DEPTH},
    "Mish": {"window_size": 2, "depth": DEPTH},
}


def architecture(name, **settings):
    return registry.architectures.get(f"spacy.{name}.v1")(**settings)


def make_encoder(kind, version="v1"):
    func = registry.architectures.get(f"kernel.{kind}WindowEncoder.{version}")
    return randomize(func(width=WIDTH, **ENCODERS[kind]).initialize(X=given(kind, version)))


def given(kind, version):
    array = np.zeros((2, WIDTH), "float32")
    return [array] if version == "v2" else array


def reference(kind):
    """Thinc's layers with the same weights as `make_encoder`."""
    window = ENCODERS[kind]["window_size"]
    settings = {"nP": 3} if kind == "Maxout" else {}
    layer = getattr(thinc.api, kind)(
        WIDTH, WIDTH * (2 * window + 1), normalize=True, dropout=0.0, **settings
    )
    block = thinc.api.residual(thinc.api.chain(thinc.api.expand_window(window), layer))
    return randomize(thinc.api.clone(block, DEPTH).initialize(X=np.zeros((2, WIDTH), "float32")))


def randomize(model):
    rng = np.random.default_rng(1)
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            if node.has_param(name):
                drawn = rng.normal(size=node.get_param(name).shape) * 0.3 + (name == "G")
                node.set_param(name, drawn.astype("float32"))
    return model


def gradients(model):
    return [
        node.get_grad(name)
        for node in model.walk(order="dfs_pre")
        for name in node.param_names
        if node.has_grad(name)
    ]


def rows(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, WIDTH)).astype("float32")


def embed_rows():
    """A model from docs to one random array per doc, always the same."""
    return thinc.api.Model(
        "rows", lambda model, docs, is_train: ([rows(len(d), len(d)) for d in docs], list)
    )


@pytest.mark.parametrize("n", [0, 1, 2, 30, 2000], ids=str)
@pytest.mark.parametrize("kind", ENCODERS)
def test_encoder_of_an_array_predicts_like_thincs_layers(kind, n):
    found = make_encoder(kind).predict(rows(n))
    np.testing.assert_allclose(found, reference(kind).predict(rows(n)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n", [1, 30, 1000], ids=str)
def test_encoder_of_an_array_learns_like_thincs_layers(n):
    model, expected = make_encoder("Maxout"), reference("Maxout")
    outputs = []
    for each in (model, expected):
        Y, backprop = each.begin_update(rows(n))
        outputs.append((Y, backprop(rows(n, 5))))
    for found, wanted in zip(*outputs, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)
    for found, wanted in zip(gradients(model), gradients(expected), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=2e-3)


@pytest.mark.parametrize("kind", ENCODERS)
def test_tok2vec_separates_docs_like_its_second_version(kind):
    docs = [Doc(Vocab(), words=["w"] * n) for n in (3, 0, 1, 7)]
    first = architecture("Tok2Vec", embed=embed_rows(), encode=make_encoder(kind))
    second = registry.architectures.get("spacy.Tok2Vec.v2")(embed_rows(), make_encoder(kind, "v2"))
    assert set(first.ref_names) == {"embed", "encode"}
    assert first.get_dim("nO") == WIDTH
    for found, expected in zip(first.predict(docs), second.predict(docs), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("pad", [None, 2])
def test_tok2vec_pads_docs_by_the_receptive_field_of_any_encoder(pad):
    seen = []

    def forward(model, X, is_train):
        seen.append(X.shape)
        return X, lambda dY: dY

    encode = thinc.api.Model("mine", forward, attrs={} if pad is None else {"receptive_field": pad})
    docs = [Doc(Vocab(), words=["w"] * n) for n in (3, 2)]
    found = architecture("Tok2Vec", embed=embed_rows(), encode=encode).predict(docs)
    assert seen == [(5 + 3 * (pad or 0), WIDTH)]
    for array, n in zip(found, (3, 2), strict=True):
        np.testing.assert_array_equal(array, rows(n, n))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("MultiHashEmbed", {"attrs": ["NORM"], "rows": [20], "include_static_vectors": True}),
        ("CharacterEmbed", {"rows": 20, "nM": 2, "nC": 3, "include_static_vectors": True}),
        (
            "HashEmbedCNN",
            {
                "depth": 1,
                "embed_size": 20,
                "window_size": 1,
                "maxout_pieces": 2,
                "subword_features": False,
                "pretrained_vectors": True,
            },
        ),
    ],
)
def test_unknown_words_get_the_last_static_vector(name, settings):
    vocab = Vocab()
    vocab.vectors = Vectors(strings=vocab.strings, data=rows(3), keys=["cat", "dog", "sat"])
    docs = [Doc(vocab, words=["emu", "cat", "sat"])]
    model = architecture(name, width=WIDTH, **settings).initialize(X=docs)
    (static,) = (node for node in model.walk() if node.name == "static_vectors")
    (made,) = static.predict(docs)
    np.testing.assert_array_equal(made[0], made[2])
    assert abs(made[0] - made[1]).max() > 0
    assert all(len(array) == len(doc) for array, doc in zip(model.predict(docs), docs, strict=True))
