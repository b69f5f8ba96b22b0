"""Tasks of Prodigy as `db-out` writes them."""

from __future__ import annotations

import json

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters import jsonl
from kernel_plugin_corpus.converters.prodigy import convert

TEXT = "Uber's Lesson: Silicon Valley 🚕\r\nlives"


def task(answer="accept", **more):
    hashes = {"_input_hash": 1886699658, "_task_hash": -1952856502, "_session_id": None}
    return {"text": TEXT, **hashes, **more, "answer": answer}


def span(start, end, label, **more):
    return {"start": start, "end": end, "text": TEXT[start:end], "label": label, **more}


def lines(*tasks):
    return "\n".join(json.dumps(each) for each in tasks)


UBER, VALLEY, SILICON = span(0, 4, "ORG"), span(15, 29, "LOC"), span(15, 22, "ORG")
MANUAL = {"_view_id": "ner_manual", "_is_binary": False}


@pytest.fixture
def docs(nlp):
    return lambda *tasks, **options: list(convert(lines(*tasks), nlp=nlp, **options))


def test_accepted_spans_are_entities_and_other_tokens_are_outside(docs, entities):
    (doc,) = docs(task(spans=[UBER, VALLEY], **MANUAL))
    assert doc.text == TEXT
    assert entities(doc) == [("Uber", "ORG"), ("Silicon Valley", "LOC")]
    assert {token.ent_iob_ for token in doc} == {"B", "I", "O"}
    assert not doc.spans


def test_an_accepted_task_without_entities_has_none(docs):
    (doc,) = docs(task(spans=[], **MANUAL))
    assert {token.ent_iob_ for token in doc} == {"O"}
    with pytest.warns(match="decisions about single entities"):
        (doc,) = docs(task(spans=[], _view_id="ner"))
    assert not doc.has_annotation("ENT_IOB")


def test_ignored_tasks_are_skipped_and_counted(docs):
    with pytest.warns(match="2 tasks with the answer `ignore` skipped"):
        found = docs(task("ignore", spans=[VALLEY]), task(spans=[], **MANUAL), task("ignore"))
    assert len(found) == 1


def test_rejected_entities_are_never_entities(docs, entities):
    with pytest.warns(match="decisions about single entities"):
        accepted, rejected = docs(task(spans=[VALLEY]), task("reject", spans=[SILICON]))
    assert entities(accepted) == [("Silicon Valley", "LOC")]
    assert {token.ent_iob_ for token in accepted} == {"B", "I", ""}
    assert not rejected.ents
    assert not rejected.has_annotation("ENT_IOB")
    (incorrect,) = rejected.spans["incorrect_spans"]
    assert (incorrect.text, incorrect.label_) == ("Silicon", "ORG")


def test_spans_may_have_an_answer_of_their_own(docs, entities):
    spans = [
        {**UBER, "answer": "accept"},
        {**SILICON, "answer": "reject"},
        {**VALLEY, "answer": "ignore"},
    ]
    (doc,) = docs(task(spans=spans))
    assert entities(doc) == [("Uber", "ORG")]
    assert {token.ent_iob_ for token in doc} == {"B", ""}
    assert [(each.text, each.label_) for each in doc.spans["incorrect_spans"]] == [
        ("Silicon", "ORG")
    ]


def test_rejected_tasks_with_several_entities_are_skipped(docs):
    with pytest.warns(match="1 rejected task without a category or a single entity skipped"):
        (doc,) = docs(
            task(spans=[VALLEY], **MANUAL), task("reject", spans=[UBER, VALLEY], **MANUAL)
        )
    assert {token.ent_iob_ for token in doc} == {"B", "I", "O"}


def test_spans_that_overlap_are_a_span_group(docs, entities):
    with pytest.warns(match="the spans of 1 text overlap.*`sc`"):
        one, two = docs(task(spans=[VALLEY, SILICON], **MANUAL), task(spans=[VALLEY], **MANUAL))
    assert not one.has_annotation("ENT_IOB")
    assert [(each.text, each.label_) for each in one.spans["sc"]] == [
        ("Silicon Valley", "LOC"),
        ("Silicon", "ORG"),
    ]
    assert [each.text for each in two.spans["sc"]] == ["Silicon Valley"]
    assert entities(two) == [("Silicon Valley", "LOC")]


def test_categories_are_accepted_or_rejected(docs):
    found = docs(
        task(label="TECH", spans=[], score=0.7),
        task("reject", label="TECH", spans=[]),
        task("reject", label="SPORT"),
    )
    assert [doc.cats for doc in found] == [{"TECH": 1.0}, {"TECH": 0.0}, {"SPORT": 0.0}]
    assert not any(doc.has_annotation("ENT_IOB") for doc in found)


