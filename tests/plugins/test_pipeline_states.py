"""A pipeline that was changed in any way is the same after saving and loading."""

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import kernel
from kernel.errors import KernelError
from kernel.pipeline import Language
from kernel.text import Example

LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 4, "upstream": "*"}
EMBED = {
    "@architectures": "kernel.MultiHashEmbed.v2",
    "width": 4,
    "attrs": ["NORM"],
    "rows": [10],
    "include_static_vectors": False,
}
ENCODE = {
    "@architectures": "kernel.MaxoutWindowEncoder.v2",
    "width": 4,
    "depth": 1,
    "window_size": 1,
    "maxout_pieces": 2,
}
TOK2VEC = {"@architectures": "kernel.Tok2Vec.v2", "embed": EMBED, "encode": ENCODE}
PARSER = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 4,
    "maxout_pieces": 1,
    "use_upper": True,
}
BAG = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 1,
    "no_output_layer": False,
    "length": 16,
}
KINDS = {
    "shared": ("tok2vec", {"model": TOK2VEC}),
    "tagger": ("tagger", {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": TOK2VEC}}),
    "listening tagger": (
        "tagger",
        {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}},
    ),
    "listening ner": ("ner", {"model": {**PARSER, "tok2vec": LISTENER}}),
    "bag of words": ("textcat", {"model": BAG}),
    "function": ("states_function", {}),
}
NAMES = ["a", "b", "c", "d"]
POSITIONS = st.fixed_dictionaries({"first": st.booleans()})
TEXTS = ["Ada likes Rome", ""]


def make_examples(nlp):
    given = {"tags": ["NNP", "VBZ", "NNP"], "entities": ["U-PER", "O", "U-LOC"]}
    return [
        Example.from_dict(nlp.make_doc(TEXTS[0]), {**given, "cats": {"yes": yes, "no": 1.0 - yes}})
        for yes in (1.0, 0.0)
    ]


def results(nlp):
    """Return the annotation of some texts, or the error without the folder of the pipeline."""
    try:
        return [doc.to_json() for doc in nlp.pipe(TEXTS)]
    except KernelError as error:
        return type(error), str(error)


class PipelineStates(RuleBasedStateMachine):
    @initialize()
    def start(self):
        Language.component("states_function", func=lambda doc: doc)
        self.folder = Path(tempfile.mkdtemp())
        self.nlp = kernel.blank("xx")

    def teardown(self):
        self.compare()
        shutil.rmtree(self.folder)

    @rule(kind=st.sampled_from(sorted(KINDS)), name=st.sampled_from(NAMES), where=POSITIONS)
    def add(self, kind, name, where):
        factory, config = KINDS[kind]
        if name not in self.nlp.component_names:
            self.nlp.add_pipe(factory, name, config=config, **where)

    @precondition(lambda self: self.nlp.component_names)
    @rule(data=st.data())
    def remove(self, data):
        self.nlp.remove_pipe(data.draw(st.sampled_from(self.nlp.component_names)))

    @precondition(lambda self: self.nlp.component_names)
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def rename(self, data, name):
        if name not in self.nlp.component_names:
            self.nlp.rename_pipe(data.draw(st.sampled_from(self.nlp.component_names)), name)

    @precondition(lambda self: self.nlp.component_names)
    @rule(data=st.data(), enabled=st.booleans())
    def enable(self, data, enabled):
        name = data.draw(st.sampled_from(self.nlp.component_names))
        (self.nlp.enable_pipe if enabled else self.nlp.disable_pipe)(name)

    @precondition(lambda self: self.nlp.component_names)
    @rule(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
    def replace(self, data, kind):
        factory, config = KINDS[kind]
        name = data.draw(st.sampled_from(self.nlp.component_names))
        self.nlp.replace_pipe(name, factory, config=config)

    @precondition(lambda self: self.nlp.component_names)
    @rule(data=st.data())
    def replace_listeners(self, data):
        names = st.sampled_from(self.nlp.component_names)
        try:
            self.nlp.replace_listeners(data.draw(names), data.draw(names), ["model.tok2vec"])
        except KernelError:
            return  # it does not share, or the other does not listen

    @rule()
    def train(self):
        examples = make_examples(self.nlp)
        try:
            sgd = self.nlp.initialize(lambda: examples)
            self.nlp.update(examples, sgd=sgd)
        except KernelError:
            return  # a listener without a shared component before it

    @rule()
    def reload(self):
        self.nlp = self.compare()

    @rule(name=st.sampled_from(NAMES), data=st.data())
    def copy_from_saved(self, name, data):
        saved = self.compare()
        if saved.component_names and name not in self.nlp.component_names:
            source = data.draw(st.sampled_from(saved.component_names))
            self.nlp.add_pipe(source, name, source=saved)

    @invariant()
    def config_describes_the_components(self):
        if hasattr(self, "nlp"):
            assert list(self.nlp.config["components"]) == self.nlp.component_names

    def compare(self):
        self.nlp.to_disk(self.folder / "model")
        loaded = kernel.load(self.folder / "model")
        assert loaded.component_names == self.nlp.component_names
        assert loaded.disabled == self.nlp.disabled
        assert loaded.config == self.nlp.config
        assert results(loaded) == results(self.nlp)
        for name, component in self.nlp.components:
            if hasattr(component, "to_bytes"):
                assert loaded.get_pipe(name).to_bytes() == component.to_bytes(), name
                assert loaded.get_pipe(name).name == name
        return loaded


@pytest.mark.parametrize(
    "n_examples", [10, pytest.param(100, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_saving_and_loading_keeps_every_state(n_examples):
    run_state_machine_as_test(
        PipelineStates,
        settings=settings(
            max_examples=n_examples,
            stateful_step_count=8,
            deadline=None,
            phases=[Phase.generate],  # it takes minutes to find a smaller example
        ),
    )
