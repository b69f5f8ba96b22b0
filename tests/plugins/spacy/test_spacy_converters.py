"""The converters of `kernel.training.converters` take spaCy's arguments."""

import pytest

from kernel.errors import DataError
from kernel.training import docs_to_json
from kernel.training.converters import (
    conll_ner_to_docs,
    conllu_to_docs,
    iob_to_docs,
    json_to_docs,
)


def entities(docs):
    return [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]


def test_lines_of_iob_may_have_tags_or_not():
    docs = list(iob_to_docs("I|O like|O London|I-GPE\nIn|IN|O New|NNP|B-GPE York|NNP|I-GPE\n"))

    assert entities(docs) == [[("London", "GPE"), ("New York", "GPE")]]
    assert [token.tag_ for token in docs[0]] == ["", "", "", "IN", "NNP", "NNP"]
    assert [sent.text for sent in docs[0].sents] == ["I like London", "In New York"]
    assert len(list(iob_to_docs("a|O\nb|O\nc|O", n_sents=2))) == 2


def test_sentences_of_conll_may_have_different_columns():
    text = "I\tO\nLondon\tB-GPE\n\nI PRP O\nYork NNP B-GPE\n\nI PRP _ O\n"

    (doc,) = conll_ner_to_docs(text)

    assert entities([doc]) == [[("London", "GPE"), ("York", "GPE")]]
    assert [token.tag_ for token in doc] == ["", "", "PRP", "NNP", "PRP"]
    with pytest.raises(DataError, match=r"<text>:2: expected 2 columns, .* as in line 1, got 3"):
        list(conll_ner_to_docs("I O\nLondon NNP B-GPE"))


def test_conllu_options_have_their_names():
    rows = [
        "1\tDommer\tdommer\tNOUN\t_\tNumber=Sing\t2\tappos\t_\tO",
        "2-3\tFE\t_\t_\t_\t_\t_\t_\t_\t_",
        "2\tFinn\tFinn\tPROPN\t_\tGender=Masc\t4\tnsubj\t_\tB-PER",
        "3\tEilertsen\tEilertsen\tX\t_\tGender=Fem|Tense=past\t2\tname\t_\tI-PER",
        "4\tgikk\tgå\tVERB\t_\t_\t0\troot\t_\tO",
    ]

    docs = list(
        conllu_to_docs(
            "\n".join(rows), append_morphology=True, merge_subtokens=True, ner_map={"PER": "P"}
        )
    )

    assert [token.text for token in docs[0]] == ["Dommer", "FE", "gikk"]
    assert [token.tag_ for token in docs[0]] == [
        "NOUN__Number=Sing",
        "PROPN_X__Gender=Fem,Masc|Tense=past",
        "VERB",
    ]
    assert entities(docs) == [[("FE", "P")]]
    assert docs_to_json(docs)["paragraphs"][0]["entities"] == [(7, 9, "P")]


def test_json_is_given_as_values_or_text():
    (doc,) = iob_to_docs("I|O London|B-GPE")
    entry = docs_to_json(doc)

    assert entities(json_to_docs([entry])) == [[("London", "GPE")]]
    assert entry["paragraphs"][0]["entities"] == [(2, 8, "GPE")]
