import pytest

from kernel.errors import TextError
from kernel.text import (
    Example,
    Lexeme,
    StringStore,
    Token,
    biluo_tags_from_offsets,
    docs_to_json,
    offsets_from_biluo_tags,
    remove_bilu_prefix,
    spans_from_biluo_tags,
    split_bilu_label,
    validate_examples,
    validate_get_examples,
)


def test_docs_become_training_json(parsed, make_doc):
    entry = docs_to_json([parsed, make_doc(["x"])], doc_id=3, ner_missing_tag="-")
    first, second = entry["paragraphs"]
    token = first["sentences"][1]["tokens"][1]

    assert (entry["id"], first["raw"], len(first["sentences"])) == (3, parsed.text, 2)
    assert token == {
        "id": 4,
        "orth": "New",
        "space": " ",
        "tag": "NNP",
        "lemma": "New",
        "head": 1,
        "dep": "compound",
        "ner": "B-GPE",
    }
    assert second["raw"] is None
    assert second["sentences"][0]["tokens"] == [{"id": 0, "orth": "x", "space": " "}]


def test_missing_entities_have_the_tag_asked_for(make_doc):
    doc = make_doc(["a", "b"], ents=["B-X", ""])

    for tag in ("O", "-"):
        sentence = docs_to_json(doc, ner_missing_tag=tag)["paragraphs"][0]["sentences"][0]
        assert [token["ner"] for token in sentence["tokens"]] == ["U-X", tag]


def test_tags_by_their_older_names(parsed):
    tags = biluo_tags_from_offsets(parsed, [(0, 12, "PERSON")])

    assert tags[:3] == ["B-PERSON", "L-PERSON", "O"]
    assert offsets_from_biluo_tags(parsed, tags) == [(0, 12, "PERSON")]
    assert [span.label_ for span in spans_from_biluo_tags(parsed, tags)] == ["PERSON"]
    assert (split_bilu_label("B-X-Y"), remove_bilu_prefix("B-X-Y")) == (("B", "X-Y"), "X-Y")


def test_examples_are_told_from_everything_else(parsed):
    example = Example(parsed, parsed)

    validate_examples([example], "update")
    with pytest.raises(TextError, match="update takes Examples, got Doc"):
        validate_examples([example, parsed], "update")
    with pytest.raises(TextError, match="update takes Examples, got a int"):
        validate_examples(3, "update")


def test_function_that_returns_examples_is_told_from_everything_else(parsed):
    example = Example(parsed, parsed)

    validate_get_examples(lambda: iter([example]), "initialize")
    with pytest.raises(TextError, match="takes a function that returns Examples, got a list"):
        validate_get_examples([example], "initialize")
    with pytest.raises(TextError, match="returned no Examples"):
        validate_get_examples(list, "initialize")
    with pytest.raises(TextError, match="got Doc"):
        validate_get_examples(lambda: [parsed], "initialize")


def test_attributes_explain_themselves_on_the_class():
    assert Token.lemma_.__doc__ == "`lemma`, as a string; empty if unset."
    assert "IS_ALPHA" in Lexeme.is_alpha.__doc__


def test_vocabulary_knows_that_it_is_in_a_memory_zone(vocab):
    with vocab.memory_zone(), vocab.memory_zone():
        pass
    assert not vocab.in_memory_zone
    with vocab.memory_zone():
        assert vocab.in_memory_zone


def test_strings_of_a_memory_zone_go_unless_something_holds_them():
    strings = StringStore(["stays"])

    with strings.memory_zone():
        key = strings.add("goes", allow_transient=True)
        assert strings[key] == "goes"

    assert (key in strings, "stays" in strings) == (False, True)
