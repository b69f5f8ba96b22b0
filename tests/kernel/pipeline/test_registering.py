"""Registering components: what is accepted, and what is refused with which message."""

import pytest

import kernel
from kernel import Example, Language
from kernel.errors import ArgumentError, ConfigError, UnsupportedError, WrongTypeError
from kernel.pipeline import TrainablePipe
from kernel.registry import Registry


class Counter:
    """An object that can be called, as a component."""

    def __call__(self, doc):
        doc.user_data["n"] = len(doc)
        return doc


def test_object_that_can_be_called_is_a_component():
    counter = Counter()
    Language.component("reg_counter", func=counter)
    Language.component("reg_counter", func=Counter())  # the same class again, as in a notebook
    nlp = kernel.blank("xx")

    assert isinstance(nlp.add_pipe("reg_counter"), Counter)
    assert nlp("one two").user_data["n"] == 2


@pytest.mark.parametrize("kind", ["component", "factory"])
def test_decorator_without_parentheses_is_explained(kind):
    message = (
        rf'name of a {kind} must be a string, got a function\nhint: .*@Language.{kind}\("my_name"\)'
    )
    with pytest.raises(ValueError, match=message):
        getattr(Language, kind)(lambda doc: doc)


def test_class_is_not_a_component():
    with pytest.raises(WrongTypeError, match=r"Counter.*\nhint: .*Language.factory"):
        Language.component("reg_class", func=Counter)


def test_factory_needs_nlp_and_name():
    with pytest.raises(ArgumentError, match="factory `reg_bad` has no parameter `nlp` and `name`"):
        Language.factory("reg_bad", func=lambda doc: doc)
    assert not Language.has_factory("reg_bad")


def test_default_config_must_be_a_dict():
    with pytest.raises(WrongTypeError, match="`default_config` of `reg_list` must be a dict"):
        Language.factory("reg_list", default_config=["size"], func=lambda nlp, name: print)


def test_factories_are_a_dict_that_cannot_be_changed():
    assert Language.factories["ner"].name == "ner"
    assert kernel.blank("en").factories.keys() == Language.factories.keys()
    with pytest.raises(UnsupportedError, match=r"cannot be changed; register with"):
        Language.factories["mine"] = print


def test_names_of_factories_import_nothing(monkeypatch):
    def refuse(*_):
        raise AssertionError("imported")

    monkeypatch.setattr(Registry, "get", refuse)

    assert "textcat" in list(Language.factories)
    assert "acme" not in Language.factories
    with pytest.raises(KeyError, match="acme"):
        Language.factories["acme"]


def test_factory_of_a_language_has_its_short_name_there():
    english = type(kernel.blank("en"))
    english.factory("reg_english", func=lambda nlp, name: print)
    assert "reg_english" in english.factories
    assert "reg_english" not in Language.factories


def test_name_in_the_settings_has_no_effect():
    Language.component("reg_plain", func=lambda doc: doc)
    nlp = kernel.blank("xx")
    with pytest.warns(
        UserWarning, match=r"setting `name` \('other'\) of the component `mine` has no"
    ):
        nlp.add_pipe("reg_plain", name="mine", config={"name": "other"})
    assert nlp.pipe_names == ["mine"]


class Learner(TrainablePipe):
    """A trainable component that cannot rehearse, and needs a setting to be initialized."""

    def __init__(self, nlp, name):
        self.name = name
        self.size = None

    def initialize(self, get_examples, nlp, size: int):
        self.size = size

    def finish_update(self, sgd):
        """Learn nothing."""


@pytest.fixture
def learner():
    Language.factory("reg_learner", func=Learner)
    nlp = kernel.blank("xx")
    nlp.add_pipe("reg_learner")
    return nlp


def test_missing_setting_of_initialize_is_reported(learner):
    with pytest.raises(ConfigError, match=r"\[initialize.components.reg_learner\] size: .*missing"):
        learner.initialize()

    learner.config["initialize"]["components"]["reg_learner"] = {"size": 3}
    learner.initialize()
    assert learner.get_pipe("reg_learner").size == 3


def test_component_that_cannot_rehearse_is_reported(learner):
    example = Example.from_dict(learner.make_doc("a b"), {})
    with pytest.warns(UserWarning, match="cannot rehearse, and skipped: `reg_learner`"):
        assert learner.rehearse([example], sgd=False) == {}
