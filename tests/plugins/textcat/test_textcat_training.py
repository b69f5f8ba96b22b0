"""The components in a run: resumed, frozen, sourced, listening, annotating."""

import io
import os

import numpy as np
import pytest

import kernel
from kernel.config import Config
from kernel.registry import registry
from kernel.testing import component_checks
from kernel.text import Doc, Example
from kernel.training import init_nlp, loop, train
from kernel.training.packing import read_arrays

WORDS = ["good", "bad", "film", "soup", "the", "a", "very", "not"]
BOW = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 2,
    "no_output_layer": False,
    "length": 512,
    "nO": None,
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 8, "upstream": "*"}
TOK2VEC = {
    "factory": "tok2vec",
    "model": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "width": 8,
        "depth": 1,
        "embed_size": 40,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
    },
}
ENSEMBLE = {
    "@architectures": "kernel.TextCatEnsemble.v2",
    "nO": None,
    "tok2vec": LISTENER,
    "linear_model": BOW,
}
CNN = {
    "@architectures": "kernel.TextCatCNN.v2",
    "nO": None,
    "tok2vec": LISTENER,
    "exclusive_classes": False,
}
PIPELINES = {
    "bow": {"textcat": {"factory": "textcat", "model": BOW}},
    "shared": {
        "tok2vec": TOK2VEC,
        "textcat": {"factory": "textcat", "model": ENSEMBLE},
        "textcat_multilabel": {"factory": "textcat_multilabel", "model": CNN},
    },
}


class CrashError(Exception):
    pass


def read(n_docs, seed):
    def corpus(nlp):
        rng = np.random.default_rng(seed)
        for _ in range(n_docs):
            words = rng.choice(WORDS, rng.integers(1, 8)).tolist()
            gold = Doc(nlp.vocab, words=words)
            is_good = words.count("good") > words.count("bad")
            gold.cats = {"GOOD": float(is_good), "OTHER": float(not is_good)}
            yield Example(Doc(nlp.vocab, words=words), gold)

    return corpus


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="module", autouse=True)
def corpus():
    registry.readers.register("test_textcat.Corpus.v1")(read)


def make_config(components, **training):
    settings = {
        "seed": 3,
        "gpu_allocator": None,
        "dropout": 0.2,
        "max_steps": 12,
        "eval_frequency": 5,
        "batcher": {"@batchers": "kernel.batch_by_sequence.v1", "size": 6},
        "optimizer": {"@optimizers": "Adam.v1", "learn_rate": 0.02},
        "logger": {"@loggers": "kernel.ConsoleLogger.v1"},
    }
    return Config(
        {
            "nlp": {"lang": "xx", "pipeline": list(components)},
            "components": components,
            "corpora": {
                "train": {"@readers": "test_textcat.Corpus.v1", "n_docs": 40, "seed": 1},
                "dev": {"@readers": "test_textcat.Corpus.v1", "n_docs": 20, "seed": 2},
            },
            "training": {**settings, **training},
        }
    )


@pytest.fixture
def fit():
    def fit(components, output=None, *, resume=False, **training):
        nlp = init_nlp(make_config(components, **training))
        streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        train(nlp, output, resume=resume, **streams)
        return nlp

    return fit


def bytes_of(output):
    arrays = read_arrays(output / "checkpoint" / "weights.npz")
    models = sorted(output.glob("model-*/*/model"))
    return {
        **{name: array.tobytes() for name, array in arrays.items()},
        **{str(path.relative_to(output)): path.read_bytes() for path in models},
    }


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize("step", [3, 9])
def test_resumed_run_ends_with_the_same_bytes(fit, tmp_path, monkeypatch, pipeline, step):
    components = PIPELINES[pipeline]
    fit(components, tmp_path / "whole")
    take_step = loop.take_step

    def crashing(run, epoch, examples):
        if run.step == step:
            raise CrashError
        take_step(run, epoch, examples)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "take_step", crashing)
        with pytest.raises(CrashError):
            fit(components, tmp_path / "parts")
    fit(components, tmp_path / "parts", resume=True)
    assert bytes_of(tmp_path / "parts") == bytes_of(tmp_path / "whole")


def test_listeners_train_the_shared_layer(fit):
    nlp = fit(PIPELINES["shared"])
    before = init_nlp(make_config(PIPELINES["shared"])).get_pipe("tok2vec").model.to_bytes()
    assert nlp.get_pipe("tok2vec").model.to_bytes() != before
    scores = nlp.evaluate(list(read(30, 5)(nlp)))
    assert scores["cats_macro_auc"] > 0.6


def test_frozen_component_stays_as_it_is_and_is_still_scored(fit, tmp_path):
    fit(PIPELINES["shared"], tmp_path)
    source = {"source": str(tmp_path / "model-last")}
    components = {
        "tok2vec": source,
        "textcat": source,
        "textcat_multilabel": PIPELINES["shared"]["textcat_multilabel"],
    }
    before = kernel.load(tmp_path / "model-last").get_pipe("textcat").to_bytes()
    nlp = fit(components, frozen_components=["tok2vec", "textcat"], max_steps=5)
    assert nlp.get_pipe("textcat").to_bytes() == before
    assert "cats_score" in nlp.evaluate(list(read(10, 5)(nlp)))


def test_annotating_component_shows_its_labels_to_the_next(fit):
    seen = []

    @kernel.Language.component("test_textcat_watch")
    def watch(doc):
        seen.append(dict(doc.cats))
        return doc

    components = {**PIPELINES["bow"], "watch": {"factory": "test_textcat_watch"}}
    fit(components, annotating_components=["textcat", "watch"], max_steps=3)
    assert seen
    assert all(set(cats) == {"GOOD", "OTHER"} for cats in seen)


def make_examples(nlp):
    return list(read(12, 7)(nlp))


NAMES = ("textcat", "textcat_multilabel")
CHECKS = [check for name in NAMES for check in component_checks(name, make_examples)]


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_component_keeps_the_rules(check):
    check()
