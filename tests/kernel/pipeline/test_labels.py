"""Labels that components are given, for example from a file, instead of the data's."""

import pytest

import kernel
from kernel.errors import KernelError, WrongTypeError
from kernel.pipeline import check_labels
from kernel.text import Example

GOLD = {
    "tags": ["A", "B"],
    "entities": ["U-X", "O"],
    "cats": {"A": 1.0, "B": 0.0},
    "heads": [0, 0],
    "deps": ["ROOT", "x"],
}


@pytest.fixture
def initialize():
    """Returns a function that initializes a component with labels, and returns the component."""

    def run(factory, labels):
        nlp = kernel.blank("en")
        component = nlp.add_pipe(factory)
        others = GOLD | {"cats": {"A": 0.0, "B": 1.0}}
        examples = [Example.from_dict(nlp.make_doc("a b"), gold) for gold in (GOLD, others)]
        component.initialize(lambda: examples, nlp=nlp, labels=labels)
        return component

    return run


@pytest.mark.parametrize("labels", [3, "AB", ["A", "B", 3], [""], [["A"]]])
@pytest.mark.parametrize("factory", ["tagger", "textcat", "ner", "parser"])
def test_labels_of_other_types_are_refused(initialize, factory, labels):
    with pytest.raises(KernelError, match=f"label.* of `{factory}`"):
        initialize(factory, labels)


@pytest.mark.parametrize(
    ("factory", "labels", "message"),
    [
        ("ner", {"1": {"X": "y"}}, r"the labels of `ner`: `1\.X` is 'y', expected int"),
        ("ner", {"1": 3}, "the labels of `ner`: `1` is 3, expected dict"),
        ("ner", {"9": {"X": 1}}, "no action '9'"),
        ("parser", {"a": {"x": 1}}, "no action 'a'"),
        ("parser", {"0": {"": 1}}, "the labels of `parser` have none for the action D"),
        ("parser", {}, "the labels of `parser` have none for the action S"),
    ],
)
def test_labels_of_transition_systems(initialize, factory, labels, message):
    with pytest.raises(KernelError, match=message):
        initialize(factory, labels)


@pytest.mark.parametrize("factory", ["tagger", "textcat", "ner", "parser"])
def test_labels_of_a_component_can_be_given_to_another_one(initialize, factory):
    component = initialize(factory, None)
    assert initialize(factory, component.label_data).labels == component.labels


def test_no_label_is_added_if_one_is_invalid():
    nlp = kernel.blank("en")
    component = nlp.add_pipe("textcat")
    examples = [Example.from_dict(nlp.make_doc("a b"), GOLD)]
    with pytest.raises(WrongTypeError, match="a label of `textcat` must be a string, got 3"):
        component.initialize(lambda: examples, labels=["A", "B", 3])
    assert component.labels == ()


def test_a_generator_is_a_list():
    assert check_labels(iter("AB"), "x") == ["A", "B"]
