"""Dependencies of components: shared layers, required attributes, and columns of plugins."""

import contextlib
import types

import pytest

import kernel
from kernel.errors import KernelError, PluginError
from kernel.ops import copy_model
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


def sourced(listening, folder, pipeline, **more):
    """A pipeline with components copied from `listening`, and other blocks."""
    listening.to_disk(folder)
    blocks = {name: more.get(name, {"source": str(folder)}) for name in pipeline}
    return kernel.blank("en", config={"nlp": {"pipeline": pipeline}, "components": blocks})


def test_a_sourced_component_whose_shared_layer_is_missing_gets_its_own(
    listening, tmp_path, caplog
):
    expected = entities(listening)
    nlp = sourced(listening, tmp_path / "source", ["ner"])
    assert entities(nlp) == entities(reloaded(nlp, tmp_path / "alone")) == expected
    assert nlp.get_pipe_config("ner")["model"]["tok2vec"] == SHARED
    (record,) = caplog.records
    assert record.getMessage() == (
        f"`ner` listens to `tok2vec` in {tmp_path / 'source'}, but that is not before it in this "
        "pipeline: it gets its own copy of that layer"
    )


def test_a_sourced_component_listens_to_a_shared_layer_before_it(listening, tmp_path, caplog):
    nlp = sourced(listening, tmp_path / "source", ["tok2vec", "ner"])
    assert nlp.get_pipe("tok2vec").listening_components == ["ner"]
    nlp = sourced(listening, tmp_path / "again", ["tok2vec", "ner"], tok2vec={"factory": "tok2vec"})
    assert nlp.get_pipe("tok2vec").listening_components == ["ner"]
    assert not caplog.records
    nlp = sourced(listening, tmp_path / "third", ["ner", "tok2vec"])
    assert nlp.get_pipe("tok2vec").listening_components == []
    assert len(caplog.records) == 1


def test_replace_listeners_is_accepted_for_a_component_without_listeners(listening, tmp_path):
    expected = entities(listening)
    listening.replace_listeners("tok2vec", "ner", ["model.tok2vec"])
    block = {"source": str(tmp_path / "source"), "replace_listeners": ["model.tok2vec"]}
    assert entities(sourced(listening, tmp_path / "source", ["ner"], ner=block)) == expected


@pytest.fixture
def with_variables(listening):
    """The same pipeline, but the width of the listener is a variable, as in recommended configs."""
    config = listening.config.copy()
    width = "${components.tok2vec.model.width}"
    config["components"]["ner"]["model"]["tok2vec"]["width"] = width
    config["components"]["tok2vec"]["model"]["embed_size"] = "${vars.rows}"
    config["vars"] = {"rows": 100, "width": width}
    return (
        type(listening)
        .from_config(config)
        .from_bytes(listening.to_bytes(exclude=["config"]), exclude=["config"])
    )


def reloaded(nlp, folder):
    nlp.to_disk(folder)
    return kernel.load(folder)


@pytest.mark.parametrize("change", ["remove", "rename", "replace"])
def test_config_stays_valid_when_a_component_that_variables_refer_to_changes(
    with_variables, tmp_path, change
):
    nlp = with_variables
    expected = entities(nlp)
    if change == "rename":
        nlp.rename_pipe("tok2vec", "shared")
    else:
        nlp.replace_listeners("tok2vec", "ner", ["model.tok2vec"])
    if change == "remove":
        nlp.remove_pipe("tok2vec")
    if change == "replace":
        nlp.replace_pipe("tok2vec", "tok2vec", config={"model": {**SHARED, "width": 32}})
        nlp.get_pipe("tok2vec").model.initialize()
    again = reloaded(nlp, tmp_path / "saved")
    assert entities(nlp) == entities(again) == expected
    assert again.config["vars"] == {"rows": 100, "width": 16}


