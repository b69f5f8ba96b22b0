"""Ids of attributes, parts of speech and strings; paths of attributes; versions."""

import pytest

import kernel
from kernel.attrs import ENT_IOB, IS_ALPHA, LEMMA, ORTH, intify_attrs
from kernel.errors import ArgumentError
from kernel.glossary import GLOSSARY
from kernel.matcher import validate_token_pattern
from kernel.parts_of_speech import IDS, NAMES, NOUN
from kernel.pipe_analysis import get_attr_info, validate_attrs
from kernel.strings import StringStore, get_string_id
from kernel.util import (
    get_arg_names,
    get_async,
    get_base_version,
    get_cuda_stream,
    get_minor_version,
    get_model_version_range,
    get_object_name,
    is_minor_version_match,
    is_prerelease_version,
    is_unconstrained_version,
)


def test_attributes_and_strings_become_ids():
    strings = StringStore()
    found = intify_attrs({"lemma": "dog", "is_alpha": True, ORTH: 5}, strings)
    assert found == {LEMMA: strings["dog"], IS_ALPHA: True, ORTH: 5}
    assert "dog" in strings
    assert intify_attrs(found, strings) == found
    assert intify_attrs({"ORTH": "dog"}) == {ORTH: "dog"}
    assert intify_attrs({"F": "dog"}, {"dog": 10}, _do_deprecated=True) == {ORTH: 10}


@pytest.mark.parametrize(("value", "number"), [("", 0), ("I", 1), ("O", 2), ("B", 3)])
def test_entity_tags_become_numbers(value, number):
    assert intify_attrs({"ENT_IOB": value}) == {ENT_IOB: number}


def test_wrong_entity_tag_is_refused():
    with pytest.raises(ArgumentError, match="not 'XX'"):
        intify_attrs({"ENT_IOB": "XX"})


def test_ids_of_strings():
    assert get_string_id("NOUN") == NOUN == 92
    assert get_string_id("foo") == StringStore(["foo"])["foo"]
    assert get_string_id(7) == 7
    assert get_string_id("") == 0


def test_parts_of_speech_have_ids():
    assert (IDS["VERB"], NAMES[100], IDS[""], NAMES[0]) == (100, "VERB", 0, "")
    assert len(IDS) == 21


def test_glossary_explains_labels():
    assert GLOSSARY["NNP"] == kernel.explain("NNP")


def test_paths_of_attributes():
    paths = ["doc.sents", "doc.ents", "token.tag", "token._.xyz", "span._.xyz"]
    assert validate_attrs(paths) == paths


@pytest.mark.parametrize(
    "path",
    ["doc", "doc_ents", "doc.xyz", "token.tag_", "token.tag.xyz", "token._.a.b", "span.label"],
)
def test_path_of_no_attribute_is_refused(path):
    with pytest.raises(ArgumentError, match=f"`{path}`"):
        validate_attrs(["doc.ents", path])


def test_components_of_an_attribute():
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer")
    assert get_attr_info(nlp, "token.is_sent_start")["assigns"] == ["sentencizer"]
    assert get_attr_info(nlp, "doc.cats") == {"assigns": [], "requires": []}


def test_token_pattern_is_checked():
    assert validate_token_pattern([{"LOWER": "a"}]) == []
    assert len(validate_token_pattern([{"LOWER": 1}, {"NO": 1}])) == 2


def test_parts_of_versions():
    assert get_base_version("3.0.1rc1.dev0") == "3.0.1"
    assert [get_minor_version(each) for each in ("3.1.2", "1.2.3.dev0", "xxx")] == [
        "3.1",
        "1.2",
        None,
    ]
    assert is_minor_version_match("3.0.0", "3.0.1")
    assert not is_minor_version_match("xxx", "xxx")
    assert get_model_version_range("3.8.2") == ">=3.8.2,<3.9.0"
    assert is_prerelease_version("3.0.0a1")
    assert not is_prerelease_version("3.0.0")


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("3.0.0", False),
        ("==3.0.0", False),
        (">=2.3.0", True),
        ("<=2.0.0", True),
        (">2.0.0,<3.0.0", False),
        ("n/a", None),
    ],
)
def test_open_constraints(constraint, expected):
    assert is_unconstrained_version(constraint) is expected


def test_names_and_copies_of_objects():
    nlp = kernel.blank("en")
    assert get_object_name(nlp.add_pipe("sentencizer")) == "sentencizer"
    assert get_object_name(get_object_name) == "get_object_name"
    assert get_object_name(object()) == "object"
    assert get_arg_names(get_async) == ["stream", "numpy_array"]
    assert get_cuda_stream() is None
    array = [1]
    assert get_async(None, array) is array
