"""The parts of plugins, and isolation of broken plugins."""

import sys

import pytest

from kernel import hookimpl
from kernel.errors import PluginError
from kernel.plugins import Hooks, Plugins
from kernel.registry import Registries

WATCHING = """
from kernel import hookimpl

@hookimpl
def kernel_before_update(run):
    run.append(__name__)
"""


@pytest.fixture
def load(distribution):
    """Load the plugins of distributions: {distribution: (plugin, module, source)}."""

    def load(**described):
        points = []
        for name, (plugin, module, source) in described.items():
            groups = {"kernel": {plugin: module}}
            installed = distribution(name.replace("_", "-"), groups, **{module: source})
            points += installed.entry_points
        return Plugins(points)

    return load


def errors(plugins):
    return {distribution: error for (distribution, _), error in plugins.errors.items()}


def called(plugins):
    names = []
    plugins.hooks.watch("kernel_before_update", run=names)
    return names


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("import no_such_module", "No module named 'no_such_module'", id="import"),
        pytest.param("raise SystemExit(2)", "SystemExit: 2", id="exit"),
        pytest.param("kernel_train = 3", None, id="nothing-marked-is-fine"),
        pytest.param(
            WATCHING.replace("before_update", "befor_update"),
            "no hook `kernel_befor_update`\nhint: did you mean `kernel_before_update`?",
            id="unknown-hook",
        ),
        pytest.param(
            WATCHING.replace("(run)", "(nlp)"),
            "`kernel_before_update` has no argument `nlp`\nhint: there are: `run`",
            id="unknown-argument",
        ),
        pytest.param(
            WATCHING.replace("(run)", "(*, run)"),
            "`kernel_before_update` must not take `run` by keyword only",
            id="keyword-argument",
        ),
    ],
)
def test_broken_plugin_is_set_aside_alone(load, caplog, source, message):
    plugins = load(acme_a=("a", "acme_a", source), acme_b=("b", "acme_b", WATCHING))
    assert called(plugins) == ["acme_b"]
    if message is None:
        assert errors(plugins) == {}
        assert not caplog.messages
    else:
        assert caplog.messages == [f"`a` of `acme-a` is not loaded: {errors(plugins)['acme-a']}"]
        assert message in errors(plugins)["acme-a"]
        assert "acme-b" not in errors(plugins)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        pytest.param("acme:nothing", "has no attribute 'nothing'", id="no-attribute"),
        pytest.param("no-module:at all", "the entry point `a = no-module:at all`", id="malformed"),
        pytest.param("", "the entry point `a = ` is malformed", id="empty"),
    ],
)
def test_entry_point_that_leads_nowhere_is_set_aside(distribution, target, message):
    installed = distribution("acme", {"kernel": {"a": target}}, acme=WATCHING)
    plugins = Plugins(installed.entry_points)
    assert message in errors(plugins)["acme"]
    assert called(plugins) == []


def test_ctrl_c_while_a_plugin_is_imported_is_passed_on_with_its_name(load):
    with pytest.raises(KeyboardInterrupt) as caught:
        load(acme_plugin=("a", "acme", "raise KeyboardInterrupt"))
    assert caught.value.__notes__ == [
        "`acme` of `acme-plugin` was being loaded; KERNEL_DISABLE_PLUGINS=acme-plugin leaves it out"
    ]


@pytest.mark.parametrize("name", ["acme-plugin", "a"])
def test_disabled_plugin_is_not_imported(distribution, caplog, name):
    source = "raise AssertionError"
    installed = distribution("acme-plugin", {"kernel": {"a": "acme"}}, acme=source)
    plugins = Plugins(installed.entry_points, disabled=["other", name])
    assert errors(plugins) == {"acme-plugin": "disabled by KERNEL_DISABLE_PLUGINS"}
    assert not caplog.messages


def test_interrupted_command_names_the_plugin_that_was_loaded(distribution, run_kernel, tmp_path):
    distribution("acme", {"kernel": {"a": "acme"}}, acme="raise KeyboardInterrupt")
    done = run_kernel("plugins", PYTHONPATH=str(tmp_path))
    assert done.returncode == 130
    assert "`acme` of `acme` was being loaded" in done.stderr

    done = run_kernel("plugins", PYTHONPATH=str(tmp_path), KERNEL_DISABLE_PLUGINS="acme")
    assert done.returncode == 0
    assert "`a` of acme is not loaded: disabled by KERNEL_DISABLE_PLUGINS" in done.stderr


@pytest.mark.parametrize("arguments", ["(run=None)", "(run, steps=3)", "(steps=3, run=None)"])
def test_argument_with_a_default_gets_its_value_if_the_hook_has_it(load, arguments):
    source = WATCHING.replace("(run)", arguments)
    assert called(load(acme=("a", "acme", source))) == ["acme"]


def own_hooks(kind):
    return [name for name, each in Hooks().specifications.items() if each.kind == kind]


class Plugin:
    """Implements one hook by calling `act`."""

    def __init__(self, hook, act):
        def implementation():
            return act()

        setattr(self, hook, hookimpl(implementation))  # `act` may be a built-in function


def fail():
    raise ValueError("broken")


