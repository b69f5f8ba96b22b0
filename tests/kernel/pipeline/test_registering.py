"""Registering components: what is accepted, and what is refused with which message."""

import pytest

import kernel
from kernel import Language
from kernel.errors import ArgumentError, UnsupportedError, WrongTypeError


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


def test_factory_of_a_language_has_its_short_name_there():
    english = type(kernel.blank("en"))
    english.factory("reg_english", func=lambda nlp, name: print)
    assert "reg_english" in english.factories
    assert "reg_english" not in Language.factories
