"""A plugin that breaks is named; at a *watch* hook it ends nothing."""

import importlib.util
import io
import logging
import types

import pytest
from click.testing import CliRunner

import kernel
from kernel import hookimpl, hooks
from kernel.cli import Command
from kernel.cli.app import make_program
from kernel.dispatch import Hooks
from kernel.errors import DataError, PluginError
from kernel.testing import plugged
from kernel.training import init_nlp, train

BY_KIND = {"gather": [], "first": [], "watch": []}
for hook, function in vars(hooks).items():
    if hasattr(function, "kernel_hook"):
        BY_KIND[function.kernel_hook[0]].append(hook)


def plugin(hook, function):
    """A plugin that has this one hook."""
    return types.SimpleNamespace(**{hook: hookimpl(function)})


@pytest.fixture
def toys(repository):
    """A pipeline that trains in milliseconds."""
    path = repository / "tests" / "kernel" / "training" / "toys.py"
    spec = importlib.util.spec_from_file_location("kernel_training_toys", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def moments(toys, tmp_path):
    """Operations that must complete, each called with an empty folder; they return a proof."""

    def run_training(folder):
        nlp = init_nlp(toys.make_config(max_steps=2, eval_frequency=1))
        train(nlp, folder, stdout=io.StringIO(), stderr=io.StringIO())
        return (folder / "model-last" / "meta.json").exists()

    def save(folder):
        kernel.blank("en").to_disk(folder / "saved")
        return (folder / "saved" / "meta.json").exists()

    def load(folder):
        save(folder)
        return kernel.load(folder / "saved").lang == "en"

    def add(_):
        nlp = kernel.blank("en")
        nlp.add_pipe("toy_guesser")
        return nlp.pipe_names == ["toy_guesser"]

    return {"train": run_training, "save": save, "load": load, "add": add}


MOMENT_OF = {
    "kernel_component_created": "add",
    "kernel_pipeline_loaded": "load",
    "kernel_pipeline_saved": "save",
}


@pytest.mark.parametrize("error", [ValueError("no network"), SystemExit(3)], ids=["error", "exit"])
@pytest.mark.parametrize("hook", [h for h in BY_KIND["watch"] if h != "kernel_config_loaded"])
def test_broken_watcher_is_reported_once_and_ends_nothing(hook, error, moments, tmp_path, caplog):
    calls = []

    def fail():
        calls.append(hook)
        raise error

    operation = moments[MOMENT_OF.get(hook, "train")]
    with plugged(plugin(hook, fail), "kernel-plugin-broken"):
        assert operation(tmp_path / "one")
        assert operation(tmp_path / "two")

    assert calls == [hook]
    reports = [record.message for record in caplog.records if "plugin-broken" in record.message]
    place = f"`{hook}` of the plugin `kernel-plugin-broken`"
    problem = f"{type(error).__name__}: {error}"
    assert reports == [f"{place} failed and is left out from now on: {problem}"]


@pytest.mark.parametrize("error", [ValueError("no network"), SystemExit(3)], ids=["error", "exit"])
@pytest.mark.parametrize("command", ["train", "debug config", "evaluate"])
def test_broken_watcher_ends_no_command(command, error, toys, tmp_path, caplog, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nlp = init_nlp(toys.make_config(max_steps=1, eval_frequency=1))
    nlp.config.to_disk("partial.cfg")
    CliRunner().invoke(make_program(), ["init", "fill-config", "partial.cfg", "config.cfg"])
    nlp.to_disk("model")
    docs = [example.reference for example in toys.make_corpus(3)(nlp)]
    kernel.DocBin(docs=docs).to_disk("dev.spacy")
    arguments = {"train": ["config.cfg"], "debug config": ["config.cfg"]}
    arguments["evaluate"] = ["model", "dev.spacy"]

    def fail():
        raise error

    with plugged(plugin("kernel_config_loaded", fail), "kernel-plugin-broken"):
        line = [*command.split(), *arguments[command]]
        result = CliRunner().invoke(make_program(), line)

    assert result.exit_code == 0, result.output
    assert (
        "`kernel_config_loaded` of the plugin `kernel-plugin-broken`" in result.output + caplog.text
    )


def test_ctrl_c_in_a_watcher_is_passed_on(tmp_path):
    def interrupt():
        raise KeyboardInterrupt

    with (
        plugged(plugin("kernel_pipeline_saved", interrupt)),
        pytest.raises(KeyboardInterrupt),
    ):
        kernel.blank("en").to_disk(tmp_path / "saved")


@pytest.mark.parametrize("error", [ValueError("no network"), SystemExit(3)], ids=["error", "exit"])
@pytest.mark.parametrize("kind", ["gather", "first"])
def test_broken_answer_names_the_plugin(kind, error):
    def fail():
        raise error

    for hook in BY_KIND[kind]:
        asked = Hooks()
        asked.register(plugin(hook, fail), "kernel-plugin-broken")
        arguments = dict.fromkeys(asked.specifications[hook].arguments)
        with pytest.raises(
            PluginError,
            match=f"`{hook}` of the plugin `kernel-plugin-broken` failed: {type(error).__name__}",
        ):
            getattr(asked, kind)(hook, **arguments)


@pytest.mark.parametrize("kind", ["gather", "first"])
def test_answer_of_a_wrong_type_names_the_plugin_and_the_type(kind):
    for hook in BY_KIND[kind]:
        asked = Hooks()
        asked.register(plugin(hook, lambda: 3), "kernel-plugin-odd")
        arguments = dict.fromkeys(asked.specifications[hook].arguments)
        with pytest.raises(PluginError, match=r"`kernel-plugin-odd` returned 3, expected \w"):
            getattr(asked, kind)(hook, **arguments)


@pytest.mark.parametrize(
    ("hook", "answer"),
    [
        pytest.param("kernel_commands", ["train"], id="items"),
        pytest.param("kernel_add_registries", "things", id="text-is-no-sequence"),
        pytest.param("kernel_doc_columns", {"mood": "int8"}, id="mapping-is-no-sequence"),
    ],
)
def test_items_of_an_answer_are_checked(hook, answer):
    asked = Hooks()
    asked.register(plugin(hook, lambda: answer), "kernel-plugin-odd")
    with pytest.raises(PluginError, match="expected Sequence"):
        asked.gather(hook)


def test_error_meant_for_the_user_is_passed_on_with_a_note():
    def refuse():
        raise DataError("no columns", path="data.conll", line=3)

    asked = Hooks([plugin("kernel_guess_converter", refuse)])
    with pytest.raises(DataError, match=r"data\.conll:3: no columns") as caught:
        asked.first("kernel_guess_converter", path=None, head="")
    assert "kernel_guess_converter" in caught.value.__notes__[0]


def test_any_error_of_a_gathered_hook_can_be_taken_care_of():
    def refuse():
        raise DataError("no columns", hint="make some")

    errors = []
    asked = Hooks([plugin("kernel_commands", refuse)])
    assert asked.gather("kernel_commands", on_error=errors.append) == []
    assert str(errors[0]) == (
        "`kernel_commands` of the plugin `SimpleNamespace` failed: DataError: no columns\n"
        "hint: make some"
    )


def test_answers_come_with_their_plugins_in_order():
    asked = Hooks()
    for name in ("kernel-plugin-a", "kernel-plugin-b", "kernel-plugin-c"):
        asked.register(plugin("kernel_add_registries", lambda own=name: [own]), name)
    asked.register(plugin("kernel_add_registries", lambda: None), "kernel-plugin-silent")

    answers = asked.gather("kernel_add_registries")

    names = ["kernel-plugin-a", "kernel-plugin-b", "kernel-plugin-c"]
    assert answers == [(name, [name]) for name in names]


def test_first_answer_that_is_not_none_wins():
    answers = iter([None, "mine", "too late"])
    asked = Hooks([plugin("kernel_train", lambda: next(answers)) for _ in range(3)])
    assert asked.first("kernel_train", run=None) == "mine"
    assert next(answers) == "too late"


def test_listener_may_ask_to_be_first_or_last():
    called = []
    marks = {"last": {"trylast": True}, "second": {}, "first": {"tryfirst": True}}
    listeners = [
        types.SimpleNamespace(
            kernel_before_update=hookimpl(**options)(lambda own=name: called.append(own))
        )
        for name, options in marks.items()
    ]
    Hooks(listeners).watch("kernel_before_update", run=None)
    assert called == ["first", "second", "last"]


def test_hooks_beneath_are_called_last_and_share_failed_plugins(caplog):
    called = []

    def fail():
        called.append("beneath")
        raise ValueError

    beneath = Hooks([plugin("kernel_before_update", fail)])
    above = Hooks(
        [plugin("kernel_before_update", lambda: called.append("listener"))],
        required=[plugin("kernel_before_update", lambda: called.append("required"))],
        beneath=beneath,
    )
    with caplog.at_level(logging.WARNING):
        above.watch("kernel_before_update", run=None)
        beneath.watch("kernel_before_update", run=None)
    assert called == ["required", "listener", "beneath"]


def test_error_of_required_listener_is_raised():
    def fail():
        raise OSError("disk full")

    asked = Hooks(required=[plugin("kernel_before_update", fail)])
    for _ in range(2):
        with pytest.raises(OSError, match="disk full"):
            asked.watch("kernel_before_update", run=None)


@pytest.mark.parametrize(
    ("kind", "hook"),
    [("watch", "kernel_train"), ("first", "kernel_commands"), ("gather", "kernel_evaluted")],
)
def test_hook_is_called_by_its_kind_only(kind, hook):
    with pytest.raises(PluginError, match=f"no hook `{hook}` to {kind}"):
        getattr(Hooks(), kind)(hook)


@pytest.mark.parametrize(
    ("hook", "function", "message"),
    [
        pytest.param(
            "kernel_evaluted", lambda: 0, "did you mean `kernel_evaluated`", id="unknown-hook"
        ),
        pytest.param(
            "kernel_evaluated", lambda best: best, "no argument `best`", id="unknown-argument"
        ),
    ],
)
def test_plugin_that_does_not_fit_is_refused_whole(hook, function, message):
    asked = Hooks()
    odd = plugin(hook, function)
    odd.kernel_commands = hookimpl(lambda: [Command("odd", "Odd.", "odd:odd")])
    with pytest.raises(PluginError, match=message):
        asked.register(odd, "kernel-plugin-odd")
    assert asked.gather("kernel_commands") == []


def test_wrapper_is_refused():
    @hookimpl(wrapper=True)
    def kernel_train(run):
        return (yield)

    with pytest.raises(PluginError, match="`kernel_train` is implemented as a wrapper"):
        Hooks([types.SimpleNamespace(kernel_train=kernel_train)])


def test_unknown_hook_may_be_optional():
    implement = hookimpl(optionalhook=True)(lambda: 0)
    assert Hooks([types.SimpleNamespace(acme_moment=implement)])
