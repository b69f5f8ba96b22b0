"""Dependencies of components: shared layers, required attributes, and columns of plugins."""

import contextlib
import types

import pytest

import kernel
from kernel.errors import KernelError, PluginError
from kernel.pipeline import Language
from kernel.random import fix_random_seed
from kernel.testing import plugged
from kernel.text import Column, Example

SHARED = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
NER = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 16,
    "maxout_pieces": 2,
    "use_upper": True,
    "tok2vec": {"@architectures": "kernel.Tok2VecListener.v1", "width": 16, "upstream": "*"},
}
TEXTS = ["Ada went to New York", "Nothing here", "Grace likes London"]


@pytest.fixture
def listening():
    fix_random_seed(0)
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec", config={"model": SHARED})
    nlp.add_pipe("ner", config={"model": NER})
    doc = nlp.make_doc(TEXTS[0])
    gold = Example.from_dict(doc, {"entities": [(0, 3, "PERSON"), (12, 20, "GPE")]})
    optimizer = nlp.initialize(lambda: [gold])
    for _ in range(150):
        nlp.update([gold], sgd=optimizer)
    return nlp


def entities(nlp):
    return [[(ent.text, ent.label_) for ent in doc.ents] for doc in nlp.pipe(TEXTS)]


def test_a_component_with_its_own_copy_needs_no_shared_layer(listening):
    expected = entities(listening)
    assert expected[0] == [("Ada", "PERSON"), ("New York", "GPE")]

    listening.replace_listeners("tok2vec", "ner", ["model.tok2vec"])
    listening.remove_pipe("tok2vec")

    assert entities(listening) == expected
    assert listening.get_pipe_config("ner")["model"]["tok2vec"] == SHARED


def test_a_sourced_component_gets_its_own_copy_if_asked(listening, tmp_path):
    expected = entities(listening)
    listening.to_disk(tmp_path / "source")
    block = {"source": str(tmp_path / "source"), "replace_listeners": ["model.tok2vec"]}

    nlp = kernel.blank("en", config={"nlp": {"pipeline": ["ner"]}, "components": {"ner": block}})
    nlp.to_disk(tmp_path / "alone")

    assert entities(nlp) == expected
    assert entities(kernel.load(tmp_path / "alone")) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("ner", "tok2vec", ["model"]), "`ner` has no shared output", id="wrong-way"),
        pytest.param(("tok2vec", "ner", ["a", "b"]), "has 1 layers that listen", id="number"),
        pytest.param(("tok2vec", "ner", ["model.tok"]), "have no `model.tok`", id="place"),
    ],
)
def test_listeners_that_are_not_there_are_named(listening, arguments, message):
    with pytest.raises(KernelError, match=message):
        listening.replace_listeners(*arguments)


def test_analysis_names_attributes_that_nothing_sets():
    for name, described in {
        "graph_sets": {"assigns": ["token.tag"]},
        "graph_needs": {"requires": ["token.tag", "doc.ents"], "retokenizes": True},
    }.items():
        if not kernel.registry.factories.has(name):
            Language.component(name, func=lambda doc: doc, **described)
    nlp = kernel.blank("en")
    nlp.add_pipe("graph_sets")
    nlp.add_pipe("graph_needs")

    found = nlp.analyze_pipes()

    assert found["problems"] == {"graph_sets": [], "graph_needs": ["doc.ents"]}
    assert found["summary"]["graph_needs"]["retokenizes"] is True
    assert found["attrs"]["token.tag"] == {"assigns": ["graph_sets"], "requires": ["graph_needs"]}


@pytest.fixture
def with_plugins():
    """Plugins that add these columns."""

    def add(**columns):
        for name, column in columns.items():
            module = types.ModuleType(name)
            module.kernel_doc_columns = kernel.hookimpl(lambda own=(column,): own)
            stack.enter_context(plugged(module, name))

    with contextlib.ExitStack() as stack:
        yield add


def test_a_plugin_gives_docs_a_column(with_plugins):
    with_plugins(weather=Column(name="weather_mood", kind="number", dtype="int8", unset=3))

    nlp = kernel.blank("en")
    doc = nlp("fine rain")

    assert "weather_mood" not in doc.annotations
    assert doc.column("weather_mood").tolist() == [3, 3]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param(
            {"one": "tag"}, "the plugin `one`: the doc column `tag` exists", id="built-in"
        ),
        pytest.param(
            {"one": "mood", "two": "mood"},
            "plugins `.*` and `.*` both add the doc column `mood`",
            id="twice",
        ),
    ],
)
def test_a_column_that_is_taken_names_the_plugin(with_plugins, columns, message):
    with_plugins(**{key: Column(name=name, kind="number") for key, name in columns.items()})

    with pytest.raises(PluginError, match=message):
        kernel.blank("en")
