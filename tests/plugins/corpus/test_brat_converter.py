"""brat's `.ann` files next to `.txt` files."""

from __future__ import annotations

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters.brat import convert

TEXT = "Ada 😀 met Charles\nBabbage in North and South America.\n"
LINES = [
    "T1\tPER 0 3\tAda",
    "T2\tPER 10 25\tCharles Babbage",
    "#1\tAnnotatorNotes T1\ta poet's daughter",
    "T3\tMeet 6 9\tmet",
    "E1\tMeet:T3 Who:T1 Whom:T2",
    "R1\tKnows Arg1:T1 Arg2:T2\t",
    "A1\tNegated E1",
    "N1\tReference T1 Wikidata:Q7259\tAda Lovelace",
    "*\tEquiv T1 T2",
    "",
]
PARTS = "T4\tLOC 29 34;45 52\tNorth America"


@pytest.fixture
def ann(write):
    def ann(*lines, text=TEXT):
        write("doc.txt", text)
        return write("doc.ann", "\n".join(lines))

    return ann


@pytest.mark.parametrize("suffix", [".ann", ".txt"])
def test_text_bound_annotations_are_entities(nlp, entities, ann, suffix):
    with pytest.warns() as said:
        (doc,) = convert(ann(*LINES).with_suffix(suffix), nlp=nlp)
    assert doc.text == TEXT
    assert entities(doc) == [("Ada", "PER"), ("met", "Meet"), ("Charles\nBabbage", "PER")]
    counted = ["attribute", "equivalence", "event", "normalization", "note", "relation"]
    assert [str(each.message).rpartition(": ")[2] for each in said] == [
        f"1 {kind} not used" for kind in counted
    ]


def test_entities_of_several_parts_are_reported(nlp, entities, ann):
    path = ann(LINES[0], PARTS)
    message = r"doc\.ann:2: document 1, characters 29 to 52: LOC .*it has 2 parts"
    with pytest.raises(DataError, match=message):
        list(convert(path, nlp=nlp))
    (doc,) = convert(path, nlp=nlp, on_misaligned="skip")
    assert entities(doc) == [("Ada", "PER")]
    assert [token.ent_iob_ for token in doc][-7:] == ["O", "", "", "", "", "O", "O"]
    (doc,) = convert(path, nlp=nlp, on_misaligned="snap")
    assert entities(doc) == [("Ada", "PER"), ("North and South America", "LOC")]


def test_tabs_in_the_annotated_text_are_kept(nlp, entities, ann):
    (doc,) = convert(ann("T1\tPER 0 8\tAda\tLove", text="Ada\tLove here"), nlp=nlp)
    assert entities(doc) == [("Ada\tLove", "PER")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T2\tPER 3 3\t", r"doc\.ann:2: the entity PER at character 3 is empty"),
        ("T2\tPER 6 99\tmet", r"doc\.ann:2: the entity PER at characters 6 to 99 is outside"),
    ],
)
def test_impossible_offsets_are_reported_by_line(nlp, ann, line, message):
    with pytest.raises(DataError, match=message):
        list(convert(ann(LINES[0], line), nlp=nlp))


def test_parts_without_a_gap_are_one(nlp, entities, ann):
    (doc,) = convert(ann("T1\tPER 10 17;18 25\tCharles Babbage"), nlp=nlp, on_misaligned="snap")
    assert entities(doc) == [("Charles\nBabbage", "PER")]


def test_nested_annotations_are_spans(nlp, ann):
    with pytest.warns(match="overlap"):
        (doc,) = convert(ann(LINES[1], "T2\tFIRST 10 17\tCharles"), nlp=nlp)
    assert {span.label_ for span in doc.spans["sc"]} == {"PER", "FIRST"}


@pytest.mark.parametrize(
    "text", [TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT], ids=["crlf", "mark"]
)
def test_line_ends_and_byte_order_marks_are_understood(nlp, entities, write, text):
    write("doc.txt", text.encode())
    path = write("doc.ann", "\r\n".join(LINES[:2]).encode())
    (doc,) = convert(path, nlp=nlp)
    assert doc.text == text.removeprefix("\ufeff")
    assert [label for _, label in entities(doc)] == ["PER", "PER"]
    assert doc.ents[1].text.split() == ["Charles", "Babbage"]


def test_a_text_without_annotation_has_no_entities(nlp, ann):
    (doc,) = convert(ann(), nlp=nlp)
    assert {token.ent_iob_ for token in doc} == {"O"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T2 PER 0 3 Ada", "expected an identifier, `LABEL START END` and a text"),
        ("T2\tPER 0 x\tAda", "expected an identifier"),
        ("T2\tPER 3 0\tAda", "the parts are not in order: 3 0"),
        ("T2\tPER 0 " + "9" * 5000 + "\tAda", "expected an identifier"),
        ("Q2\tPER 0 3\tAda", "expected an annotation such as T1"),
    ],
)
def test_malformed_lines_are_reported(nlp, ann, line, message):
    with pytest.raises(DataError) as caught:
        list(convert(ann(LINES[0], line), nlp=nlp))
    assert f"doc.ann:2: {message}" in caught.value.message


def test_both_files_are_needed(nlp, write):
    with pytest.raises(DataError, match=r"a\.txt: no such file"):
        list(convert(write("a.ann", LINES[0]), nlp=nlp))
    with pytest.raises(DataError, match=r"b\.ann: no such file"):
        list(convert(write("b.txt", TEXT), nlp=nlp))
    with pytest.raises(DataError, match="two files"):
        list(convert(TEXT, nlp=nlp))
