"""Older spaCy training data, and exports of DataTurks."""

from __future__ import annotations

import json

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters import dataturks, training_json, tuples

DATA = [
    ["Who is Shaka Khan?", {"entities": [[7, 17, "PERSON"]]}],
    ["I like London.\n", {"entities": [[7, 13, "LOC"]], "cats": {"TRAVEL": 1.0}}],
    ["nothing", {"entities": []}],
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(DATA),
        json.dumps(DATA, indent=1),
        "\n".join(map(json.dumps, DATA)),
        json.dumps({"classes": ["PERSON", "LOC"], "annotations": [*DATA, None]}),
    ],
    ids=["json", "indented", "jsonl", "annotator"],
)
def test_tuples_are_read_from_every_file(nlp, entities, content):
    one, two, three = tuples.convert(content, nlp=nlp)
    assert entities(one) == [("Shaka Khan", "PERSON")]
    assert entities(two) == [("London", "LOC")]
    assert two.cats == {"TRAVEL": 1.0}
    assert [token.ent_iob_ for token in three] == ["O"]
    assert len(list(training_json.convert(content, nlp=nlp))) == 3


def test_one_tuple_is_one_text(nlp):
    (doc,) = tuples.convert(json.dumps(DATA[0]), nlp=nlp)
    assert doc.text == "Who is Shaka Khan?"


def test_values_of_tokens_are_kept(nlp):
    data = [
        "I like it",
        {"heads": [1, 1, None], "deps": ["nsubj", "ROOT", None], "tags": ["P", "V", "P"]},
    ]
    (doc,) = tuples.convert(json.dumps([data]), nlp=nlp)
    assert [token.head.i for token in doc] == [1, 1, 2]
    assert [token.has_head() for token in doc] == [True, True, False]
    assert [token.tag_ for token in doc] == ["P", "V", "P"]
    data[1] = {"words": ["I", "li", "ke", "it"], "pos": ["PRON", "VERB", "X", "PRON"]}
    (doc,) = tuples.convert(json.dumps([data]), nlp=nlp)
    assert [token.pos_ for token in doc] == ["PRON", "VERB", "X", "PRON"]


def test_keys_without_a_use_are_reported(nlp):
    with pytest.warns(match="these keys are not used: `links`"):
        list(tuples.convert(json.dumps([["a", {"links": {}}]]), nlp=nlp))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (["a", 3], "expected a text and its annotation"),
        (["ab cd", {"entities": [[0, 2, "A"], [1, 5, "B"]]}], "entities overlap: A 'ab'"),
        (["ab", {"tags": ["A", "B"]}], "document 2: "),
        (["ab", {"tags": "A"}], "\"tags\" is 'A'; expected a list"),
        (["ab", {"heads": [[]]}], '"heads" has []; expected the number of a token or null'),
        (["ab", {"heads": [10**30]}], '"heads" has 1000'),
        (["ab", {"sent_starts": ["x"]}], "\"sent_starts\" has 'x'; expected true, false or null"),
        (["ab", {"deps": [3]}], '"deps" has 3; expected a string or null'),
        (
            ["a b", {"heads": [1, 0], "deps": ["x", "y"]}],
            "document 2: the heads of the tokens 0, 1 form a cycle",
        ),
        (["ab", {"entities": [[0, 3, "A"]]}], "is outside the text"),
    ],
)
def test_malformed_tuples_are_reported(nlp, bad, message):
    with pytest.raises(DataError) as caught:
        list(tuples.convert(json.dumps([DATA[0], bad], indent=1), nlp=nlp))
    assert message in caught.value.message


def turk(text, *marks):
    """A line of DataTurks, whose ends are inclusive."""
    annotation = [
        {"label": [label], "points": [{"start": start, "end": end - 1, "text": text[start:end]}]}
        for start, end, label in marks
    ]
    return {
        "content": text,
        "annotation": annotation,
        "extras": None,
        "metadata": {"status": "done"},
    }


def test_ends_of_dataturks_are_inclusive(nlp, entities):
    data = "\n".join(
        map(json.dumps, [turk("Ada ran", (0, 3, "PER")), {"content": "x", "annotation": None}])
    )
    one, two = dataturks.convert(data, nlp=nlp)
    assert entities(one) == [("Ada", "PER")]
    assert [token.ent_iob_ for token in two] == ["O"]


def test_units_and_spaces_of_dataturks(nlp, entities):
    line = turk("😀 Ada ran\n", (2, 6, "PER"), (6, 10, "VERB"))
    for item in line["annotation"]:
        for point in item["points"]:
            point["start"] += 1
            point["end"] += 1
    with pytest.raises(DataError, match="2 entities do not align"):
        list(dataturks.convert(json.dumps(line), nlp=nlp))
    (doc,) = dataturks.convert(json.dumps(line), nlp=nlp, on_misaligned="snap")
    assert entities(doc) == [("Ada", "PER"), ("ran", "VERB")]


def test_dataturks_has_categories_too(nlp):
    lines = [{"content": text, "annotation": {"labels": [text]}, "extras": None} for text in "ab"]
    one, two = dataturks.convert("\n".join(map(json.dumps, lines)), nlp=nlp)
    assert (one.cats, two.cats) == ({"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"content": 3}, ':2: expected an object with a "content"'),
        ({"content": "a", "annotation": 3}, ':2: "annotation" is 3; expected a list'),
        ({"content": "a", "annotation": ["x"]}, ":2: expected an annotation, an object"),
        ({"content": "a", "annotation": [{"label": ["A"], "points": [3]}]}, ":2: expected a range"),
        ({"content": "a", "annotation": {}}, ':2: "labels" is None; expected the name of a label'),
    ],
)
def test_malformed_documents_of_dataturks_are_reported(nlp, bad, message):
    data = "\n".join(map(json.dumps, [turk("Ada ran", (0, 3, "PER")), bad]))
    with pytest.raises(DataError) as caught:
        list(dataturks.convert(data, nlp=nlp))
    assert message in caught.value.message
