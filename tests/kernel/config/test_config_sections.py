"""Sections and keys of plugins: typed, checked, filled, explained, commented, resolved."""

import importlib
import types
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

import kernel
from kernel import hookimpl
from kernel.cli.comments import add_comments
from kernel.config import (
    Range,
    TrainingSettings,
    check,
    explain,
    fill,
    find_problems,
    json_schema,
    resolve_section,
    setting,
)
from kernel.errors import ArgumentError, ConfigError, PluginError
from kernel.plugins import hooks
from kernel.testing import plugged


@frozen(kw_only=True)
class Retry:
    """When to try again. Section `[acme.retry]`."""

    times: int = setting(3, "how often", range=Range(1))


@frozen(kw_only=True)
class AcmeSettings:
    """What Acme does to a pipeline. Section `[acme]`."""

    rate: float = setting(0.5, "share of the anvils that fall", range=Range(0, 1))
    names: list[str] = setting([], "who stands below")
    seed: int = setting("${system.seed}", "where the anvils' random numbers start")
    dropper: Callable[..., Any] = setting(
        {"@misc": "acme.drop.v1"}, "lets an anvil fall", registry="misc"
    )


@frozen(kw_only=True)
class AcmeTraining:
    """Keys that Acme adds to [training]."""

    anvils: int = setting(7, "anvils a step", range=Range(0))


@frozen(kw_only=True)
class RoadRunner:
    """Speed. Section `[runner]`."""

    speed: float = setting(100.0, "in miles an hour")


def plugin(**sections):
    made = types.SimpleNamespace()
    made.kernel_sections = hookimpl(lambda: sections, specname="kernel_sections")
    return made


SECTIONS = {
    "acme": AcmeSettings,
    "acme.retry": Retry,
    "training": AcmeTraining,
    "runner": RoadRunner | None,
}


@pytest.fixture
def acme(functions, register):
    def drop(height: int = 10) -> Callable[..., Any]:
        """Let an anvil fall.

        height  in meters
        """
        return lambda: height

    register("misc", "acme.drop.v1", drop)
    with plugged(plugin(**SECTIONS), "acme-plugin"):
        yield


def problems(config, complete=False):
    return [str(problem) for problem in find_problems(config, complete=complete)]


def test_sections_of_plugins_are_filled_with_defaults(acme, read):
    filled = fill(read("[acme]\nrate = 0.25"))
    assert filled["acme"] == {
        "rate": 0.25,
        "names": [],
        "seed": "${system.seed}",
        "dropper": {"@misc": "acme.drop.v1", "height": 10},
        "retry": {"times": 3},
    }
    assert filled["training"]["anvils"] == 7
    assert fill(filled) == filled


def test_optional_section_is_filled_only_if_it_exists(acme, read):
    assert "runner" not in fill(read("[acme]"))
    assert fill(read("[runner]\nspeed = 1.5"))["runner"] == {"speed": 1.5}
    assert resolve_section(read("[acme]").interpolate(), "runner") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            '[acme]\nrate = "high"',
            'config.cfg:2:1: [acme] rate: wrong type; expected a number, got the string "high"',
            id="type",
        ),
        pytest.param(
            "[acme]\nrate = 1.5",
            "config.cfg:2:1: [acme] rate: out of range; "
            "expected a number at least 0 and below 1, got 1.5",
            id="range",
        ),
        pytest.param(
            "[acme]\nraet = 0.5",
            "config.cfg:2:1: [acme] raet: [acme] has no `raet`\n    did you mean `rate`?",
            id="slip",
        ),
        pytest.param(
            "[training]\nanvil = 7",
            "config.cfg:2:1: [training] anvil: [training] has no `anvil`\n"
            "    did you mean `anvils`?",
            id="slip-in-a-section-of-the-kernel",
        ),
        pytest.param(
            "[acme]\n[acme.retry]\ntime = 4",
            "config.cfg:3:1: [acme.retry] time: [acme.retry] has no `time`\n"
            "    did you mean `times`?",
            id="slip-in-a-table",
        ),
        pytest.param(
            "[acme]\n[acme.retry]\ntimes = 0",
            "config.cfg:3:1: [acme.retry] times: out of range; expected a number at least 1, got 0",
            id="range-in-a-table",
        ),
        pytest.param(
            "[acne]\nrate = 0.5",
            "config.cfg:1:1: [acne]: there is no section [acne]\n    did you mean `[acme]`?",
            id="slip-in-a-name",
        ),
        pytest.param(
            '[acme]\n[acme.dropper]\n@misc = "acme.drop.v1"\nhigh = 3',
            "config.cfg:4:1: [acme.dropper] high: `high` is not an argument of `drop(height)`\n"
            "    did you mean `height`?",
            id="argument",
        ),
    ],
)
def test_mistakes_in_sections_of_plugins_are_reported(acme, read, text, told):
    assert problems(read(text)) == [told]


