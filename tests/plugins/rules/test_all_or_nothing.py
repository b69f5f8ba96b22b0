"""A list with an invalid entry adds nothing, and what was there before stays."""

import pytest

import kernel
from kernel.errors import ArgumentError
from kernel.matcher import DependencyMatcher, Matcher, PhraseMatcher
from kernel.text import Lookups

NODE = [{"RIGHT_ID": "a", "RIGHT_ATTRS": {"LOWER": "a"}}]
TEXT = "a b c"


@pytest.fixture
def nlp():
    return kernel.blank("en")


def annotation(doc):
    """Return all that the components of these tests set."""
    columns = "NORM", "TAG", "LEMMA", "ENT_TYPE"
    return doc.to_array(columns).tolist(), {key: len(doc.spans[key]) for key in doc.spans}


def _label(pattern):
    return {"label": "X", "pattern": pattern}


def _attrs(pattern, **attrs):
    return {"patterns": [pattern], "attrs": attrs}


@pytest.mark.parametrize("replaces", [False, True], ids=["add", "initialize"])
@pytest.mark.parametrize(
    ("factory", "valid", "invalid"),
    [
        ("entity_ruler", [_label("a")], [_label("b"), _label([{"LOWER": "c"}]), {"label": "X"}]),
        ("entity_ruler", [_label("a")], [_label([{"LOWER": "b"}]), _label([{"OP": "$"}])]),
        ("span_ruler", [_label("a")], [_label("b"), _label([{"LOWR": "c"}])]),
        ("span_ruler", [_label([{"LOWER": "a"}])], [_label("b"), 3]),
        (
            "attribute_ruler",
            [_attrs([{"LOWER": "a"}], TAG="A")],
            [_attrs([{"LOWER": "a"}], LEMMA="x"), _attrs([{"LOWER": "b"}], TAGS="B")],
        ),
        (
            "attribute_ruler",
            [_attrs([{"LOWER": "a"}], TAG="A")],
            [_attrs([{"LOWER": "b"}], TAG="B"), _attrs([{"OP": "$"}], TAG="B")],
        ),
    ],
)
def test_rulers(nlp, factory, valid, invalid, replaces):
    ruler = nlp.add_pipe(factory, config={"validate": True})
    ruler.add_patterns(valid)
    before, patterns = annotation(nlp(TEXT)), ruler.patterns
    with pytest.raises(ArgumentError):
        ruler.initialize(patterns=invalid) if replaces else ruler.add_patterns(invalid)
    assert ruler.patterns == patterns
    assert annotation(nlp(TEXT)) == before
    ruler.add_patterns(valid)
    assert annotation(nlp(TEXT))[0] == before[0]


def test_maps_of_the_attribute_ruler(nlp):
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "a"}]], {"TAG": "A"})
    with pytest.raises(ArgumentError, match="tag 'C' of the tag map"):
        ruler.load_from_tag_map({"A": {"POS": "NOUN"}, "C": 3})
    with pytest.raises(ArgumentError, match="word 'c' of tag 'A' of the morph rules"):
        ruler.load_from_morph_rules({"A": {"a": {"LEMMA": "x"}, "c": 3}})
    with pytest.raises(ArgumentError, match="word 'c' of tag 'A' of the morph rules"):
        ruler.initialize(tag_map={"A": {"POS": "NOUN"}}, morph_rules={"A": {"c": 3}})
    assert len(ruler.patterns) == 1
    assert [token.tag_ for token in nlp(TEXT)] == ["A", "", ""]


def test_patterns_of_matchers(nlp):
    doc = nlp(TEXT)
    matchers = Matcher(nlp.vocab), PhraseMatcher(nlp.vocab), DependencyMatcher(nlp.vocab)
    valid = [[{"LOWER": "a"}]], [doc[:1].as_doc()], [NODE]
    invalid = [[{"LOWER": "b"}], [{"OP": "$"}]], [doc, "b"], [NODE, [{"RIGHT_ID": "b"}]]
    for matcher, first, second in zip(matchers, valid, invalid, strict=True):
        matcher.add("X", first)
        before = matcher(doc)
        for key in "X", "Y":
            with pytest.raises(ArgumentError):
                matcher.add(key, second)
        assert len(matcher) == 1
        assert matcher(doc) == before


def test_phrases_may_come_from_a_generator(nlp):
    matcher = PhraseMatcher(nlp.vocab)
    matcher.add("X", nlp.tokenizer.pipe(["a b", "c"]))
    assert [match[1:] for match in matcher(nlp(TEXT))] == [(0, 2), (2, 3)]
    with pytest.raises(ArgumentError, match="phrase 1 of `Y` is 3"):
        matcher.add("Y", (each for each in (nlp("a"), 3)))
    assert len(matcher) == 1


def test_tables_of_the_lemmatizer(nlp):
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    tables = Lookups()
    tables.add_table("lemma_lookup", {"a": "x"})
    lemmatizer.initialize(lookups=tables)
    with pytest.raises(ArgumentError, match="has no table `lemma_lookup`"):
        lemmatizer.initialize(lookups=Lookups())
    assert [token.lemma_ for token in nlp(TEXT)] == ["x", "b", "c"]
