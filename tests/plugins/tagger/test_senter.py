import numpy as np
import pytest

from kernel.errors import UnsupportedError
from kernel.text import Doc, DocBatch, Example


def starts_of(doc):
    return [token.is_sent_start for token in doc]


@pytest.fixture
def sentences(make_example):
    """Docs in which exactly the words `The` start sentences."""
    rng = np.random.default_rng(0)
    examples = []
    for _ in range(20):
        words = ["The", *rng.choice(["The", "fish", "ran", "."], 8).tolist()]
        starts = [word == "The" for word in words]
        examples.append(make_example(words, sent_starts=starts))
    return examples


def test_it_learns_where_sentences_start(sentences, make_component):
    senter = make_component("senter", sentences, steps=40)
    made = [
        Example(senter(Doc(senter.vocab, words=eg.reference.words())), eg.reference)
        for eg in sentences
    ]
    assert senter.score(made) == {"sents_p": 1.0, "sents_r": 1.0, "sents_f": 1.0}


def test_every_token_is_annotated(sentences, make_component):
    senter = make_component("senter", sentences, steps=40)
    doc = senter(Doc(senter.vocab, words=["The", "fish", "ran", "The", "."]))
    assert doc.annotations.get("sent_start").tolist() == [1, -1, -1, 1, -1]
    assert [len(sent) for sent in doc.sents] == [3, 2]


def test_first_token_starts_a_sentence_whatever_is_predicted(vocab, make_component):
    for overwrite in (False, True):
        docs = [Doc(vocab, words=words) for words in (["a", "b"], [], ["c"])]
        make_component("senter", overwrite=overwrite).set_annotations(docs, np.zeros(3, np.int64))
        assert [starts_of(doc) for doc in docs] == [[True, False], [], [True]]


def test_starts_that_were_set_before_are_kept(sentences, make_component):
    for overwrite, expected in ((False, [1, 1, -1, -1]), (True, [1, -1, -1, 1])):
        senter = make_component("senter", sentences, steps=40, overwrite=overwrite)
        doc = Doc(senter.vocab, words=["The", "fish", "ran", "The"])
        doc.set_column("sent_start", [0, 1, 0, -1])
        assert senter(doc).annotations.get("sent_start").tolist() == expected


@pytest.mark.parametrize(
    ("words", "gold_words", "starts", "expected"),
    [
        pytest.param("a b c", "a b c", [1, 0, 1], [1, 0, 1], id="unsaid-is-inside"),
        pytest.param("a b c", "a b c", [1, -1, 1], [1, 0, 1], id="same-tokens"),
        pytest.param("ab c", "a b c", [1, -1, 1], [-1, 1], id="one-of-two-starts"),
        pytest.param("ab c", "a b c", [1, 1, -1], [1, 0], id="both-start"),
        pytest.param("a b c", "ab c", [1, -1], [1, 1, 0], id="parts-of-one"),
        pytest.param("a b c", "a b c", None, [-1, -1, -1], id="no-annotation"),
    ],
)
def test_gold_is_that_of_all_gold_tokens(
    make_component, make_example, words, gold_words, starts, expected
):
    example = make_example(words.split(), gold_words=gold_words.split(), sent_starts=starts)
    gold = make_component("senter").gold_classes([example])
    assert gold.classes.tolist() == expected


def test_labels_are_fixed_and_hidden(make_component):
    senter = make_component("senter")
    assert senter.labels == ("I", "S")
    assert senter.hide_labels
    assert senter.label_data is None
    with pytest.raises(UnsupportedError, match="component `senter` does not accept labels"):
        senter.add_label("X")


def test_docs_without_tokens_go_through(vocab, sentences, make_component, make_example):
    senter = make_component("senter", sentences)
    docs = DocBatch([Doc(vocab), Doc(vocab, words=["The"])])
    senter.set_annotations(docs, senter.predict(docs))
    assert senter.update([make_example([])]) == {"senter": 0.0}


def test_docs_without_gold_sentences_do_not_count(sentences, make_component, make_example):
    senter = make_component("senter", sentences, steps=5)
    unknown = make_example(["a", "b"])
    senter(unknown.predicted)
    assert senter.score([unknown]) == dict.fromkeys(["sents_p", "sents_r", "sents_f"])


def test_saved_component_predicts_the_same(sentences, make_component, tmp_path):
    senter = make_component("senter", sentences, steps=20)
    senter.to_disk(tmp_path)
    loaded = make_component("senter").from_disk(tmp_path)
    assert (tmp_path / "cfg").read_text() == '{\n  "overwrite": false\n}'
    assert loaded.to_bytes() == senter.to_bytes()
    docs = [Doc(senter.vocab, words=["The", "fish", "The"]) for _ in range(2)]
    assert starts_of(loaded(docs[0])) == starts_of(senter(docs[1])) == [True, False, True]
