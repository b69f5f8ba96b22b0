from __future__ import annotations

import json
import re

import pytest

from kernel.errors import DataError
from kernel.text import Doc
from kernel_plugin_corpus.converters.jsonl import convert, guess_spaces

TEXT = "Ada Lovelace lived in London."


def lines(*entries):
    return "\n".join(json.dumps(entry) for entry in entries)


def entry(*spans, text=TEXT, **more):
    return {"text": text, "entities": list(spans), **more}


@pytest.mark.parametrize(
    "entity",
    [[0, 12, "PER"], {"start": 0, "end": 12, "label": "PER"}],
    ids=["list", "object"],
)
def test_entities_come_in_two_forms(nlp, entities, entity):
    (doc,) = convert(lines(entry(entity)), nlp=nlp)
    assert doc.text == TEXT
    assert entities(doc) == [("Ada Lovelace", "PER")]
    assert doc[3].ent_iob_ == "O"


def test_text_without_entities_key_is_not_annotated(nlp):
    (doc,) = convert(lines({"text": TEXT}), nlp=nlp)
    assert not doc.has_annotation("ENT_IOB")


def test_words_are_kept_as_given(nlp):
    (doc,) = convert(lines({"text": "ab c", "words": ["a", "b", "c"]}), nlp=nlp)
    assert [(token.text, token.whitespace_) for token in doc] == [("a", ""), ("b", " "), ("c", "")]


def test_spans_may_overlap(nlp):
    spans = [[0, 3, "A"], [0, 12, "B"]]
    with pytest.warns(match="the spans of 1 text overlap: all spans are in the span group `sc`"):
        (doc,) = convert(lines({"text": TEXT, "spans": spans}), nlp=nlp)
    assert not doc.has_annotation("ENT_IOB")
    assert [(span.text, span.label_) for span in doc.spans["sc"]] == [
        ("Ada", "A"),
        ("Ada Lovelace", "B"),
    ]


def test_label_gives_every_label_of_the_file_a_value(nlp):
    first, second, third = convert(
        lines({"text": "x", "label": "A"}, {"text": "y", "label": ["B", "C"]}, {"text": "z"}),
        nlp=nlp,
    )
    assert first.cats == {"A": 1.0, "B": 0.0, "C": 0.0}
    assert second.cats == {"A": 0.0, "B": 1.0, "C": 1.0}
    assert third.cats == {}


def test_cats_are_taken_as_they_are(nlp):
    (doc,) = convert(lines({"text": "x", "cats": {"A": 0.5, "B": True}}), nlp=nlp)
    assert doc.cats == {"A": 0.5, "B": 1.0}


def test_misaligned_entities_are_all_listed(nlp, write):
    bad = write(
        "bad.jsonl", lines(entry([0, 2, "PER"]), entry(), entry([14, 18, "X"], [22, 27, "L"]))
    )
    with pytest.raises(DataError) as caught:
        list(convert(bad, nlp=nlp))
    message = caught.value.message
    assert "3 entities do not align with the tokens" in message
    assert (
        f"{bad}:1: document 1, characters 0 to 2: PER 'Ad': it ends inside of the token 'Ada'; "
        "'Ada' at 0 to 3 would fit"
    ) in message
    assert f"{bad}:3: document 3, characters 22 to 27: L 'Londo'" in message
    assert "it starts inside of the token 'lived'" in message


def test_skipped_entity_leaves_its_tokens_unknown(nlp):
    found = []
    data = lines(entry([0, 2, "PER"], [22, 28, "LOC"]))
    (doc,) = convert(data, nlp=nlp, on_misaligned="skip", misaligned=found)
    assert [token.ent_iob_ for token in doc][:3] == ["", "O", "O"]
    assert [span.text for span in doc.ents] == ["London"]
    assert len(found) == 1


def test_snapped_entity_covers_whole_tokens(nlp, entities):
    found = []
    data = lines(entry([1, 11, "PER"]))
    (doc,) = convert(data, nlp=nlp, on_misaligned="snap", misaligned=found)
    assert entities(doc) == [("Ada Lovelace", "PER")]
    assert (found[0].start, found[0].end, found[0].text) == (1, 11, "da Lovelac")


def test_snapping_never_overlaps_another_entity(nlp, entities):
    data = lines(entry([0, 3, "A"], [4, 11, "B"], [11, 12, "C"]))
    (doc,) = convert(data, nlp=nlp, on_misaligned="snap")
    assert entities(doc) == [("Ada", "A"), ("Lovelace", "B")]