def test_config_without_settings_of_plugins_stays_valid(acme, read):
    config = fill(read('[nlp]\nlang = "en"\n[acme]'))
    check(config)
    del config["acme"]["retry"]["times"], config["training"]["anvils"]
    check(config)
    del config["acme"]
    check(config)
    settings = resolve_section(config.interpolate(), "acme")
    assert (settings.rate, settings.retry) == (0.5, Retry(times=3))


@pytest.mark.parametrize("sections", [{"acme": {}}, {3: AcmeSettings}, {"": AcmeSettings}], ids=str)
def test_answer_that_describes_no_section_names_the_plugin(read, sections):
    answer = types.SimpleNamespace(kernel_sections=hookimpl(lambda: sections))
    with (
        plugged(answer, "acme-plugin"),
        pytest.raises(PluginError, match="`kernel_sections` of the plugin `acme-plugin` returned"),
    ):
        check(read("[acme]"))


def test_sections_of_plugins_are_resolved_to_their_class(acme, read):
    config = read("[system]\nseed = 5\n[acme]\nrate = 0.25\n[acme.retry]\ntimes = 4")
    settings = resolve_section(config.interpolate(), "acme")
    assert isinstance(settings, AcmeSettings)
    assert (settings.rate, settings.seed, settings.retry) == (0.25, 5, Retry(times=4))
    assert settings.dropper() == 10
    assert resolve_section(config.interpolate(), "training").anvils == 7


def test_wrong_settings_of_plugins_are_not_resolved(acme, read):
    with pytest.raises(ConfigError, match=r"\[acme\] rate: wrong type"):
        resolve_section(read('[acme]\nrate = "high"').interpolate(), "acme")


def test_settings_of_plugins_are_explained(acme, read):
    config = fill(read("[acme]\nrate = 0.25"))
    found = explain(config, "acme.rate")
    assert (found.expected, found.range) == ("a number", "at least 0 and below 1")
    assert (found.help, found.default) == ("share of the anvils that fall", 0.5)
    assert found.function == f"{__name__}.AcmeSettings"
    assert explain(config, "acme.retry.times").help == "how often"
    assert explain(config, "training.anvils").function == f"{__name__}.AcmeTraining"
    assert explain(config, "acme.dropper.height").help == "in meters"


def test_sections_of_plugins_are_commented(acme, read):
    config = fill(read("[acme]"))
    lines = add_comments(config.to_str(interpolate=False, format="toml"), config, {}).splitlines()

    def above(line):
        return lines[lines.index(line) - 1]

    assert above("[acme]") == "# What Acme does to a pipeline."
    assert above("rate = 0.5") == "# share of the anvils that fall"
    assert above("[acme.retry]") == "# When to try again."
    assert above("times = 3") == "# how often"
    assert above("anvils = 7") == "# anvils a step"


def test_sections_of_plugins_are_in_the_json_schema(acme, read):
    sections = json_schema(fill(read("[acme]")).interpolate())["properties"]
    assert sections["acme"]["additionalProperties"] is False
    rate = sections["acme"]["properties"]["rate"]
    assert (rate["minimum"], rate["exclusiveMaximum"]) == (0, 1)
    assert (rate["description"], rate["default"]) == ("share of the anvils that fall", 0.5)
    retry = sections["acme"]["properties"]["retry"]["anyOf"][0]
    assert retry["properties"]["times"]["minimum"] == 1
    assert "height" in sections["acme"]["properties"]["dropper"]["properties"]
    assert sections["training"]["properties"]["anvils"]["default"] == 7


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        pytest.param({"training": Retry, "acme": dict}, "`dict` does not describe", id="class"),
        pytest.param(
            {"acme.retry": Retry}, r"there is no section \[acme\]", id="dotted-into-nothing"
        ),
    ],
)
def test_sections_that_cannot_be_added_name_their_plugin(sections, message, functions, read):
    with (
        plugged(plugin(**sections), "acme-plugin"),
        pytest.raises(PluginError, match=f"of the plugin `acme-plugin`: {message}"),
    ):
        fill(read("[nlp]"))