@pytest.mark.parametrize("act", [fail, sys.exit])
@pytest.mark.parametrize("hook", own_hooks("watch"))
def test_watch_hook_that_fails_is_reported_and_others_are_called(hook, act, caplog):
    hooks, seen = Hooks(), []
    hooks.register(Plugin(hook, act), "broken-plugin")
    hooks.register(Plugin(hook, lambda: seen.append(hook)), "good-plugin")
    arguments = dict.fromkeys(hooks.specifications[hook].arguments)

    hooks.watch(hook, **arguments)
    hooks.watch(hook, **arguments)

    assert seen == [hook, hook]
    assert [
        f"`{hook}` of the plugin `broken-plugin` failed" in line for line in caplog.messages
    ] == [True]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        pytest.param(fail, "failed: ValueError: broken", id="raises"),
        pytest.param(sys.exit, "failed: SystemExit", id="exits"),
        pytest.param(lambda: 3, "returned 3, expected ", id="wrong-type"),
    ],
)
@pytest.mark.parametrize("hook", [*own_hooks("gather"), *own_hooks("first")])
def test_answering_hook_that_fails_is_an_error_that_names_the_plugin(hook, act, message):
    hooks = Hooks()
    hooks.register(Plugin(hook, act), "broken-plugin")
    call = hooks.gather if hook in own_hooks("gather") else hooks.first
    with pytest.raises(PluginError) as caught:
        call(hook, **dict.fromkeys(hooks.specifications[hook].arguments))
    assert f"`{hook}` of the plugin `broken-plugin` {message}" in caught.value.message


def test_second_plugin_of_a_name_is_set_aside_and_both_are_named(load):
    plugins = load(beta=("same", "beta", WATCHING), alpha=("same", "alpha", WATCHING))
    assert called(plugins) == ["alpha"]
    assert errors(plugins) == {
        "beta": "the plugin `same` of `beta` has the same name as that of `alpha`\n"
        "hint: uninstall one of them"
    }


def test_plugins_with_the_same_name_and_module_are_distinguished(distribution):
    points = [
        point
        for name in ("beta", "alpha")
        for point in distribution(name, {"kernel": {"same": "same"}}, same=WATCHING).entry_points
    ]
    plugins = Plugins(points)
    assert called(plugins) == ["same"]
    assert errors(plugins).keys() == {"beta"}


def test_second_plugin_of_a_distribution_is_set_aside(distribution):
    groups = {"kernel": {"one": "acme_one", "two": "acme_two"}}
    installed = distribution("acme", groups, acme_one=WATCHING, acme_two=WATCHING)
    plugins = Plugins(installed.entry_points)
    assert called(plugins) == ["acme_one"]
    assert plugins.errors == {
        ("acme", "two"): "`acme` has the plugin `one` already\n"
        "hint: a distribution has one entry point of the group `kernel`"
    }


def test_module_that_is_the_plugin_of_two_distributions_is_one_plugin(distribution):
    points = [
        *distribution("beta", {"kernel": {"two": "acme_same"}}).entry_points,
        *distribution("alpha", {"kernel": {"one": "acme_same"}}, acme_same=WATCHING).entry_points,
    ]
    plugins = Plugins(points)
    assert called(plugins) == ["acme_same"]
    assert errors(plugins) == {"beta": "`beta` is registered already"}


METHODS = [name for name in vars(Registries) if not name.startswith("_")]


@pytest.mark.parametrize("name", [*METHODS, "_things", "my things", ""])
def test_registry_with_a_name_that_cannot_be_one_is_refused(load, name):
    source = (
        "from kernel import hookimpl\n"
        f"kernel_add_registries = hookimpl(lambda: [{name!r}])\n"
        "kernel_add_registries.__name__ = 'kernel_add_registries'"
    )
    plugins = load(acme=("acme", "acme", source))
    assert errors(plugins) == {"acme": f"`{name}` cannot be the name of a registry"}
    assert plugins.registries == set()


def test_plugins_are_called_in_the_order_of_their_distributions(load):
    plugins = load(
        zeta=("a", "zeta", WATCHING), alpha=("z", "alpha", WATCHING), beta=("k", "beta", WATCHING)
    )
    assert called(plugins) == ["alpha", "beta", "zeta"]


HOOKS = """
import sys
from collections.abc import Sequence
from kernel import hookimpl
from kernel.hooks import first, gather, watch

@hookimpl
def kernel_add_hooks():
    return [sys.modules[__name__]]

@gather(Sequence, items=("builtins:str",))
def acme_words(text: str) -> Sequence[str]:
    "Return words."

@first(str)
def acme_word(text: str) -> str | None:
    "Return a word."

@watch
def acme_said(text: str) -> None:
    "Watch a text."
"""
SPEAKING = """
from kernel import hookimpl

said = []

@hookimpl
def acme_words(text):
    return text.split()

@hookimpl
def acme_word(text):
    return text[:3]

@hookimpl
def acme_said(text):
    said.append(text)
"""


def test_plugin_brings_hooks_that_another_implements(load):
    # The implementing plugin comes first in the order of names.
    plugins = load(acme_a=("a", "acme_a", SPEAKING), acme_hooks=("h", "acme_hooks", HOOKS))
    assert errors(plugins) == {}
    assert plugins.hooks.gather("acme_words", text="so it is") == [("acme-a", ["so", "it", "is"])]
    assert plugins.hooks.first("acme_word", text="so it is") == "so "
    plugins.hooks.watch("acme_said", text="hello")
    assert sys.modules["acme_a"].said == ["hello"]


def test_plugin_without_the_hooks_that_it_implements_is_set_aside(load):
    plugins = load(acme_a=("a", "acme_a", SPEAKING))
    assert "there is no hook `acme_" in errors(plugins)["acme-a"]


def test_existing_hook_is_refused(load):
    again = HOOKS.replace("acme_said", "kernel_evaluated")
    plugins = load(
        acme_one=("one", "acme_one", HOOKS),
        acme_two=("two", "acme_two", HOOKS.replace("acme_said", "acme_heard")),
        acme_zero=("zero", "acme_zero", again.replace("acme_word", "acme_odd")),
    )
    assert errors(plugins) == {
        "acme-two": "the hook `acme_word` already exists",
        "acme-zero": "the hook `kernel_evaluated` already exists",
    }
