"""`initialize.init_tok2vec`: training starts with pretrained weights."""

import io

import numpy as np
import pytest

import kernel
from kernel.errors import ConfigError, KernelError
from kernel.training import init_nlp, train

pytestmark = pytest.mark.usefixtures("quick_disk")


@pytest.fixture
def weights(run, tmp_path):
    return run(tmp_path / "pretrained", max_epochs=1) / "model-last.bin"


@pytest.fixture
def corpus(tmp_path):
    nlp = kernel.blank("en")
    doc = nlp.make_doc("the ship sailed")
    for token, tag in zip(doc, ["DT", "NN", "VBD"], strict=True):
        token.tag_ = tag
    path = tmp_path / "train.spacy"
    kernel.DocBin(docs=[doc]).to_disk(path)
    return path


@pytest.fixture
def config_with(make_config, corpus):
    """A config for training with a file of pretrained weights."""

    def make(weights, **more):
        config = make_config(**more.pop("pretraining", {}))
        config["paths"].update(train=str(corpus), dev=str(corpus))
        config["initialize"] = {"init_tok2vec": None if weights is None else str(weights)}
        config["training"] = {"max_steps": 2, "eval_frequency": 1}
        return config

    return make


def table_of(nlp):
    layers = nlp.get_pipe("tok2vec").model.walk()
    return next(node.get_param("E") for node in layers if "E" in node.param_names)


def test_training_starts_with_the_weights(config_with, weights):
    plain, pretrained = (init_nlp(config_with(each)) for each in (None, weights))
    assert pretrained.get_pipe("tok2vec").model.to_bytes() == weights.read_bytes()
    assert not np.array_equal(table_of(plain), table_of(pretrained))


def test_other_components_are_initialized_as_without(config_with, weights):
    plain, pretrained = (init_nlp(config_with(each)) for each in (None, weights))
    one, other = (nlp.get_pipe("tagger").model.to_bytes() for nlp in (plain, pretrained))
    assert one == other


def test_training_shows_that_the_weights_are_used(config_with, weights):
    nlp = init_nlp(config_with(weights))
    out = io.StringIO()
    train(nlp, stdout=out)
    line = f"of the component `tok2vec`, from {weights}\n"
    assert "Pretrained weights: " in out.getvalue()
    assert line in out.getvalue()


def test_weights_go_to_the_layer_that_pretraining_names(config_with, weights):
    config = config_with(weights, pretraining={"component": "tagger", "layer": "tok2vec"})
    nlp = init_nlp(config)
    assert nlp.get_pipe("tok2vec").model.to_bytes() == weights.read_bytes()


def test_without_a_section_they_go_to_the_component_tok2vec(config_with, weights):
    config = config_with(weights)
    del config["pretraining"]
    nlp = init_nlp(config)
    assert nlp.get_pipe("tok2vec").model.to_bytes() == weights.read_bytes()


def unfit(config):
    config["components"]["tok2vec"]["model"]["embed_size"] = 70


def deeper(config):
    config["components"]["tok2vec"]["model"]["depth"] = 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(unfit, "layer 3, `hashembed`: `nV` is 60, expected 70", id="size"),
        pytest.param(deeper, "; the first that differs, layer ", id="depth"),
    ],
)
def test_weights_of_another_layer_are_refused_before_data_is_read(
    config_with, weights, corpus, change, message
):
    config = config_with(weights)
    change(config)
    corpus.unlink()
    with pytest.raises(KernelError) as caught:
        init_nlp(config)
    text = str(caught.value)
    assert str(weights) in text
    assert "component `tok2vec`" in text
    assert message in text


def test_missing_file_is_named_before_data_is_read(config_with, corpus, tmp_path):
    corpus.unlink()
    with pytest.raises(KernelError, match=r"nowhere\.bin.*no such file.*component `tok2vec`"):
        init_nlp(config_with(tmp_path / "nowhere.bin"))


def test_damaged_file_is_named(config_with, weights):
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(KernelError, match=r"model-last\.bin"):
        init_nlp(config_with(weights))


def test_component_that_does_not_exist_is_named(config_with, weights):
    with pytest.raises(ConfigError, match="no component `tok2wec`"):
        init_nlp(config_with(weights, pretraining={"component": "tok2wec"}))


def test_run_with_pretrained_weights_is_resumed(config_with, weights, tmp_path):
    config = config_with(weights)
    for steps in (2, 4):
        config["training"]["max_steps"] = steps
        out = io.StringIO()
        nlp = init_nlp(config)
        train(nlp, tmp_path / "out", resume=steps == 4, stdout=out)
    config["training"]["max_steps"] = 4
    train(init_nlp(config), tmp_path / "whole", stdout=io.StringIO())
    one, other = (
        (tmp_path / name / "model-last" / "tok2vec" / "model").read_bytes()
        for name in ("out", "whole")
    )
    assert one == other