def test_two_plugins_cannot_add_the_same_key(functions, read):
    with (
        plugged(plugin(training=AcmeTraining), "acme-plugin"),
        plugged(plugin(training=AcmeTraining), "other-plugin"),
        pytest.raises(PluginError, match="`other-plugin`: there is already a setting `anvils`"),
    ):
        fill(read("[nlp]"))


SPACY = """
[paths]
init_tok2vec = {path}

[initialize]
init_tok2vec = ${{paths.init_tok2vec}}

[pretraining]
"""


@pytest.fixture
def no_pretraining():
    """Run as if the plugin for pretraining were not installed."""
    name = "kernel-plugin-pretrain"
    hooks().unregister(name)
    yield
    hooks().register(importlib.import_module("kernel_plugin_pretrain.plugin"), name)


@pytest.mark.usefixtures("no_pretraining")
def test_empty_sections_of_absent_plugins_are_dropped(functions, read):
    config = read(SPACY.format(path="null"))
    assert problems(config) == []
    filled = fill(config)
    assert "pretraining" not in filled
    assert "init_tok2vec" not in filled["initialize"]
    assert resolve_section(config.interpolate(), "initialize").vectors is None


@pytest.mark.usefixtures("no_pretraining")
def test_settings_of_absent_plugins_name_the_plugin(functions, read):
    text = SPACY.format(path='"weights.bin"') + "max_epochs = 5"
    needs = "needs the plugin `kernel-plugin-pretrain`, which is not installed"
    hint = "remove it, or pip install kernel-plugin-pretrain"
    assert [
        (str(p.origin), p.path, p.message, p.hint)
        for p in find_problems(read(text), complete=False)
    ] == [
        ("config.cfg:8:1", ("pretraining",), f"the section [pretraining] {needs}", hint),
        ("config.cfg:6:1", ("initialize", "init_tok2vec"), f"`init_tok2vec` {needs}", hint),
    ]
    with pytest.raises(ConfigError, match="kernel-plugin-pretrain"):
        resolve_section(read(text).interpolate(), "initialize")


@frozen(kw_only=True)
class WrongDefault:
    """Settings with a default that is not valid."""

    rate: float = setting(1.5, "share of the anvils that fall", range=Range(0, 1))


@pytest.mark.parametrize("name", ["components", "paths", "corpora"])
def test_sections_of_the_user_are_not_extended_by_plugins(read, name):
    with (
        plugged(plugin(**{name: RoadRunner}), "acme-plugin"),
        pytest.raises(PluginError, match=rf"`acme-plugin` adds settings to \[{name}\]"),
    ):
        check(read("[nlp]"))


def test_defaults_of_plugins_are_checked(read):
    message = "`acme-plugin`: the default of `rate` is not valid: out of range"
    with (
        plugged(plugin(acme=WrongDefault), "acme-plugin"),
        pytest.raises(PluginError, match=message),
    ):
        check(read("[nlp]"))


def test_section_is_resolved_by_the_class_that_describes_it():
    config = kernel.blank("xx").config.interpolate()
    values = {"dropout": 0.3, "seed": 1, "optimizer": config["training"]["optimizer"]}

    made = kernel.registry.resolve(values, schema=TrainingSettings)

    assert (made["dropout"], made["seed"], made["patience"]) == (0.3, 1, 1600)
    assert callable(made["batcher"])
    assert made["optimizer"].learn_rate == 0.001
    with pytest.raises(ConfigError, match="dropuot"):
        kernel.registry.resolve({"dropuot": 0.3}, schema=TrainingSettings)
    with pytest.raises(ArgumentError, match="`str` does not describe a section"):
        kernel.registry.resolve({}, schema=str)