def test_layer_that_names_its_shared_component_follows_a_new_name(listening, tmp_path):
    config = listening.config.copy()
    config["components"]["ner"]["model"]["tok2vec"]["upstream"] = "tok2vec"
    nlp = type(listening).from_config(config)
    gold = Example.from_dict(nlp.make_doc(TEXTS[0]), {"entities": [(0, 3, "PERSON")]})
    nlp.initialize(lambda: [gold])
    for _ in range(20):
        nlp.update([gold])
    expected = entities(nlp)
    nlp.rename_pipe("tok2vec", "shared")
    assert nlp.get_pipe_config("ner")["model"]["tok2vec"]["upstream"] == "shared"
    assert nlp.get_pipe("shared").listening_components == ["ner"]
    assert entities(nlp) == entities(reloaded(nlp, tmp_path / "saved")) == expected


def test_a_sourced_component_with_variables_gets_its_own_shared_layer(with_variables, tmp_path):
    nlp = sourced(with_variables, tmp_path / "source", ["ner"])
    assert entities(reloaded(nlp, tmp_path / "saved")) == entities(with_variables)


def test_components_copied_with_variables_have_their_values(with_variables, tmp_path):
    expected, copied = entities(with_variables), kernel.blank("en", vocab=with_variables.vocab)
    copied.add_pipe("tok2vec", name="shared", source=with_variables)
    copied.add_pipe("ner", source=with_variables)
    assert copied.get_pipe_config("ner")["model"]["tok2vec"]["width"] == 16
    assert copied.get_pipe_config("shared")["model"]["embed_size"] == 100
    assert entities(reloaded(copied, tmp_path / "saved")) == expected


def test_one_component_can_be_copied_twice_from_a_source(listening, tmp_path):
    listening.to_disk(tmp_path / "source")
    source = {"source": str(tmp_path / "source")}
    blocks = {
        "tok2vec": source,
        "alone": {**source, "component": "ner", "replace_listeners": ["model.tok2vec"]},
        "ner": source,
    }
    nlp = kernel.blank("en", config={"nlp": {"pipeline": list(blocks)}, "components": blocks})
    alone, ner = nlp.get_pipe("alone"), nlp.get_pipe("ner")
    assert (alone.name, ner.name) == ("alone", "ner")
    assert alone is not ner
    assert nlp.get_pipe("tok2vec").listening_components == ["ner"]
    with nlp.select_pipes(disable=["ner", "tok2vec"]):
        assert entities(nlp) == entities(listening)
    with nlp.select_pipes(disable="alone"):
        assert entities(nlp) == entities(listening)


def test_hooks_of_a_shared_model_adapt_the_copy_and_its_config(listening):
    shared, calls = listening.get_pipe("tok2vec").model, []
    node = listening.get_pipe("tok2vec").listeners[0]

    def adapt(copied, listener, upstream):
        calls.append((copied is not upstream, listener is node, upstream is shared))
        return copied

    shared.attrs["replace_listener"] = adapt
    shared.attrs["replace_listener_cfg"] = lambda own, listener: {**own, "width": 99}
    listening.replace_listeners("tok2vec", "ner", ["model.tok2vec"])
    assert calls == [(True, True, True)]
    assert listening.get_pipe_config("ner")["model"]["tok2vec"]["width"] == 99


@pytest.mark.parametrize("name", ["tok2vec", "ner"])
def test_a_copy_of_a_model_has_its_references_and_own_weights(listening, name):
    model = listening.get_pipe(name).model
    copied = copy_model(model)
    nodes, copies = list(model.walk()), list(copied.walk())
    assert [type(node) for node in nodes] == [type(node) for node in copies]
    assert not {node.id for node in nodes} & {node.id for node in copies}
    positions = {node.id: number for number, node in enumerate(nodes)}
    for node, twin in zip(nodes, copies, strict=True):
        assert node.ref_names == twin.ref_names
        for ref in node.ref_names:
            assert copies[positions[node.get_ref(ref).id]] is twin.get_ref(ref)
        for param in node.param_names:
            assert node.get_param(param) is not twin.get_param(param)
            assert (node.get_param(param) == twin.get_param(param)).all()


def test_a_removed_shared_component_is_missed_by_its_listeners(listening):
    listening.remove_pipe("tok2vec")
    with pytest.raises(KernelError, match="a layer listens to a shared component, which did not"):
        listening("Ada went to New York")


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
