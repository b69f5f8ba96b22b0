"""What the guides show of training data: examples in every form, corpora, and loops."""

import json
import random

import numpy as np
import pytest

import kernel
from kernel import Doc, DocBin, Example, Span, Vocab
from kernel.random import fix_random_seed
from kernel.training import biluo_tags_to_spans, init_nlp, offsets_to_biluo_tags

BOAT = ["Our", "boat", "needs", "paint"]


@pytest.fixture
def nlp():
    return kernel.blank("en")


def test_reference_is_a_doc_with_its_tags_as_an_array():
    vocab = Vocab()
    tags = ["DET", "NOUN", "VERB", "NOUN"]
    ids = np.array([[vocab.strings.add(tag)] for tag in tags], dtype="uint64")
    reference = Doc(vocab, words=BOAT).from_array(["TAG"], ids)
    example = Example(Doc(vocab, words=BOAT), reference)
    assert example.get_aligned("TAG", as_string=True) == tags
    assert [token.tag_ for token in example.predicted] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("key", "values", "attribute"),
    [
        ("tags", ["PRP$", "NN", "VBZ", "NN"], "tag_"),
        ("pos", ["DET", "NOUN", "VERB", "NOUN"], "pos_"),
        ("lemmas", ["we", "boat", "need", "paint"], "lemma_"),
        ("deps", ["poss", "nsubj", "ROOT", "dobj"], "dep_"),
        ("sent_starts", [True, False, True, False], "is_sent_start"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_annotations_are_lists_of_one_value_a_token(nlp, key, values, attribute):
    gold = {key: values} if key != "deps" else {key: values, "heads": [1, 2, 2, 2]}
    example = Example.from_dict(Doc(nlp.vocab, words=BOAT), gold)
    assert [getattr(token, attribute) for token in example.reference] == values


def test_morphology_is_written_as_features(nlp):
    morphs = ["Number=Plur|Person=1", "Number=Sing", "Person=3|Tense=Pres", "Number=Sing"]
    example = Example.from_dict(Doc(nlp.vocab, words=BOAT), {"morphs": morphs})
    assert [str(token.morph) for token in example.reference] == morphs
    assert example.reference[2].morph.get("Tense") == ["Pres"]


def test_heads_are_absolute(nlp):
    gold = {"heads": [1, 2, 2, 2], "deps": ["poss", "nsubj", "ROOT", "dobj"]}
    doc = Example.from_dict(Doc(nlp.vocab, words=BOAT), gold).reference
    assert [token.head.i for token in doc] == [1, 2, 2, 2]
    assert [child.text for child in doc[2].children] == ["boat", "paint"]


def test_entities_are_tags_or_offsets(nlp):
    text = "Captain Mona Reed sold Gull 2 in Aarhus."
    tags = ["O", "B-PERSON", "L-PERSON", "O", "B-BOAT", "L-BOAT", "O", "U-PLACE", "O"]
    offsets = [(8, 17, "PERSON"), (23, 29, "BOAT"), (33, 39, "PLACE")]
    by_tags = Example.from_dict(nlp.make_doc(text), {"entities": tags})
    by_offsets = Example.from_dict(nlp.make_doc(text), {"entities": offsets})
    expected = [("Mona Reed", "PERSON"), ("Gull 2", "BOAT"), ("Aarhus", "PLACE")]
    for example in (by_tags, by_offsets):
        assert [(ent.text, ent.label_) for ent in example.reference.ents] == expected
        assert example.get_aligned_ner() == tags
    assert offsets_to_biluo_tags(nlp.make_doc(text), offsets) == tags
    spans = biluo_tags_to_spans(nlp.make_doc(text), tags)
    assert [(span.start_char, span.end_char, span.label_) for span in spans] == offsets


def test_token_without_annotation_is_missing(nlp):
    doc = Doc(nlp.vocab, words=["Gull", "sank", "off", "Skagen"])
    example = Example.from_dict(doc, {"entities": ["U-BOAT", "-", "O", None]})
    assert example.get_aligned_ner() == ["U-BOAT", None, "O", None]


def test_categories_and_links_are_tables(nlp):
    cats = {"COMPLAINT": 1.0, "PRAISE": 0.0}
    example = Example.from_dict(nlp.make_doc("The deck was never swept"), {"cats": cats})
    assert example.reference.cats == cats
    text = "Reed met Olsen at the pier."
    gold = {
        "entities": [(0, 4, "PERSON"), (9, 14, "PERSON")],
        "links": {(0, 4): {"Q111": 1.0, "Q222": 0.0}},
    }
    linked = Example.from_dict(nlp.make_doc(text), gold).reference
    assert next(ent.kb_id_ for ent in linked.ents) == "Q111"


def test_gold_words_may_be_cut_otherwise_than_the_text(nlp):
    predicted = nlp.make_doc("Don't rock it")
    gold = {
        "words": ["Don't", "rock", "it"],
        "spaces": [True, True, False],
        "tags": ["AUX", "VB", "PRP"],
    }
    example = Example.from_dict(predicted, gold)
    assert [token.text for token in predicted] == ["Do", "n't", "rock", "it"]
    assert example.reference.text == "Don't rock it"
    assert example.get_aligned("TAG", as_string=True)[2:] == ["VB", "PRP"]


def test_corpus_is_a_file_of_docs(nlp, tmp_path, train):
    docs = []
    for place in ("Narvik", "Esbjerg", "Turku"):
        doc = nlp(f"They unload coal in {place} today")
        doc.ents = [Span(doc, 4, 5, label="PORT")]
        docs.append(doc)
    path = tmp_path / "coal.spacy"
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    trained, _ = train("", "--paths.train", path, "--paths.dev", path)
    assert kernel.load(trained).get_pipe("ner").labels == ("PORT",)
    reader = kernel.registry.readers.get("spacy.Corpus.v1")(path, gold_preproc=False)
    examples = list(reader(nlp))
    assert [example.reference.ents[0].text for example in examples] == [
        "Narvik",
        "Esbjerg",
        "Turku",
    ]
    assert all(not example.predicted.ents for example in examples)


OLD = [
    {
        "id": 3,
        "paragraphs": [
            {
                "raw": "Eels bite Olaf",
                "sentences": [
                    {
                        "tokens": [
                            {
                                "id": 0,
                                "orth": "Eels",
                                "tag": "NNS",
                                "head": 1,
                                "dep": "nsubj",
                                "ner": "O",
                            },
                            {
                                "id": 1,
                                "orth": "bite",
                                "tag": "VBP",
                                "head": 0,
                                "dep": "ROOT",
                                "ner": "O",
                            },
                            {
                                "id": 2,
                                "orth": "Olaf",
                                "tag": "NNP",
                                "head": -1,
                                "dep": "dobj",
                                "ner": "U-PERSON",
                            },
                        ]
                    }
                ],
                "cats": [{"label": "FISH", "value": 1.0}],
            }
        ],
    }
]


def test_old_json_is_converted(run, nlp, tmp_path):
    path = tmp_path / "eels.json"
    path.write_text(json.dumps(OLD))
    run("convert", path, tmp_path)
    (doc,) = DocBin().from_disk(tmp_path / "eels.spacy").get_docs(nlp.vocab)
    assert doc.text.split() == ["Eels", "bite", "Olaf"]
    assert [token.head.i for token in doc] == [1, 1, 1]
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Olaf", "PERSON")]
    assert doc.cats == {"FISH": 1.0}


def test_vocabulary_is_filled_from_a_file(read, config, data, tmp_path):
    path = tmp_path / "words.jsonl"
    rows = [
        {"lang": "en", "settings": {"oov_prob": -20.5}},
        {"orth": "starboard", "id": 1, "norm": "right", "cluster": "7", "is_stop": True},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    corpora = {"paths.train": str(data[1]), "paths.dev": str(data[3])}
    full = read(config(), {**corpora, "initialize.vocab_data": str(path)})
    lexeme = init_nlp(full, use_gpu=-1).vocab["starboard"]
    assert lexeme.norm_ == "right"
    assert lexeme.is_stop


def test_loop_of_ones_own_learns(nlp, tmp_path):
    fix_random_seed(1)
    data = [
        ("Mona sails to Narvik", {"entities": [(0, 4, "PERSON"), (14, 20, "PORT")]}),
        ("In Turku Olaf waits", {"entities": [(3, 8, "PORT"), (9, 13, "PERSON")]}),
        ("Nobody sails in June", {"entities": []}),
    ]
    nlp.add_pipe("ner")
    examples = [Example.from_dict(nlp.make_doc(text), gold) for text, gold in data]
    optimizer = nlp.initialize(lambda: examples)
    losses = []
    for _ in range(30):
        random.shuffle(examples)
        losses.append(nlp.update(examples, drop=0.2, sgd=optimizer)["ner"])
    assert losses[-1] < losses[0] / 10
    nlp.to_disk(tmp_path / "model")
    doc = kernel.load(tmp_path / "model")("Mona sails to Narvik")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Mona", "PERSON"), ("Narvik", "PORT")]
    assert nlp.evaluate(examples)["ents_f"] == 1.0


def test_saved_pipeline_has_metadata(train):
    path, _ = train()
    meta = json.loads(path.joinpath("meta.json").read_text())
    assert (meta["lang"], meta["pipeline"]) == ("en", ["tok2vec", "ner"])
    assert meta["labels"]["ner"] == ["PORT", "SHIP"]
    assert "ents_f" in meta["performance"]
    assert kernel.load(path).meta["labels"] == meta["labels"]