TIMES = {"text": "at 10:30am-11:45pm today", "entities": [[3, 10, "T"], [11, 18, "T"]]}


@pytest.fixture
def by_spaces(nlp):
    """A pipeline that splits texts at single spaces only, as spaCy's tokenizer does in English."""
    nlp.tokenizer = lambda text: Doc(nlp.vocab, *_split(text))
    return nlp


def _split(text):
    words = re.findall(r"\S+|(?<=\s)\s+", text)
    return words, guess_spaces(words, text)


def test_two_entities_inside_of_one_token_leave_it_unknown(by_spaces):
    found = []
    (doc,) = convert(lines(TIMES), nlp=by_spaces, on_misaligned="skip", misaligned=found)
    assert [token.ent_iob_ for token in doc] == ["O", "", "O"]
    assert [each.outcome for each in found] == ["left out", "left out"]


@pytest.mark.parametrize(
    ("label", "outcome"),
    [("T", "joined with"), ("END", "left out, because it overlaps with")],
    ids=["same", "other"],
)
def test_widening_reports_entities_that_meet_in_a_token(by_spaces, entities, label, outcome):
    found = []
    data = TIMES | {"entities": [[3, 10, "T"], [11, 18, label]]}
    (doc,) = convert(lines(data), nlp=by_spaces, on_misaligned="snap", misaligned=found)
    assert entities(doc) == [("10:30am-11:45pm", "T")]
    assert [each.outcome for each in found] == [
        "changed to '10:30am-11:45pm' at 3 to 18",
        f"{outcome} T '10:30am-11:45pm'",
    ]
    assert f"it starts inside of the token '10:30am-11:45pm'; {outcome} T" in str(found[1])


@pytest.mark.parametrize(
    ("span", "is_kept"),
    [([6, 10], True), ([5, 10], True), ([2, 7], True), ([5, 7], False), ([6, 7], False)],
    ids=["before", "space-before", "after", "spaces", "whitespace-token"],
)
def test_whitespace_at_the_ends_of_entities_is_reported_and_trimmed(
    by_spaces, entities, span, is_kept
):
    data = lines(entry([*span, "PER"], text="I saw  Ada"))
    with pytest.raises(DataError, match=r"1 entity does not align .*\n.*whitespace"):
        list(convert(data, nlp=by_spaces))
    (doc,) = convert(data, nlp=by_spaces, on_misaligned="snap")
    text = "I saw  Ada"[slice(*span)].strip()
    assert entities(doc) == ([(text, "PER")] if is_kept else [])
    (doc,) = convert(data, nlp=by_spaces, on_misaligned="skip")
    assert not doc.ents
    assert [token.text for token in doc if not token.ent_iob_] == ([text] if is_kept else [])


@pytest.mark.filterwarnings("ignore:.*overlap")
def test_spans_are_trimmed_as_entities_are(by_spaces):
    data = lines({"text": "I saw  Ada", "spans": [[6, 10, "PER"], [7, 10, "A"]]})
    with pytest.raises(DataError, match="it starts or ends with whitespace"):
        list(convert(data, nlp=by_spaces))
    (doc,) = convert(data, nlp=by_spaces, on_misaligned="snap")
    assert [(span.text, span.label_) for span in doc.spans["sc"]] == [("Ada", "PER"), ("Ada", "A")]


