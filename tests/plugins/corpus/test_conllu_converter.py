from __future__ import annotations

import json

import pytest

from kernel.errors import DataError
from kernel_plugin_corpus.converters.conllu import convert


def row(number, form, *, lemma="_", upos="_", xpos="_", feats="_", head="_", dep="_", misc="_"):
    return "\t".join([str(number), form, lemma, upos, xpos, feats, str(head), dep, "_", misc])


SPANISH = "\n".join(
    [
        "# text = ¡Vámonos al mar!",
        row(1, "¡", upos="PUNCT", head=3, dep="punct", misc="SpaceAfter=No"),
        row("2-3", "Vámonos"),
        row(2, "Vamos", lemma="ir", upos="VERB", xpos="V", feats="B=2,1|A=1", head=0, dep="root"),
        row(3, "nos", lemma="nosotros", upos="PRON", xpos="P", feats="B=3", head=2, dep="obj"),
        row("3.1", "ghost", lemma="ghost"),
        row("4-5", "al"),
        row(4, "a", lemma="a", upos="ADP", head=6, dep="case"),
        row(5, "el", lemma="el", upos="DET", head=6, dep="det"),
        row(6, "mar", lemma="mar", upos="NOUN", head=2, dep="obl", misc="SpaceAfter=No"),
        row(7, "!", upos="PUNCT", head=2, dep="punct", misc="SpaceAfter=No"),
        "",
        row(1, "_", lemma="_", upos="SYM", head=0, dep="root", misc="SpaceAfter=No"),
        "",
    ]
)


def columns(doc):
    return [
        (token.text, token.whitespace_, token.lemma_, token.tag_, token.pos_, str(token.morph))
        for token in doc
    ]


def test_words_of_ranges_have_no_space_inside(nlp):
    doc, other = convert(SPANISH, nlp=nlp)
    assert columns(doc) == [
        ("¡", "", "", "PUNCT", "PUNCT", ""),
        ("Vamos", "", "ir", "V", "VERB", "A=1|B=1,2"),
        ("nos", " ", "nosotros", "P", "PRON", "B=3"),
        ("a", "", "a", "ADP", "ADP", ""),
        ("el", " ", "el", "DET", "DET", ""),
        ("mar", "", "mar", "NOUN", "NOUN", ""),
        ("!", "", "", "PUNCT", "PUNCT", ""),
    ]
    assert [token.head.i for token in doc] == [2, 1, 1, 5, 5, 1, 1]
    assert [token.dep_ for token in doc] == ["punct", "ROOT", "obj", "case", "det", "obl", "punct"]
    assert columns(other) == [("_", "", "_", "SYM", "SYM", "")]


def test_merged_tokens_join_their_words(nlp):
    doc = next(iter(convert(SPANISH, nlp=nlp, merge_subtokens=True)))
    assert columns(doc) == [
        ("¡", "", "", "PUNCT", "PUNCT", ""),
        ("Vámonos", " ", "ir nosotros", "V_P", "VERB", "A=1|B=1,2,3"),
        ("al", " ", "a el", "ADP_DET", "ADP", ""),
        ("mar", "", "mar", "NOUN", "NOUN", ""),
        ("!", "", "", "PUNCT", "PUNCT", ""),
    ]
    assert [token.head.i for token in doc] == [1, 1, 3, 1, 1]
    assert [token.dep_ for token in doc] == ["punct", "ROOT", "case", "obl", "punct"]


def test_sentences_of_a_doc_are_apart_by_a_space(nlp):
    (doc,) = convert(SPANISH, nlp=nlp, n_sents=0)
    assert doc.text == "¡Vamosnos ael mar! _"
    assert [token.i for token in doc if token.is_sent_start] == [0, 7]
    assert doc[7].head.i == 7


@pytest.mark.parametrize("n_sents", [0, 1])
def test_sentences_of_empty_nodes_are_left_out(nlp, n_sents):
    empty = row("0.1", "ghost")
    text = f"{empty}\n\n{row(1, 'Go')}\n\n{empty}\n\n"
    assert [doc.text for doc in convert(text, nlp=nlp, n_sents=n_sents)] == ["Go "]
    with pytest.raises(DataError, match="the file has no tokens"):
        list(convert(f"{empty}\n", nlp=nlp, n_sents=n_sents))


