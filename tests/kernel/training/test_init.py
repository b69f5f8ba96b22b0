"""Initialization: which components get weights, and from which random numbers."""

from functools import partial

import numpy as np
import pytest

import kernel
from kernel import load
from kernel.config import Config
from kernel.errors import ConfigError, DataError, KernelError
from kernel.registry import registry
from kernel.text import Doc, DocBin
from kernel.training import init_nlp, settings
from kernel.training.initialize import frozen_listeners


def weights(nlp, name="guess"):
    return nlp.get_pipe(name).model.get_param("W")


def test_seed_decides_the_weights(toys):
    one, two = (weights(init_nlp(toys.make_config(seed=5))) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, weights(init_nlp(toys.make_config(seed=6))))


def test_adding_a_component_leaves_the_weights_of_another(toys):
    alone = weights(init_nlp(toys.make_config()))
    both = init_nlp(toys.make_config(pipeline=["other", "guess"], noise=0.5))
    assert np.array_equal(weights(both), alone)
    assert not np.array_equal(weights(both, "other"), alone)


def test_frozen_component_is_not_initialized(toys):
    nlp = init_nlp(toys.make_config(pipeline=["guess", "other"], frozen_components=["other"]))
    assert nlp.get_pipe("other").model.has_param("W") is None
    assert nlp.pipe_names == ["guess", "other"]


@pytest.mark.parametrize("frozen", [True, False])
def test_sourced_component_keeps_its_weights(toys, trained, frozen):
    frozen_components = ["guess"] if frozen else []
    config = toys.make_config(sources={"guess": trained}, frozen_components=frozen_components)
    assert np.array_equal(weights(init_nlp(config)), weights(load(trained)))


def test_streamed_corpus_is_read_as_far_as_100_examples(toys, monkeypatch):
    counts = []
    make_corpus = toys.make_corpus(500)

    def count(nlp):
        counts.append(0)
        for example in make_corpus(nlp):
            counts[-1] += 1
            yield example

    monkeypatch.setattr(settings, "resolve_dot_names", lambda *_: [count, count])
    init_nlp(toys.make_config(max_epochs=-1))
    assert max(counts) <= 128
    counts.clear()
    init_nlp(toys.make_config())
    assert max(counts) == 500


def test_missing_settings_get_their_defaults(toys):
    config = toys.make_config(seed=0)
    for name in ("seed", "gpu_allocator", "before_update", "logger"):
        config["training"].pop(name, None)
    nlp = init_nlp(config)
    assert np.array_equal(weights(nlp), weights(init_nlp(toys.make_config(seed=0))))
    assert nlp.config["training"]["seed"] == "${system.seed}"
    assert nlp.config["training"]["logger"]["@loggers"] == "kernel.ConsoleLogger.v1"


def test_unknown_gpu_is_an_error(toys):
    config = toys.make_config(gpu_allocator=None)
    with pytest.raises(KernelError, match="GPU 7 cannot be used: CuPy is not"):
        init_nlp(config, use_gpu=7)


@pytest.mark.parametrize(
    ("upstream", "frozen", "expected"),
    [
        pytest.param("*", ["head"], [("head", "second")], id="any-hears-the-last"),
        pytest.param("first", ["head"], [("head", "first")], id="by-name"),
        pytest.param("first", ["head", "first"], [], id="both-frozen"),
        pytest.param("first", ["first"], [], id="shared-layer-alone"),
    ],
)
def test_frozen_listener_of_a_learning_layer_is_found(upstream, frozen, expected):
    own = {"@architectures": "kernel.HashEmbedCNN.v2", "width": 8, "depth": 1, "embed_size": 50}
    listener = {"@architectures": "kernel.Tok2VecListener.v1", "width": 8, "upstream": upstream}
    nlp = kernel.blank("en")
    for name in ("first", "second"):
        nlp.add_pipe("tok2vec", name, config={"model": own})
    nlp.add_pipe("tagger", "head", config={"model": {"tok2vec": listener}})
    assert frozen_listeners(nlp, frozen) == expected


@pytest.mark.parametrize(
    ("kind", "setting", "message"),
    [
        ("optimizers", "optimizer", "no `step_schedules` and no `averages`"),
        ("loggers", "logger", "`test.nothing.v1` makes something else"),
        ("batchers", "batcher", "`test.nothing.v1` makes something else"),
    ],
)
def test_objects_of_another_kind_are_refused(toys, kind, setting, message):
    made = partial(int) if kind == "optimizers" else 3
    make_nothing.result = made
    if not registry.has(kind, "test.nothing.v1"):
        registry.of(kind).register("test.nothing.v1")(make_nothing)
    config = toys.make_config()
    config["training"][setting] = {f"@{kind}": "test.nothing.v1"}
    with pytest.raises(ConfigError, match=message):
        init_nlp(config)


def make_nothing():
    return make_nothing.result


def test_training_without_labels_is_refused(tmp_path):
    vocab = kernel.blank("en").vocab
    DocBin(docs=[Doc(vocab, words=["no", "entities"], ents=["O", "O"])]).to_disk(
        tmp_path / "plain.spacy"
    )
    corpus = {"@readers": "spacy.Corpus.v1", "path": str(tmp_path / "plain.spacy")}
    config = {
        "nlp": {"lang": "en", "pipeline": ["ner"]},
        "components": {"ner": {"factory": "ner"}},
        "corpora": {"train": corpus, "dev": corpus},
    }

    with pytest.raises(DataError, match="component `ner` found no labels in the examples"):
        init_nlp(Config(config))
    labels = {"labels": ["PERSON"]}
    nlp = init_nlp(Config({**config, "initialize": {"components": {"ner": labels}}}))
    assert nlp.get_pipe("ner").labels == ("PERSON",)