def test_whitespace_inside_of_an_entity_is_kept(by_spaces, entities):
    (doc,) = convert(lines(entry([0, 10, "PER"], text="I saw  Ada")), nlp=by_spaces)
    assert entities(doc) == [("I saw  Ada", "PER")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("{", ":1: not JSON", id="syntax"),
        pytest.param(
            '{"text": "a", "cats": {"A": NaN}}', ":1: the line is not JSON: NaN", id="nan"
        ),
        pytest.param('{"text": "a", "n": 1e999}', ":1: the line is not JSON: 1e999", id="infinite"),
        pytest.param(
            '{"text": "a", "n": ' + "9" * 5000 + "}", ":1: the line is not J", id="digits"
        ),
        pytest.param("[" * 200_000, ":1: the line is nested too deeply", id="nesting"),
        pytest.param(
            '{"text": "so sad \\ud83d"}',
            ":1: character 7 of 'so sad \\ud83d' is half of a character ('\\ud83d')",
            id="half-emoji",
        ),
        pytest.param('{"text": "a", "label": "\\udc00"}', ":1: character 0 of", id="half-label"),
        pytest.param('{"text": "a", "entities": [[true, 1, "X"]]}', ":1: expected an", id="bool"),
        pytest.param('["text"]', ':1: expected an object with a "text"', id="list"),
        pytest.param('{"text": 3}', ':1: expected an object with a "text"', id="type"),
        pytest.param(
            lines(entry([0, 3, ""])),
            ":1: the entity 'Ada' at characters 0 to 3 has no label",
            id="empty-label",
        ),
        pytest.param(
            lines(entry([0, 3])), ":1: the entity at characters 0 to 3 has no label", id="no-label"
        ),
        pytest.param(
            lines(entry([0, 99, "X"])),
            ":1: the entity X at characters 0 to 99 is outside the text, which has 29 characters",
            id="outside",
        ),
        pytest.param(
            lines(entry(["a", 3, "X"])),
            ":1: expected an entity as [start, end, label], got ['a', 3, 'X']",
            id="offset",
        ),
        pytest.param(
            lines({"text": "x", "label": ""}),
            ":1: \"label\" is ''; expected the name of a label",
            id="label",
        ),
        pytest.param(
            lines({"text": "x", "cats": {"A": "yes"}}),
            ":1: \"cats\" has 'A': 'yes'; expected a number",
            id="cats",
        ),
        pytest.param(
            lines({"text": "ab", "words": ["a", "c"]}),
            ':1: "words" and "spaces" do not make up the "text"',
            id="words",
        ),
    ],
)
def test_malformed_entries_are_reported_by_line(nlp, write, content, message):
    with pytest.raises(DataError) as caught:
        list(convert(write("bad.jsonl", content), nlp=nlp))
    assert message in caught.value.message


def test_overlapping_entities_are_both_named(nlp, write):
    path = write("overlap.jsonl", lines(entry(), entry([0, 12, "PER"], [4, 18, "X"])))
    with pytest.raises(DataError) as caught:
        list(convert(path, nlp=nlp))
    assert caught.value.message == (
        f"{path}:2: entities overlap: PER 'Ada Lovelace' (characters 0 to 12) and "
        "X 'Lovelace lived' (characters 4 to 18)"
    )


def test_keys_that_are_not_used_are_reported(nlp):
    data = lines({"text": "x", "meta": 1, "_hash": 2, "entitys": []})
    with pytest.warns(UserWarning, match="these keys are not used: `entitys`"):
        list(convert(data, nlp=nlp))


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([entry([0, 3, "PER"]), entry()]),
        json.dumps([entry([0, 3, "PER"]), entry()], indent=1),
        "[" + ",\n".join(map(json.dumps, [entry([0, 3, "PER"]), entry()])) + "]",
        "\ufeff" + "\r".join(map(json.dumps, [entry([0, 3, "PER"]), entry()])) + "\r\r",
    ],
    ids=["one-line", "indented", "list-of-lines", "cr"],
)
def test_a_list_is_read_as_lines_are(nlp, entities, content):
    one, two = convert(content, nlp=nlp)
    assert (entities(one), entities(two)) == ([("Ada", "PER")], [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "a"\n{"text": "b"}\n', "<text>:1: not JSON: Expecting ',' delimiter"),
        ('{"text": "a"}\n{"text": "b"\n', "<text>:2: not JSON: Expecting ',' delimiter"),
        ('[\n{"text": "a"},\n{"text": }\n]', "<text>:3: not JSON: Expecting value at column 10"),
        ('{"a": [\n{"text": "a"}]}', 'document 1: expected an object with a "text"'),
    ],
    ids=["first-line", "second-line", "list", "object"],
)
def test_errors_have_the_line_of_the_file(nlp, content, message):
    with pytest.raises(DataError) as caught:
        list(convert(content, nlp=nlp))
    assert message in caught.value.message


def test_whole_emoji_are_kept(nlp, entities):
    text = "\\ud83d\\ude00 Ada"
    (doc,) = convert(f'{{"text": "{text}", "entities": [[2, 5, "PER"]]}}', nlp=nlp)
    assert doc.text == "😀 Ada"
    assert entities(doc) == [("Ada", "PER")]