def test_morphology_is_appended_to_tags(nlp):
    doc = next(iter(convert(SPANISH, nlp=nlp, morphology=True)))
    assert [token.tag_ for token in doc][:3] == ["PUNCT", "V__B=2,1|A=1", "P__B=3"]


NAMED = "\n".join(
    [
        row(1, "Ada", misc="name=B-PERSON|SpaceAfter=No"),
        row(2, "L.", misc="L-PERSON"),
        row(3, "in", misc="O"),
        row(4, "Rome", misc="NE=U-GPE"),
    ]
)


def test_entities_are_read_from_the_last_column(nlp, entities):
    (doc,) = convert(NAMED, nlp=nlp)
    assert entities(doc) == [("AdaL.", "PERSON"), ("Rome", "GPE")]


def test_entity_labels_are_mapped_and_taken_out(nlp, entities):
    (doc,) = convert(NAMED, nlp=nlp, ner_map={"PERSON": "PER", "GPE": ""})
    assert entities(doc) == [("AdaL.", "PER")]


def test_without_entity_tags_entities_are_unknown(nlp):
    doc = next(iter(convert(SPANISH, nlp=nlp)))
    assert not doc.has_annotation("ENT_IOB")


HALF = "\n".join(
    [row("1-2", "al"), row(1, "a", misc="O"), row(2, "el", misc="B-X"), row(3, "mar", misc="I-X")]
)


def test_entity_inside_a_merged_token_is_an_error(nlp, write):
    path = write("half.conllu", HALF)
    with pytest.raises(DataError) as caught:
        list(convert(path, nlp=nlp, merge_subtokens=True))
    assert "1 entity does not align with the tokens" in caught.value.message
    assert f"{path}:1: document 1, characters 1 to 7: X 'el mar'" in caught.value.message
    assert "--on-misaligned snap" in caught.value.hint


@pytest.mark.parametrize(
    ("policy", "iob"), [("skip", ["", ""]), ("snap", ["B", "I"])], ids=["skip", "snap"]
)
def test_entity_inside_a_merged_token_follows_the_policy(nlp, policy, iob):
    found = []
    (doc,) = convert(HALF, nlp=nlp, merge_subtokens=True, on_misaligned=policy, misaligned=found)
    assert [token.ent_iob_ for token in doc] == iob
    assert [entity.text for entity in found] == ["el mar"]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param(
            "1\tAda\tPER", 1, "expected 10 columns, separated by tabs, got 3", id="columns"
        ),
        pytest.param(
            f"# x\n{row(2, 'a')}", 2, "expected the word number 1 in column 1, got '2'", id="number"
        ),
        pytest.param(
            row(1, "a", head=2), 1, "the head (column 7) is '2'; expected 0 to 1", id="head"
        ),
        pytest.param(
            row(1, "a", upos="NOUNS"),
            1,
            "'NOUNS' in column 4 is not a universal part-of-speech tag",
            id="pos",
        ),
        pytest.param(
            row("1-2", "ab") + "\n" + row(1, "a"),
            1,
            "'1-2' in column 1 is not a range of the sentence's 1 words",
            id="range",
        ),
        pytest.param(
            f"{row(1, 'a')}\n{row('2.', 'b')}",
            2,
            "expected the word number 2 in column 1, got '2.'",
            id="dot",
        ),
        pytest.param(row(1, ""), 1, "the word (column 2) is empty", id="word"),
        pytest.param(
            row(1, "a", head=0)
            + "\n\n# sent 2\n"
            + "\n".join(row(n, f"w{n}", head=head) for n, head in [(1, 2), (2, 3), (3, 4), (4, 2)]),
            5,
            "the heads (column 7) of the words 2 (w2), 3 (w3), 4 (w4) form a cycle",
            id="cycle",
        ),
        pytest.param(
            row(1, "a", head="²"), 1, "the head (column 7) is '²'; expected 0 to 1", id="digit"
        ),
        pytest.param(
            row(1, "a", head="9" * 5000),
            1,
            f"the head (column 7) is '{'9' * 78}…; expected 0 to 1",
            id="digits",
        ),
    ],
)
def test_malformed_rows_are_reported_by_line(nlp, write, content, line, message):
    path = write("bad.conllu", content)
    with pytest.raises(DataError) as caught:
        list(convert(path, nlp=nlp))
    assert caught.value.message == f"{path}:{line}: {message}"


