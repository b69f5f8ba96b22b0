"""Docs as training JSON."""

import pytest

from kernel.text import Doc, Vocab
from kernel_plugin_corpus.training_json import docs_to_json


@pytest.fixture
def make_doc():
    vocab = Vocab()
    return lambda words, spaces=None, **annotations: Doc(vocab, words, spaces, **annotations)


@pytest.fixture
def parsed(make_doc):
    """Two sentences: `Ada Lovelace went` and `to New York .`"""
    return make_doc(
        ["Ada", "Lovelace", "went", "to", "New", "York", "."],
        [True, True, True, True, True, False, False],
        heads=[1, 2, 2, 3, 5, 3, 3],
        deps=["compound", "nsubj", "ROOT", "ROOT", "compound", "pobj", "punct"],
        tags=["NNP", "NNP", "VBD", "IN", "NNP", "NNP", "."],
        lemmas=["Ada", "Lovelace", "go", "to", "New", "York", "."],
        ents=["B-PERSON", "I-PERSON", "O", "O", "B-GPE", "I-GPE", "O"],
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
