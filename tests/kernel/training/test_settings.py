"""The settings of a run: objects of a config are created once, and the config is rarely copied."""

from __future__ import annotations

import functools
import gc
import io
import weakref
from collections import Counter
from functools import partial

import pytest

from kernel import hookimpl
from kernel.config import Config, Values
from kernel.config import config as config_module
from kernel.registry import registry
from kernel.training import init_nlp, train

MADE = {
    "readers": ["corpora.train", "corpora.dev"],
    "batchers": ["training.batcher"],
    "optimizers": ["training.optimizer"],
    "loggers": ["training.logger"],
    "schedules": ["training.dropout"],
    "callbacks": ["training.before_update", "training.before_to_disk", "initialize.before_init"],
}


CURRENT = {}
"""The function that registered functions call, because a name can be registered only once."""


@pytest.fixture
def counted(toys):
    """A config whose function calls are counted by setting, and the counts."""
    config = toys.make_config(max_steps=4, eval_frequency=2)
    made: Counter[str] = Counter()
    for kind, settings in MADE.items():
        for setting in settings:
            section, key = setting.split(".")
            block = config.setdefault(section, {}).get(key)
            CURRENT[setting] = partial(make, kind, block, partial(made.update, [setting]))
            name = f"counted.{setting}.v1"
            registry.of(kind).register(name)(called(setting))
            config[section][key] = {f"@{kind}": name}
    return config, made


@functools.cache
def called(setting):
    def call():
        return CURRENT[setting]()

    return call


def make(kind, block, count):
    """Create the object of the block, or a harmless one, and count it."""
    count()
    if kind == "callbacks":
        return lambda nlp, *_: nlp
    if kind == "schedules":
        return iter([0.2] * 100)
    arguments = {key: value for key, value in block.items() if not key.startswith("@")}
    arguments |= {"size": 5} if kind == "batchers" else {}
    return registry.get(kind, block[f"@{kind}"])(**arguments)


def run(config):
    nlp = init_nlp(config)
    train(nlp, stdout=io.StringIO(), stderr=io.StringIO())
    return nlp


def test_every_configured_object_is_created_once_per_run(counted):
    config, made = counted
    run(config)
    assert made == dict.fromkeys([name for names in MADE.values() for name in names], 1)


def test_second_run_creates_new_objects(counted):
    config, made = counted
    nlp = run(config)
    train(nlp, stdout=io.StringIO(), stderr=io.StringIO())
    assert made["training.optimizer"] == made["corpora.train"] == 2


def test_settings_edited_between_initialization_and_training_count(toys):
    nlp = init_nlp(toys.make_config(max_steps=4, eval_frequency=2))
    nlp.config["training"]["max_steps"] = 2
    steps = []
    train(nlp, stdout=io.StringIO(), stderr=io.StringIO(), listeners=[Steps(steps)])
    assert steps == [0, 1, 2]


def test_settings_of_initialization_belong_to_the_pipeline(toys):
    config = toys.make_config(max_steps=4, eval_frequency=2)
    config["training"]["before_update"] = {"@callbacks": "holder.v1"}
    CURRENT["holder"] = held = []
    nlp = init_nlp(config)
    held.append(nlp)  # now the settings refer to their pipeline
    del CURRENT["holder"], held
    gone = weakref.ref(nlp)
    del nlp
    gc.collect()
    assert gone() is None


@registry.callbacks("holder.v1")
def make_holder():
    held = CURRENT["holder"]
    return lambda nlp, info: held


def test_run_does_not_leave_its_settings_with_the_pipeline(toys):
    nlp = run(toys.make_config(max_steps=4, eval_frequency=2))
    assert nlp.prepared_settings is None


class Steps:
    def __init__(self, steps):
        self.steps = steps

    @hookimpl
    def kernel_after_update(self, run):
        self.steps.append(run.step)


def test_configs_are_copied_and_interpolated_seldom(toys, monkeypatch):
    config = toys.make_config(max_steps=4, eval_frequency=2)
    copies, interpolations = [], []
    interpolate = config_module.interpolate_tree

    def counted_init(make):
        def count_copy(self, *args, **options):
            copies.append(self)
            make(self, *args, **options)

        return count_copy

    for cls in (Config, Values):
        monkeypatch.setattr(cls, "__init__", counted_init(cls.__init__))
    monkeypatch.setattr(
        config_module,
        "interpolate_tree",
        lambda root: interpolations.append(0) or interpolate(root),
    )
    run(config)
    assert len(copies) <= 12
    assert len(interpolations) <= 5
