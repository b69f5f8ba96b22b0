"""The hook `kernel_initialize`: work of plugins before data is read, and after all components."""

import io
import types

import pytest

import kernel
from kernel import hookimpl
from kernel.errors import DataError, PluginError
from kernel.pipeline import initialize
from kernel.testing import plugged


class Recorder:
    """A component that records when it is initialized."""

    def __init__(self, events):
        self.events = events

    def __call__(self, doc):
        return doc

    def initialize(self, get_examples, *, nlp):
        self.events.append("component")
        list(get_examples())


@pytest.fixture
def events():
    return []


@pytest.fixture
def nlp(events):
    made = kernel.blank("en")

    @kernel.Language.component("initialize_recorder")
    def recorder(doc):
        return doc

    made.add_pipe("initialize_recorder")
    made.stages[0].component = Recorder(events)
    return made


def plugin(function):
    return types.SimpleNamespace(kernel_initialize=hookimpl(function))


def test_hook_is_called_before_data_is_read_and_its_function_after_all_components(nlp, events):
    def start(nlp):
        events.append("start")

        def finish():
            events.append("finish")
            return "Read the stars"

        return finish

    def get_examples():
        events.append("data")
        return [kernel.Example.from_dict(nlp.make_doc("a b"), {})]

    with plugged(plugin(start)):
        initialize(nlp, get_examples)
    assert events[0] == "start"
    assert events[1:].count("start") == 0
    assert events[-1] == "finish"
    assert events.index("component") < events.index("finish")
    assert nlp.initialized_from == ["Read the stars"]


def test_error_of_plugin_about_its_settings_ends_initialization(nlp, events):
    def start(nlp):
        raise DataError("there are no stars")

    with plugged(plugin(start)), pytest.raises(DataError, match="no stars"):
        initialize(nlp, lambda: events.append("data"))
    assert events == []


@pytest.mark.parametrize(
    ("answer", "message"), [(3, "returned 3, expected"), (ZeroDivisionError(), "ZeroDivisionError")]
)
def test_broken_plugin_is_named(nlp, answer, message):
    def start(nlp):
        if isinstance(answer, Exception):
            raise answer
        return answer

    with plugged(plugin(start)), pytest.raises(PluginError, match=message):
        initialize(nlp, list)


def test_run_shows_what_plugins_did():
    from kernel.training.reporting import announce

    run = types.SimpleNamespace(
        nlp=types.SimpleNamespace(pipe_names=["ner"], initialized_from=["Read the stars"]),
        frozen=[],
        settings=types.SimpleNamespace(annotating_components=[]),
        optimizer=None,
        step=0,
    )
    out = io.StringIO()
    announce(run, out)
    assert out.getvalue() == "Pipeline: ['ner']\nRead the stars\n"