@pytest.mark.parametrize(
    ("misc", "expected", "outcomes"),
    [
        (("B-X", "B-X"), [("al", "X")], ["widened to the whole token", "joined with another X"]),
        (
            ("B-X", "B-Y"),
            [("al", "X")],
            ["widened to the whole token", "left out, because it overlaps with X"],
        ),
    ],
    ids=["same", "other"],
)
def test_two_entities_inside_of_a_merged_token_are_both_reported(
    nlp, entities, misc, expected, outcomes
):
    found = []
    rows = [row("1-2", "al"), row(1, "a", misc=misc[0]), row(2, "el", misc=misc[1])]
    data = "\n".join(rows)
    (doc,) = convert(data, nlp=nlp, merge_subtokens=True, on_misaligned="snap", misaligned=found)
    assert entities(doc) == expected
    assert [entity.outcome for entity in found] == outcomes
    (doc,) = convert(data, nlp=nlp, merge_subtokens=True, on_misaligned="skip")
    assert [token.ent_iob_ for token in doc] == [""]


def test_unusual_spaces_are_part_of_columns(nlp):
    rows = [row(1, "New\xa0York", misc="B-LOC"), row(2, "a\u2028b\x85\x1c")]
    for end in ("\n", "\r\n", "\r"):
        (doc,) = convert("\ufeff# text\n" + end.join(rows), nlp=nlp)
        assert [token.text for token in doc] == ["New\xa0York", "a\u2028b\x85\x1c"]


def test_training_json_of_a_doc_reads_back_the_same(nlp):
    from kernel_plugin_corpus.converters import training_json

    tokens = [
        {"orth": "Ada", "space": " ", "tag": "NNP", "head": 1, "dep": "nsubj", "ner": "U-PER"},
        {"orth": "ran", "space": "", "tag": "VBD", "head": 0, "dep": "root", "ner": "O"},
    ]
    data = [
        {
            "id": 0,
            "paragraphs": [
                {"sentences": [{"tokens": tokens}], "cats": [{"label": "A", "value": 1}]}
            ],
        }
    ]
    (doc,) = training_json.convert(json.dumps(data), nlp=nlp)
    assert doc.text == "Ada ran"
    assert [token.dep_ for token in doc] == ["nsubj", "ROOT"]
    assert [token.head.i for token in doc] == [1, 1]
    assert [token.tag_ for token in doc] == ["NNP", "VBD"]
    assert [(span.text, span.label_) for span in doc.ents] == [("Ada", "PER")]
    assert doc.cats == {"A": 1.0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", 'document 1: expected an object with "paragraphs"'),
        ("[{]", ":1: not JSON"),
        (
            '[{"paragraphs": [{"sentences": [{"tokens": [{"ort": "a"}]}]}]}]',
            "document 1: malformed paragraph has no `orth`",
        ),
        (
            '[{"paragraphs": [{"sentences": [{"tokens": [{"orth": "a", "ner": "X"}]}]}]}]',
            "document 1: 'X' is not an entity tag",
        ),
        (
            '[{"paragraphs": [{"raw": "b", "sentences": [{"tokens": [{"orth": "a"}]}]}]}]',
            'the tokens do not make up the "raw" text',
        ),
    ],
    ids=["object", "syntax", "key", "tag", "raw"],
)
def test_malformed_training_json_is_reported(nlp, write, content, message):
    from kernel_plugin_corpus.converters import training_json

    with pytest.raises(DataError) as caught:
        list(training_json.convert(write("bad.json", content), nlp=nlp))
    assert message in caught.value.message
