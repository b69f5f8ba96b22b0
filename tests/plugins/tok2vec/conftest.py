"""Small docs and small models, and the layers of Thinc that define what the models compute."""

import numpy as np
import pytest
import thinc.api
from thinc.types import Ragged

from kernel.text import Doc, Vocab
from kernel_plugin_tok2vec import architectures

WORDS = [
    "The",
    "the",
    "cat",
    "sat",
    "on",
    "a",
    "mat",
    ",",
    "and",
    "London's",
    "2nd",
    "cat",
    "did",
    "not",
    ":",
    "naïve",
    "東京",
    "x",
    "X",
]
ATTRS = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def make_docs(vocab):
    """Docs of these lengths, with random words."""

    def make(*lengths, seed=0):
        rng = np.random.default_rng(seed)
        return [Doc(vocab, words=list(rng.choice(WORDS, length))) for length in lengths]

    return make


@pytest.fixture
def make_tok2vec():
    def make(width=8, depth=2, window=1, pieces=3, rows=(50, 20, 30, 20), seed=0, dtype="float32"):
        model = architectures.tok2vec(
            architectures.multi_hash_embed(width, ATTRS[: len(rows)], list(rows), False),
            architectures.maxout_window_encoder(width, window, pieces, depth),
        )
        model.initialize()
        return randomize(model, seed=seed, dtype=dtype)

    return make


@pytest.fixture
def reference():
    """A function that builds the reference of a model from Thinc's layers with the same weights."""

    def build(model):
        embed, encode = model.get_ref("embed"), model.get_ref("encode")
        made = thinc.api.chain(reference_embed(embed), reference_encode(encode))
        copy_weights(model, made)
        return made

    return build


def randomize(model, *, seed, dtype):
    """Set every weight to a random value, including biases and scales."""
    rng = np.random.default_rng(seed)
    for node, name in weights_of(model):
        shape = node.get_param(name).shape
        drawn = rng.normal(size=shape) * 0.3 + (name == "G")
        node.set_param(name, drawn.astype(dtype))
    return model


def weights_of(model):
    return [(node, name) for node in model.walk(order="dfs_pre") for name in node.param_names]


def copy_weights(source, target):
    for (node, name), (other, other_name) in zip(
        weights_of(source), weights_of(target), strict=True
    ):
        assert (node.name, name) == (other.name, other_name)
        other.set_param(name, node.get_param(name).copy())
        for dim in node.dim_names:
            if node.has_dim(dim):
                other.set_dim(dim, node.get_dim(dim))


def reference_embed(embed):
    width = embed.get_dim("nO")
    columns = embed.attrs["columns"]
    tables = [node for node in embed.layers if node.name == "hashembed"]

    def extract(model, docs, is_train):
        shape = -1, len(columns)
        arrays = [doc.to_array(columns).astype("uint64").reshape(shape) for doc in docs]
        flat = np.concatenate(arrays) if arrays else np.zeros((0, len(columns)), "uint64")
        return Ragged(flat, np.array([len(doc) for doc in docs], "i")), lambda dY: []

    hashed = [
        thinc.api.HashEmbed(
            width, node.get_dim("nV"), seed=node.attrs["seed"], column=node.attrs["column"]
        )
        for node in tables
    ]
    side_by_side = thinc.api.concatenate(*hashed) if len(hashed) > 1 else hashed[0]
    mixer = thinc.api.Maxout(width, width * len(tables), nP=3, normalize=True, dropout=0.0)
    return thinc.api.chain(
        thinc.api.Model("extract", extract),
        thinc.api.with_array(side_by_side),
        thinc.api.with_array(mixer),
        thinc.api.ragged2list(),
    )


def reference_encode(encode):
    width, window = encode.get_dim("nO"), encode.attrs["window_size"]
    pieces = encode.layers[0].get_dim("nP")
    depth = len(encode.layers) // 3
    block = thinc.api.residual(
        thinc.api.chain(
            thinc.api.expand_window(window),
            thinc.api.Maxout(
                width, width * (2 * window + 1), nP=pieces, normalize=True, dropout=0.0
            ),
        )
    )
    return thinc.api.with_array(thinc.api.clone(block, depth), pad=window * depth)
