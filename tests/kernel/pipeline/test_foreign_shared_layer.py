"""A shared layer of another plugin, without "listener" in any name."""

import types

import numpy as np
import pytest
from thinc.api import Model

import kernel
from kernel.cli.recommend import recommend_config
from kernel.config import check, find_problems
from kernel.errors import KernelError
from kernel.pipeline import Language, Pipe, SharedOutput
from kernel.testing import plugged
from kernel.text import Example

WIDTH = 4


class Radio(Pipe):
    """Shares each token's length, in each of `WIDTH` dimensions; is not trained."""

    def __init__(self, name, model):
        self.name = name
        self.model = model

    def __call__(self, doc):
        return doc

    def pipe(self, stream, *, batch_size=128):
        yield from stream

    def predict(self, docs):
        return self.model.predict(docs)

    def set_annotations(self, docs, predictions):
        docs.shared[self.name] = SharedOutput(predictions)

    def share(self, docs):
        self.set_annotations(docs, self.predict(docs))


def lengths(docs):
    return [np.array([[len(token)] * WIDTH for token in doc], "float32") for doc in docs]


def radio_waves():
    """Compute the lengths of words."""
    return Model("waves", lambda model, docs, is_train: (lengths(docs), lambda dY: []))


@kernel.listens
def radio_set(station: str = "*"):
    """Read the output of a station.

    station  the name of the component; "*": the last one before
    """

    def receive(model, docs, is_train):
        shared = list(getattr(docs, "shared", {}).values())
        if not shared:
            return [np.zeros((len(doc), WIDTH), "float32") for doc in docs], lambda dY: []
        return shared[-1].arrays, lambda dY: shared[-1].add_gradient(dY) or []

    return Model("radio", receive, dims={"nO": WIDTH}, attrs={"listens_to": station})


def make_radio(nlp, name, model):
    """Create a component that shares its output.

    model  what it sends
    """
    return Radio(name, model)


@pytest.fixture(scope="module", autouse=True)
def registered():
    Language.factory(
        "acme_radio",
        func=make_radio,
        shares=True,
        default_config={"model": {"@architectures": "acme.Waves.v1"}},
    )
    kernel.registry.architectures.register("acme.Waves.v1")(radio_waves)
    kernel.registry.architectures.register("acme.Set.v1")(radio_set)


@pytest.fixture
def acme():
    module = types.ModuleType("acme")

    @kernel.hookimpl
    def kernel_recommend_shared_layer(component):
        if component != "acme_radio":
            return None
        return kernel.SharedLayer(
            component="acme_radio",
            block={"factory": "acme_radio"},
            listener={"@architectures": "acme.Set.v1", "station": "acme_radio"},
            remarks={"components.acme_radio.model": "the only one there is"},
            for_gpu=True,
        )

    module.kernel_recommend_shared_layer = kernel_recommend_shared_layer
    with plugged(module, "acme"):
        yield


@pytest.fixture
def nlp():
    nlp = kernel.blank("en")
    nlp.add_pipe("acme_radio")
    nlp.add_pipe("ner", config={"model": {**NER, "tok2vec": {"@architectures": "acme.Set.v1"}}})
    return nlp


NER = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 8,
    "maxout_pieces": 2,
    "use_upper": True,
}


def test_it_is_recommended_on_request(acme):
    found = recommend_config("en", ["acme_radio", "ner"], gpu=True)

    assert found.config["nlp"]["pipeline"] == ["acme_radio", "ner"]
    listener = found.config["components"]["ner"]["model"]["tok2vec"]
    assert listener == {"@architectures": "acme.Set.v1", "station": "acme_radio"}
    assert found.remarks["components", "acme_radio", "model"] == "the only one there is"
    assert found.warnings == []
    check(found.config)


def test_it_is_not_forced_on_those_who_ask_for_none(acme):
    assert recommend_config("en", ["ner"]).config["nlp"]["pipeline"] == ["tok2vec", "ner"]


def test_a_second_shared_layer_is_said_to_be_left_out(acme):
    found = recommend_config("en", ["acme_radio", "tok2vec", "ner"])
    assert found.config["nlp"]["pipeline"] == ["acme_radio", "ner"]
    assert found.warnings == ["`tok2vec` is left out: the other components listen to `acme_radio`"]


def test_a_layer_without_recommendation_is_an_error():
    with pytest.raises(KernelError, match="recommends the shared layer `acme_radio`, which ner"):
        recommend_config("en", ["acme_radio", "ner"])


def test_components_learn_from_it_and_run_on_it(nlp):
    doc = nlp.make_doc("Ada went to Paris")
    gold = Example.from_dict(doc, {"entities": [(0, 3, "PERSON")]})
    optimizer = nlp.initialize(lambda: [gold])
    losses = [nlp.update([gold], sgd=optimizer)["ner"] for _ in range(60)]
    assert losses[-1] < 0.8 * losses[1]
    batches = [
        [[ent.text for ent in doc.ents] for doc in nlp.pipe([doc.text] * 3, batch_size=size)]
        for size in (1, 3)
    ]
    assert batches[0] == batches[1]


def test_a_component_gets_its_own_copy_of_it(nlp):
    nlp.get_pipe("ner").add_label("GPE")
    nlp.initialize()
    nlp.replace_listeners("acme_radio", "ner", ["model.tok2vec"])
    nlp.remove_pipe("acme_radio")
    assert nlp.get_pipe_config("ner")["model"]["tok2vec"] == {"@architectures": "acme.Waves.v1"}
    assert "radio" not in [node.name for node in nlp.get_pipe("ner").model.walk()]


def test_its_listeners_are_known_from_the_config_alone(nlp, tmp_path):
    nlp.config.to_disk(tmp_path / "config.cfg", interpolate=False)
    block = {"source": str(tmp_path), "replace_listeners": ["model.tok"]}
    config = {"nlp": {"lang": "en", "pipeline": ["ner"]}, "components": {"ner": block}}

    (problem,) = find_problems(config, complete=False)

    assert problem.message.startswith("`model.tok` is no listener of `ner`")
    assert problem.suggestion == "model.tok2vec"
