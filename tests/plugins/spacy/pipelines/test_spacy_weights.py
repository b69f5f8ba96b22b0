"""Pipelines that spaCy saved: their weights are in the right places, or the error says which not."""

import json

import numpy as np
import pytest
from thinc.api import Linear, Relu, chain

import kernel
from kernel.errors import LoadError
from kernel.files import pack, unpack
from kernel.pipeline import load_weights
from tests.plugins.spacy.pipelines.spacy_pipelines import PIPELINES, TEXTS, annotations


def predict(nlp):
    return [annotations(doc) for doc in nlp.pipe(TEXTS)]


def check_equal(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        assert ours["tokens"] == theirs["tokens"]
        assert ours["cats"] == pytest.approx(theirs["cats"], abs=2e-4)


def test_predictions_are_those_of_spacy(pipeline, predictions):
    nlp = kernel.load(pipeline)
    check_equal(predict(nlp), predictions)
    check_equal([annotations(nlp(text)) for text in TEXTS], predictions)
    tags = {token[1] for doc in predictions for token in doc["tokens"]}
    assert len(tags) > 4  # so that equal predictions mean something


def test_saved_again_it_has_the_layers_of_kernel(pipeline, predictions, tmp_path):
    kernel.load(pipeline).to_disk(tmp_path / "own")
    names = [node["name"] for node in read(tmp_path / "own" / "tok2vec")["nodes"]]
    assert names[0] == "multi_hash_embed>>maxout_window_encoder"
    check_equal(predict(kernel.load(tmp_path / "own")), predictions)


def test_it_can_be_trained_further(pipeline):
    nlp = kernel.load(pipeline)
    doc = nlp.make_doc("Anna saw boats")
    example = kernel.training.Example.from_dict(doc, {"tags": ["NOUN-X"] * 3})
    optimizer = nlp.resume_training()
    for _ in range(40):
        nlp.update([example], sgd=optimizer)
    assert [token.tag_ for token in nlp("Anna saw boats")] == ["NOUN-X"] * 3


def read(component):
    return unpack(component.joinpath("model").read_bytes())


def change(component, change_weights):
    weights = read(component)
    change_weights(weights)
    component.joinpath("model").write_bytes(pack(weights))


def index_of(weights, name, number=0):
    return [i for i, node in enumerate(weights["nodes"]) if node["name"] == name][number]


def set_param(name, param, value):
    def run(weights):
        weights["params"][index_of(weights, name)][param] = value

    return run


def set_attr(name, attr, value):
    def run(weights):
        weights["attrs"][index_of(weights, name)][attr] = pack(value)

    return run


def rename(name, other):
    def run(weights):
        weights["nodes"][index_of(weights, name)]["name"] = other

    return run


@pytest.mark.parametrize(
    ("component", "change_weights", "message"),
    [
        ("tok2vec", set_param("hashembed", "E", np.ones((9, 16), "f")), r"`E` has the shape \(9"),
        ("tok2vec", set_param("hashembed", "E", None), "some parameters are missing"),
        ("tok2vec", set_param("list2ragged", "W", np.ones(2, "f")), "its weights are not used"),
        ("tok2vec", set_attr("hashembed", "seed", 3), "`seed` is 3, expected 8"),
        ("tok2vec", set_attr("expand_window", "window_size", 2), "`window_size` is 2, but 1 in"),
        (
            "tok2vec",
            set_attr("extract_features", "columns", ["NORM", "SUFFIX", "SHAPE", "ORTH"]),
            r"layer 3, `extract_features`.* `columns` is \['NORM', 'SUFFIX', 'SHAPE', 'ORTH'\]",
        ),
        ("tok2vec", rename("maxout", "mish"), "`mish` is in the place of `maxout`"),
        ("ner", rename("precomputable_affine", "linear"), "`linear` is in the place of `precomp"),
        ("parser", set_param("linear", "b", np.ones(3, "f")), r"`b` has the shape \(3,\)"),
        (
            "textcat",
            set_param("sparse_linear", "W", np.ones(3, "f")),
            r"`W` has the shape \(3,\), not",
        ),
    ],
)
def test_weights_that_do_not_fit_are_named(pipeline, component, change_weights, message):
    change(pipeline / component, change_weights)
    with pytest.raises(LoadError, match=message) as caught:
        kernel.load(pipeline)
    assert str(pipeline / component / "model") in caught.value.message
    kernel.load(pipeline, exclude=[component])


def test_settings_that_do_not_fit_the_weights_are_named(pipeline):
    config = pipeline / "config.cfg"
    text = config.read_text(encoding="utf8")
    config.write_text(text.replace("depth = 2", "depth = 3"), encoding="utf8")
    with pytest.raises(LoadError, match=r"tok2vec.model.* has 43 layers.* has 51 others: "):
        kernel.load(pipeline)


def test_a_layer_may_be_part_of_several_layers():
    def make():
        shared = Linear(2, 2)
        return chain(shared, Relu(2, 2), shared)

    model, other = make(), make()
    inputs = np.ones((3, 2), "f")
    model.initialize(X=inputs)
    load_weights(other, model.to_bytes())
    np.testing.assert_array_equal(other.predict(inputs), model.predict(inputs))


@pytest.mark.slow
@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_of_this_spacy_predict_the_same(trained_with_spacy, name):
    nlp = kernel.load(trained_with_spacy / name)
    check_equal(predict(nlp), json.loads((trained_with_spacy / f"{name}.json").read_text()))
