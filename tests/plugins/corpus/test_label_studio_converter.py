"""Exports of Label Studio, as JSON and JSON-MIN."""

from __future__ import annotations

import json

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters.label_studio import convert

TEXT = "😀 Ada met\r\nCharles Babbage"


def region(start, end, text, *labels, kind="labels", **more):
    value = {"start": start, "end": end, "text": text, kind: list(labels)}
    return {
        "value": value,
        "id": "BtfOIVC3G2",
        "from_name": "label",
        "to_name": "text",
        "type": kind,
        "origin": "manual",
        **more,
    }


def choice(*names):
    value = {"choices": list(names)}
    return {"value": value, "from_name": "mood", "to_name": "text", "type": "choices"}


def task(*results, text=TEXT, **more):
    annotation = {"id": 9, "completed_by": 1, "result": list(results), "was_cancelled": False}
    return {
        "id": 1,
        "annotations": [annotation | {"ground_truth": False, "lead_time": 8.65}],
        "predictions": [{"result": [region(0, 1, "x", "PREDICTED")]}],
        "drafts": [],
        "data": {"text": text, "source": "https://example.org/a.html"},
        **more,
    }


ADA = region(2, 5, "Ada", "PER")
# As a browser counts before 2022: the emoji as two, a line end as one.
OLD = [region(3, 6, "Ada", "PER"), region(11, 26, "Charles Babbage", "PER")]
EXPECTED = [("Ada", "PER"), ("Charles Babbage", "PER")]


def read(nlp, *tasks, **options):
    return list(convert(json.dumps(tasks), nlp=nlp, **options))


@pytest.mark.parametrize(
    "results",
    [[ADA, region(11, 26, "Charles Babbage", "PER")], OLD, [ADA, OLD[1]]],
    ids=["characters", "units", "mixed"],
)
def test_regions_are_entities_in_whatever_unit(nlp, entities, results):
    (doc,) = read(nlp, task(*results))
    assert doc.text == TEXT
    assert entities(doc) == EXPECTED
    assert not doc.spans


def test_choices_are_categories(nlp):
    one, two = read(nlp, task(choice("good")), task(choice("bad", "long")))
    assert one.cats == {"bad": 0.0, "good": 1.0, "long": 0.0}
    assert two.cats == {"bad": 1.0, "good": 0.0, "long": 1.0}
    assert not one.has_annotation("ENT_IOB")


def test_several_labels_of_a_region_are_spans(nlp):
    with pytest.warns(match="overlap"):
        (doc,) = read(nlp, task(region(2, 5, "Ada", "PER", "POET")))
    assert [(span.text, span.label_) for span in doc.spans["sc"]] == [
        ("Ada", "PER"),
        ("Ada", "POET"),
    ]


def test_a_text_without_regions_has_no_entities(nlp):
    _, doc = read(nlp, task(ADA), task())
    assert {token.ent_iob_ for token in doc} == {"O"}


def test_tasks_without_annotation_are_skipped(nlp):
    cancelled = task(ADA)
    cancelled["annotations"][0]["was_cancelled"] = True
    with pytest.warns(match="2 tasks without annotation skipped"):
        found = read(nlp, task(ADA), cancelled, task(annotations=[]))
    assert len(found) == 1


def test_the_ground_truth_is_used(nlp, entities):
    several = task(ADA)
    truth = {"result": [region(2, 5, "Ada", "POET")], "ground_truth": True}
    several["annotations"].append(truth)
    with pytest.warns(match="1 task with several annotations: one of them used"):
        (doc,) = read(nlp, several)
    assert entities(doc) == [("Ada", "POET")]


def test_other_results_are_counted_by_type(nlp):
    relation = {"from_id": "a", "to_id": "b", "type": "relation", "labels": ["knows"]}
    html = {"type": "hypertextlabels", "value": {"start": "/p[1]", "hypertextlabels": ["PER"]}}
    with pytest.warns() as said:
        read(nlp, task(ADA, relation, relation, html))
    messages = [str(each.message) for each in said]
    assert messages == [
        "<text>: 1 result of the type `hypertextlabels` not used",
        "<text>: 2 results of the type `relation` not used",
    ]


def test_the_labelled_text_is_found_among_the_data(nlp, entities):
    data = {"title": "News", "body": "see Ada", "url": "x"}
    found = region(4, 7, "Ada", "PER", to_name="body")
    (doc,) = read(nlp, task(found) | {"data": data})
    assert (doc.text, entities(doc)) == ("see Ada", [("Ada", "PER")])
    with pytest.raises(DataError, match="expected a task with one text, got title, url"):
        read(nlp, task(ADA) | {"data": {"title": "News", "url": "x"}})


def test_completions_of_old_versions_are_read(nlp, entities):
    old = {"completions": [{"result": [ADA]}], "data": {"text": TEXT}, "id": 0}
    (doc,) = read(nlp, old)
    assert entities(doc) == [("Ada", "PER")]


def test_json_min_is_read(nlp, entities):
    data = {
        "text": TEXT,
        "source": "https://example.org/a.html",
        "id": 4,
        "label": [OLD[0]["value"], OLD[1]["value"]],
        "mood": "good",
        "topics": {"choices": ["math", "verse"]},
        "kinds": ["letter", "note"],
        "comment": "a long comment, " * 10,
        "annotator": 1,
        "annotation_id": 3,
        "created_at": "2024-01-30T02:40:43.893565Z",
        "updated_at": "2024-01-30T02:40:43.893578Z",
        "lead_time": 8.65,
    }
    with pytest.warns(match="1 result of the type `comment` not used"):
        (doc,) = read(nlp, data)
    assert entities(doc) == EXPECTED
    assert doc.cats == dict.fromkeys(["good", "math", "verse", "letter", "note"], 1.0)


def test_json_min_may_have_the_id_first(nlp, entities):
    data = {"id": 4, "text": "see Ada", "label": [{"start": 4, "end": 7, "labels": ["PER"]}]}
    (doc,) = read(nlp, data)
    assert (doc.text, entities(doc), doc.cats) == ("see Ada", [("Ada", "PER")], {})


def test_a_text_that_is_not_there_is_reported(nlp):
    wrong = task(region(2, 5, "Bob", "PER"), OLD[1])
    message = r"document 1, characters 2 to 5: PER 'Ada': the export says that its text is 'Bob'"
    with pytest.raises(DataError, match=message):
        read(nlp, wrong)
    (doc,) = read(nlp, wrong, on_misaligned="snap")
    assert [token.ent_iob_ for token in doc if token.text in {"Ada", "Babbage", "met"}] == [
        "",
        "",
        "I",
    ]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (3, "expected a task, an object"),
        (task(3), "expected a result, an object, got 3"),
        (task(region("a", 5, "Ada", "PER")), "expected an entity as [start, end, label]"),
        (task(region(2, 500, "Ada", "PER")), "is outside the text"),
        (task(choice(3)), '"choices" is 3; expected the name of a label'),
        (task() | {"data": {"image": 1}}, "expected a task with one text, got image"),
        (task() | {"annotations": 3}, '"annotations" is 3; expected a list'),
        (task() | {"annotations": [{}]}, '"result" is None; expected a list'),
    ],
)
def test_malformed_tasks_are_reported(nlp, bad, message):
    with pytest.raises(DataError) as caught:
        read(nlp, task(ADA), bad)
    assert f"document 2: {message}" in caught.value.message or message in caught.value.message