def test_chosen_options_are_categories(docs):
    options = [{"id": "TECH", "text": "Technology"}, {"id": 2, "text": "Sport"}, {"id": "ART"}]
    one, several, none, rejected = docs(
        task(options=options, accept=["TECH"], config={"choice_style": "single"}),
        task(options=options, accept=["ART", 2]),
        task(options=options, accept=[]),
        task("reject", options=options, accept=["ART"]),
    )
    assert one.cats == {"TECH": 1.0, "2": 0.0, "ART": 0.0}
    assert several.cats == {"TECH": 0.0, "2": 1.0, "ART": 1.0}
    assert none.cats == {"TECH": 0.0, "2": 0.0, "ART": 0.0}
    assert rejected.cats == {"ART": 0.0}


def test_highlights_of_a_category_are_not_entities(docs):
    highlight = {"start": 0, "end": 4, "text": "Uber", "pattern": 15}
    with pytest.warns(match="1 span without label, in tasks about a category, not used"):
        (doc,) = docs(task(label="TECH", spans=[highlight]))
    assert doc.cats == {"TECH": 1.0}
    assert not doc.has_annotation("ENT_IOB")


def tokens(*words):
    made, start = [], 0
    for number, word in enumerate(words):
        end = start + len(word)
        made.append({"text": word, "start": start, "end": end, "id": number, "ws": True})
        start = end + 1
    return made


def test_tokens_are_kept_if_they_make_up_the_text(docs):
    (doc,) = docs({**task(tokens=tokens("a-b", "c"), spans=[], **MANUAL), "text": "a-b c"})
    assert [token.text for token in doc] == ["a-b", "c"]
    (doc,) = docs({**task(tokens=tokens("a", "##b"), spans=[], **MANUAL), "text": "ab"})
    assert [token.text for token in doc] == ["ab"]


def test_relations_of_dependencies_become_the_tree(docs):
    arcs = [
        {"child": 0, "head": 1, "label": "nsubj"},
        {"child": 1, "head": 1, "label": "ROOT"},
        {"child": 2, "head": 1, "label": "obl:tmod"},
    ]
    data = {
        **task(tokens=tokens("Ada", "ran", "today", "!"), relations=arcs),
        "text": "Ada ran today !",
    }
    (doc,) = docs(data)
    assert [token.head.i for token in doc][:3] == [1, 1, 1]
    assert [token.dep_ for token in doc] == ["nsubj", "ROOT", "obl:tmod", ""]
    assert [token.has_head() for token in doc] == [True, True, True, False]


@pytest.mark.parametrize(
    "relations",
    [
        [{"child": 0, "head": 1, "label": "WORKS_FOR"}],
        [{"child": 0, "head": 1, "label": "nsubj"}, {"child": 1, "head": 0, "label": "obj"}],
        [{"child": 0, "head": 9, "label": "nsubj"}],
    ],
    ids=["meaning", "cycle", "outside"],
)
def test_other_relations_are_reported(docs, relations):
    data = {**task(tokens=tokens("Ada", "IBM"), relations=relations), "text": "Ada IBM"}
    with pytest.warns(match=rf"{len(relations)} relations? not used"):
        (doc,) = docs(data)
    assert not doc.has_annotation("DEP")


def test_the_jsonl_converter_reads_prodigys_files(nlp):
    with pytest.warns(match="ignore"):
        (doc,) = jsonl.convert(lines(task("reject", label="A"), task("ignore")), nlp=nlp)
    assert doc.cats == {"A": 0.0}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (task("maybe"), ":2: \"answer\" is 'maybe'; expected"),
        (task(spans=[[0, 4]]), ":2: the entity at characters 0 to 4 has no label"),
        (
            task(spans=[span(0, 99, "X")]),
            ":2: the entity X at characters 0 to 99 is outside the text",
        ),
        (task(spans={"start": 0}), ':2: "spans" is'),
        (task(label=["A"]), ":2: expected the name of a category, got ['A']"),
        (task(accept=[None]), ":2: expected the name of a category, got None"),
        ({"answer": "accept"}, ':2: expected a task with a "text"'),
        ({"text": 3, "answer": "accept"}, ':2: expected a task with a "text"'),
    ],
)
def test_malformed_tasks_are_reported_by_line(nlp, bad, message):
    with pytest.raises(DataError) as caught:
        list(convert(lines(task(label="A"), bad), nlp=nlp))
    assert message in caught.value.message
