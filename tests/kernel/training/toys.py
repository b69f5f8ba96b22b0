"""A pipeline small enough to train in milliseconds, which draws random numbers from every source.

Run as a script it trains: `python toys.py OUTPUT [--resume] [--n-steps N] [--pause SECONDS]`.
"""

import argparse
import random
import sys
import time
import zlib
from pathlib import Path

import numpy as np
from thinc.api import Model

from kernel import Language, hookimpl
from kernel.config import Config
from kernel.pipeline import TrainablePipe, first_examples
from kernel.random import generator
from kernel.registry import registry
from kernel.scoring import StreamingScorer
from kernel.text import Doc, Example
from kernel.training import init_nlp, train

N_BUCKETS = 64
WORDS = [
    "ada",
    "ben",
    "cat",
    "dog",
    "elm",
    "fig",
    "gnu",
    "hat",
    "ink",
    "jay",
    "kit",
    "log",
    "mug",
    "nut",
    "oak",
    "pen",
]


class GuessAccuracy:
    def __init__(self, **_):
        self.right = self.total = 0

    def update(self, examples):
        for example in examples:
            best = max(example.predicted.cats, key=example.predicted.cats.get)
            self.right += example.reference.cats[best] == 1.0
            self.total += 1

    def merge(self, other):
        self.right += other.right
        self.total += other.total

    def result(self):
        return {
            "toy_acc": self.right / self.total if self.total else None,
            "toy_detail": {"n": self.total},
        }


def features(docs):
    """Return counts of words by bucket, (n_docs, N_BUCKETS)."""
    X = np.zeros((len(docs), N_BUCKETS), dtype="f")
    for row, doc in enumerate(docs):
        for token in doc:
            X[row, zlib.crc32(token.text.encode()) % N_BUCKETS] += 1
    return X


def forward(model, docs, is_train):
    rate = model.attrs["dropout_rate"] if is_train else 0.0
    W, b = model.get_param("W"), model.get_param("b")
    X = features(docs)
    if rate:
        # From all three sources, so that a stream that is not restored is noticed.
        X *= (generator().random(X.shape) >= rate) / (1 - rate)
        X *= np.random.uniform(0.9, 1.1, X.shape)  # noqa: NPY002
        X *= random.uniform(0.9, 1.1)
    logits = X @ W + b
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    Y = odds / odds.sum(axis=1, keepdims=True)

    def backprop(dY):
        model.inc_grad("W", (X.T @ dY).astype("f"))
        model.inc_grad("b", dY.sum(axis=0).astype("f"))
        return []

    return Y, backprop


class Guesser(TrainablePipe):
    """Predicts the category of a doc."""

    def __init__(self, nlp, name):
        self.vocab, self.name, self.cfg = nlp.vocab, name, {}
        self.scorer = StreamingScorer(GuessAccuracy)
        self.model = Model(
            "guess", forward, params={"W": None, "b": None}, attrs={"dropout_rate": 0.0}
        )
        self.found = []

    @property
    def labels(self):
        return tuple(self.found)

    def initialize(self, get_examples, *, nlp=None):
        first_examples(get_examples)
        self.found = sorted({label for eg in get_examples() for label in eg.reference.cats})
        self.model.set_param("W", generator().normal(size=(N_BUCKETS, len(self.found))).astype("f"))
        self.model.set_param("b", np.zeros(len(self.found), dtype="f"))

    def set_annotations(self, docs, predictions):
        for doc, row in zip(docs, predictions, strict=True):
            doc.cats = dict(zip(self.found, map(float, row), strict=True))

    def get_loss(self, examples, scores):
        gold = np.array(
            [[eg.reference.cats[label] for label in self.found] for eg in examples], dtype="f"
        )
        return float(((scores - gold) ** 2).sum()), (scores - gold) / len(examples)

    def _writers(self):
        return {**super()._writers(), "labels": lambda: "\n".join(self.found).encode()}

    def _readers(self):
        def read(data):
            self.found = data.decode().split("\n")

        return {"labels": read, **super()._readers()}


@Language.factory("toy_guesser", default_score_weights={"toy_acc": 1.0, "toy_detail": None})
def make_guesser(nlp, name):
    return Guesser(nlp, name)


@registry.readers("toy.Corpus.v1")
def make_corpus(n_docs: int, seed: int = 0, noise: float = 0.0):
    """Docs of 1 to 9 words; with noise, an augmenter swaps words by Python's random numbers."""

    def read(nlp):
        source = np.random.default_rng(seed)
        for _ in range(n_docs):
            words = source.choice(WORDS, size=source.integers(1, 10)).tolist()
            reference = Doc(nlp.vocab, words=words)
            kind = "late" if np.mean([word > "h" for word in words]) > 0.5 else "early"
            reference.cats = {"early": float(kind == "early"), "late": float(kind == "late")}
            if random.random() < noise:
                words[0] = random.choice(WORDS)
            yield Example(Doc(nlp.vocab, words=words), reference)

    return read


def make_config(**training):
    """Return a complete config; `training` overrides keys of that section.

    `factory` is that of all components that have no source; `sources` are
    {component: folder of a trained pipeline whose `guess` it is}.
    """
    sizes = {"@schedules": "compounding.v1", "start": 2, "stop": 9, "compound": 1.05}
    noise = training.pop("noise", 0.0)
    n_docs = training.pop("n_docs", 30)
    pipeline = training.pop("pipeline", ["guess"])
    factory = training.pop("factory", "toy_guesser")
    components = {name: {"factory": factory} for name in pipeline}
    for name, folder in training.pop("sources", {}).items():
        components[name] = {"source": str(folder), "component": "guess"}
    settings = {
        "seed": 3,
        "gpu_allocator": None,
        "dropout": 0.2,
        "max_steps": 20,
        "eval_frequency": 6,
        "batcher": {"@batchers": "kernel.batch_by_sequence.v1", "size": sizes},
        "optimizer": {"@optimizers": "Adam.v1", "learn_rate": 0.05, "use_averages": True},
        "logger": {"@loggers": "kernel.ConsoleLogger.v1"},
    }
    return Config(
        {
            "nlp": {"lang": "xx", "pipeline": pipeline},
            "components": components,
            "corpora": {
                "train": {"@readers": "toy.Corpus.v1", "n_docs": n_docs, "seed": 1, "noise": noise},
                "dev": {"@readers": "toy.Corpus.v1", "n_docs": 12, "seed": 2},
            },
            "training": {**settings, **training},
        }
    )


class Pause:
    """Makes steps slow, so that a run can be killed during a step."""

    def __init__(self, seconds):
        self.seconds = seconds

    @hookimpl
    def kernel_before_update(self):
        time.sleep(self.seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--n-steps", type=int, default=60)
    parser.add_argument("--pause", type=float, default=0.0)
    options = parser.parse_args()
    nlp = init_nlp(make_config(max_steps=options.n_steps, patience=0, noise=0.3))
    train(nlp, options.output, resume=options.resume, listeners=[Pause(options.pause)])


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001 — as the command line does
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(getattr(error, "exit_code", 1))
