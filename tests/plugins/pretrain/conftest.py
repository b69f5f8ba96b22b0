"""A small pipeline, raw text, and an objective that learns in milliseconds."""

import hashlib
import json
import os

import numpy as np
import pytest
from thinc.api import Linear, chain, list2array

from kernel.config import Config
from kernel.pipeline import set_dropout_rate
from kernel.random import generator
from kernel.registry import registry
from kernel_plugin_pretrain.objectives.protocol import Loss
from kernel_plugin_pretrain.pretraining import pretrain

WORDS = [
    "the",
    "ship",
    "sailed",
    "from",
    "a",
    "port",
    "at",
    "dawn",
    "and",
    "nobody",
    "saw",
    "it",
    "leave",
    "again",
]


@registry.architectures("toy.Objective.v1")
def toy_objective(n_buckets: int = 8):
    """Predict the bucket of some words."""

    def create(vocab, tok2vec):
        model = chain(tok2vec, list2array(), Linear(n_buckets, tok2vec.get_dim("nO")))
        model.attrs["pretraining"] = Toy(model, n_buckets)
        return model

    return create


class Toy:
    def __init__(self, model, n_buckets):
        self.model = model
        self.n_buckets = n_buckets

    def update(self, docs, drop):
        set_dropout_rate(self.model, drop)
        predicted, backprop = self.model.begin_update(docs)
        selected = np.flatnonzero(generator().random(len(predicted)) < 0.5)
        loss, gradient = self.loss(docs, predicted, selected)
        backprop(gradient)
        return loss

    def evaluate(self, docs):
        predicted = self.model.predict(docs)
        return self.loss(docs, predicted, np.arange(0, len(predicted), 2))[0]

    def loss(self, docs, predicted, selected):
        words = [token.text for doc in docs for token in doc]
        gradient = np.zeros_like(predicted)
        for index in selected.tolist():
            bucket = hashlib.blake2b(words[index].encode(), digest_size=1).digest()[0]
            gradient[index] = predicted[index]
            gradient[index, bucket % self.n_buckets] -= 1
        total = float((gradient**2).sum())
        return Loss(total, len(selected)), gradient / max(len(selected), 1)


@registry.architectures("toy.OtherProtocol.v1")
def other_protocol():
    """The same, as an objective for spaCy."""

    def create(vocab, tok2vec):
        model = chain(tok2vec, list2array(), Linear(4, tok2vec.get_dim("nO")))

        def loss(ops, docs, predicted):
            target = np.array([len(token.text) % 4 for doc in docs for token in doc])
            gradient = predicted - np.eye(4, dtype="float32")[target]
            return (gradient**2).sum(), gradient / len(gradient)

        model.attrs["loss"] = loss
        return model

    return create


@pytest.fixture
def quick_disk(monkeypatch):
    """Do not wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def raw_text(tmp_path):
    path = tmp_path / "raw.jsonl"
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, size=rng.integers(3, 9))) for _ in range(60)]
    path.write_text("".join(f"{json.dumps({'text': text})}\n" for text in texts))
    return path


@pytest.fixture
def make_config(raw_text):
    """The config of a small pipeline, with these settings of `[pretraining]`."""

    def make(**pretraining):
        return Config(
            {
                "paths": {"raw_text": str(raw_text)},
                "nlp": {"lang": "en", "pipeline": ["tok2vec", "tagger"]},
                "components": {
                    "tok2vec": {
                        "factory": "tok2vec",
                        "model": {
                            "@architectures": "kernel.HashEmbedCNN.v2",
                            "width": 8,
                            "depth": 1,
                            "embed_size": 60,
                            "window_size": 1,
                            "maxout_pieces": 2,
                            "subword_features": True,
                            "pretrained_vectors": None,
                        },
                    },
                    "tagger": {
                        "factory": "tagger",
                        "model": {
                            "@architectures": "kernel.Tagger.v2",
                            "tok2vec": {
                                "@architectures": "kernel.Tok2VecListener.v1",
                                "width": 8,
                            },
                        },
                    },
                },
                "corpora": {
                    "pretrain": {
                        "@readers": "kernel.JsonlCorpus.v1",
                        "path": "${paths.raw_text}",
                    }
                },
                "pretraining": {
                    "max_epochs": 3,
                    "batcher": {"@batchers": "kernel.batch_by_words.v1", "size": 60},
                    "objective": {"@architectures": "toy.Objective.v1"},
                    **pretraining,
                },
            }
        )

    return make


@pytest.fixture
def run(make_config):
    """Pretrain: `run(output, resume=True, max_epochs=3)`."""

    def start(output, *, resume=False, overwrite=False, config=None, arguments=None, **settings):
        config = make_config(**settings) if config is None else config
        pretrain(config, output, resume=resume, overwrite=overwrite, **(arguments or {}))
        return output

    return start


@pytest.fixture
def files_of():
    """The bytes of all files that a run leaves, without the checkpoint."""

    def read(output):
        return {
            path.name: path.read_bytes()
            for path in sorted(output.iterdir())
            if path.is_file() and path.name != ".lock"
        }

    return read


@pytest.fixture
def log_of():
    def read(output):
        return [json.loads(line) for line in output.joinpath("log.jsonl").read_text().splitlines()]

    return read
