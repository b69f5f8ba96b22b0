"""What the plugin adds to `kernel.training`: tags of entities, and checks of examples."""

import pytest

from kernel.errors import TextError, WrongTypeError
from kernel.text import Doc, Vocab
from kernel.training import (
    Example,
    biluo_tags_from_offsets,
    biluo_tags_to_offsets,
    biluo_to_iob,
    iob_to_biluo,
    offsets_from_biluo_tags,
    offsets_to_biluo_tags,
    remove_bilu_prefix,
    spans_from_biluo_tags,
    split_bilu_label,
    tags_to_entities,
    validate_examples,
    validate_get_examples,
)


@pytest.fixture
def doc():
    return Doc(Vocab(), ["Ada", "Lovelace", "went", "to", "New", "York", "."])


def test_tags_go_there_and_back(doc):
    entities = [(0, 12, "PER"), (21, 29, "GPE")]

    tags = offsets_to_biluo_tags(doc, entities)

    assert biluo_tags_to_offsets(doc, tags) == entities
    assert iob_to_biluo(biluo_to_iob(tags)) == tags
    assert tags_to_entities(["U-A", "-", "B-B", "L-B"]) == [("A", 0, 0), ("", 1, 1), ("B", 2, 3)]


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        pytest.param(["O", "I-A"], "token 1 goes on with an entity that none begins", id="loose"),
        pytest.param(["X-A"], "'X-A' is not a tag", id="letter"),
    ],
)
def test_wrong_tags_are_refused(tags, message):
    with pytest.raises(TextError, match=message):
        tags_to_entities(tags)


def test_tags_by_their_older_names(doc):
    tags = biluo_tags_from_offsets(doc, [(0, 12, "PERSON")])

    assert tags[:3] == ["B-PERSON", "L-PERSON", "O"]
    assert offsets_from_biluo_tags(doc, tags) == [(0, 12, "PERSON")]
    assert [span.label_ for span in spans_from_biluo_tags(doc, tags)] == ["PERSON"]
    assert (split_bilu_label("B-X-Y"), remove_bilu_prefix("B-X-Y")) == (("B", "X-Y"), "X-Y")


def test_examples_are_told_from_everything_else(doc):
    example = Example(doc, doc)

    validate_examples([example], "update")
    with pytest.raises(WrongTypeError, match="update takes Examples, got Doc"):
        validate_examples([example, doc], "update")
    with pytest.raises(WrongTypeError, match="update takes Examples, got a int"):
        validate_examples(3, "update")


def test_function_that_returns_examples_is_told_from_everything_else(doc):
    example = Example(doc, doc)

    validate_get_examples(lambda: iter([example]), "initialize")
    with pytest.raises(WrongTypeError, match="takes a function that returns Examples, got a list"):
        validate_get_examples([example], "initialize")
    with pytest.raises(WrongTypeError, match="returned no Examples"):
        validate_get_examples(list, "initialize")
    with pytest.raises(WrongTypeError, match="got Doc"):
        validate_get_examples(lambda: [doc], "initialize")
