"""Exports of doccano."""

from __future__ import annotations

import json

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters.doccano import convert

TEXT = "Ada met\nCharles <b>Babbage</b>"
LABELS = [[0, 3, "PER"], [19, 26, "PER"]]
EXPECTED = [("Ada", "PER"), ("Babbage", "PER")]


def lines(*records):
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in records)


@pytest.fixture
def by_tags(nlp):
    """A pipeline whose tokenizer splits off HTML tags."""
    nlp.tokenizer.prefix_search = __import__("re").compile(r"^</?b>").search
    nlp.tokenizer.suffix_search = __import__("re").compile(r"</?b>$").search
    return nlp


@pytest.mark.parametrize(
    "annotation",
    [
        {"id": 1, "text": TEXT, "label": LABELS, "Comments": []},
        {"id": 1, "text": TEXT, "meta": {}, "annotation_approver": None, "labels": LABELS},
        {"id": 1, "data": TEXT, "label": LABELS},
        {
            "id": 1,
            "text": TEXT,
            "entities": [
                {"id": 7, "label": label, "start_offset": start, "end_offset": end}
                for start, end, label in LABELS
            ],
            "Comments": [],
        },
    ],
    ids=["label", "labels", "data", "entities"],
)
def test_entities_are_read_from_every_version(by_tags, entities, annotation):
    (doc,) = convert(lines(annotation), nlp=by_tags)
    assert doc.text == TEXT
    assert entities(doc) == EXPECTED
    (doc,) = convert(json.dumps([annotation], indent=2), nlp=by_tags)
    assert entities(doc) == EXPECTED


def test_old_versions_number_their_labels(nlp, entities):
    old = {"text": "Ada ran", "annotations": [{"label": 3, "start_offset": 0, "end_offset": 3}]}
    (doc,) = convert(lines(old), nlp=nlp)
    assert entities(doc) == [("Ada", "3")]


def test_a_document_without_labels_has_no_entities(nlp):
    _, doc = convert(
        lines({"text": "Ada", "label": [[0, 3, "A"]]}, {"text": "b", "label": []}), nlp=nlp
    )
    assert [token.ent_iob_ for token in doc] == ["O"]


def test_categories_of_the_other_documents_are_zero(nlp):
    data = lines({"text": "a", "label": ["x"]}, {"text": "b", "labels": ["y", "z"]}, {"text": "c"})
    one, two, three = convert(data, nlp=nlp)
    assert one.cats == {"x": 1.0, "y": 0.0, "z": 0.0}
    assert two.cats == {"x": 0.0, "y": 1.0, "z": 1.0}
    assert three.cats == {}
    assert not one.has_annotation("ENT_IOB")


def test_intents_have_entities_and_a_category(nlp, entities):
    data = {"text": "fly to Rome", "entities": [[7, 11, "City"]], "cats": ["flight"]}
    (doc,) = convert(lines(data), nlp=nlp)
    assert entities(doc) == [("Rome", "City")]
    assert doc.cats == {"flight": 1.0}


def test_relations_are_counted(nlp):
    data = {"text": "a", "label": [[0, 1, "A"]], "relations": [{"from_id": 1, "to_id": 2}] * 3}
    with pytest.warns(match="3 relations not used"):
        list(convert(lines(data), nlp=nlp))


@pytest.mark.parametrize(
    ("text", "spans", "unit"),
    [
        ("💩 see Ada in Rome", [[7, 10, "A"], [14, 18, "B"]], "UTF-16 units"),
        ("💩 see Ada in Rome", [[6, 9, "A"], [13, 17, "B"]], None),
        ("1\r\nsee Ada in Rome", [[6, 9, "A"], [13, 17, "B"]], "characters, a line end as one"),
        (
            "💩💩\r\nsee Ada in Rome",
            [[9, 12, "A"], [16, 20, "B"]],
            "UTF-16 units, a line end as one",
        ),
    ],
    ids=["units", "characters", "line-end", "both"],
)
def test_the_unit_of_the_offsets_is_found(nlp, recwarn, entities, text, spans, unit):
    (doc,) = convert(lines({"text": text, "label": spans}), nlp=nlp)
    assert entities(doc) == [("Ada", "A"), ("Rome", "B")]
    assert doc.text == text
    said = [str(each.message) for each in recwarn]
    assert said == ([] if unit is None else [f"<text>: its offsets count {unit}"])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"label": []}, ':2: expected an object with a "text"'),
        ({"text": "a", "label": "x"}, ":2: \"label\" is 'x'; expected a list"),
        ({"text": "a", "label": [[0, "x", "A"]]}, ":2: expected an entity as"),
        ({"text": "a", "label": [[0, 9, "A"]]}, ":2: the entity A at characters 0 to 9 is outside"),
        ({"text": "a", "label": [None]}, ':2: "label" is None; expected the name of a label'),
        ({"text": "a", "label": [{"label": ""}]}, ":2: \"label\" is ''; expected"),
    ],
)
def test_malformed_documents_are_reported_by_line(nlp, bad, message):
    with pytest.raises(DataError) as caught:
        list(convert(lines({"text": "Ada", "label": [[0, 3, "A"]]}, bad), nlp=nlp))
    assert message in caught.value.message
