"""Words met in texts are forgotten, docs that have them are not harmed."""

import gc
import weakref

import numpy as np
import pytest

import kernel
from kernel.text import Doc, DocBin, Example, Span, Vocab
from kernel.text.errors import UnknownKeyError
from kernel.text.files.doc_wire import pack_docs, unpack_docs


def new_words(n, start=0):
    return [f"word{number}" for number in range(start, start + n)]


@pytest.fixture
def small():
    return Vocab(transient_limit=50)


def test_a_vocabulary_does_not_grow_with_two_hundred_thousand_words():
    nlp = kernel.blank("xx")
    nlp.vocab.transient_limit = 10_000
    texts = (" ".join(new_words(50, start)) for start in range(0, 200_000, 50))
    most, tables = 0, weakref.WeakSet()

    for doc in nlp.pipe(texts, batch_size=40):
        most = max(most, len(doc.lexemes), len(doc.lexemes.generation.ids) // 4)
        tables.add(doc.lexemes)

    gc.collect()
    assert most <= 10_000 + 40 * 50
    assert len(tables) <= 2
    assert len(nlp.vocab.strings) < 60_000


def test_an_old_doc_keeps_all_it_needs(small):
    doc = Doc(small, ["Ada", "codes"], lemmas=["Ada-lemma", "code-lemma"], tags=["NNP", "VBZ"])
    doc[0].norm_ = "ada-norm"
    doc.ents = [Span(doc, 0, 1, "PERSON", kb_id="Q7259")]
    before = doc.to_bytes()

    for start in range(0, 500, 100):
        Doc(small, new_words(100, start))
    gc.collect()

    assert small.lexemes is not doc.lexemes
    assert "Ada" not in small
    token = doc[0]
    assert (token.text, token.lower_, token.lemma_, token.norm_) == (
        "Ada",
        "ada",
        "Ada-lemma",
        "ada-norm",
    )
    assert small.strings[token.lower] == "ada"
    assert (doc.ents[0].kb_id_, doc.ents[0].label_) == ("Q7259", "PERSON")
    assert doc.to_bytes() == before
    doc[1].lemma_ = "set late"
    Doc(small, new_words(100, 900))
    Doc(small, new_words(100, 1900))
    assert doc[1].lemma_ == "set late"


def test_words_go_with_the_last_doc_that_has_them(small):
    doc = Doc(small, ["Ada"], lemmas=["lemma-of-ada"], tags=["NNP"])
    key = small.strings["lemma-of-ada"]
    for start in range(0, 300, 100):
        Doc(small, new_words(100, start))

    assert small.strings[key] == "lemma-of-ada"
    del doc
    gc.collect()

    with pytest.raises(UnknownKeyError):
        small.strings[key]
    assert "NNP" in small.strings


def test_words_that_something_was_said_of_stay(small):
    small["Ada"].rank = 7
    small["Ada"].set_flag(kernel.text.attr_id("IS_STOP"), True)
    small["Grace"].norm_ = "grace-norm"
    small.strings.add("LABEL")

    for start in range(0, 300, 100):
        Doc(small, new_words(100, start))
    gc.collect()

    assert "Ada" in small
    assert "word0" not in small
    assert (small["Ada"].rank, small["Ada"].is_stop, small["Ada"].is_alpha) == (7, True, True)
    assert small["Grace"].norm_ == "grace-norm"
    assert small.strings[small.strings["LABEL"]] == "LABEL"


def test_docs_of_several_generations_go_together(small):
    docs = []
    for start in range(0, 300, 100):
        words = new_words(100, start)
        docs.append(Doc(small, words, lemmas=[f"{word}-lemma" for word in words]))
        docs[-1][0].norm_ = f"norm{start}"
    assert len({id(doc.lexemes) for doc in docs}) == 3
    expected = [(token.text, token.lemma_, token.norm_) for doc in docs for token in doc]

    joined = Doc.from_docs(docs)
    from_bin = list(DocBin(docs=docs).get_docs(Vocab()))
    sent = unpack_docs(pack_docs(docs), Vocab())
    del docs
    gc.collect()

    assert [(token.text, token.lemma_, token.norm_) for token in joined] == expected
    for made in (from_bin, sent):
        assert [
            (token.text, token.lemma_, token.norm_) for doc in made for token in doc
        ] == expected


def test_labels_of_docs_that_are_read_stay(small):
    doc = Doc(Vocab(), ["Ada"], tags=["NNP"], lemmas=["ada"], ents=["B-CHEF"])
    data, bin_data = doc.to_bytes(), DocBin(docs=[doc]).to_bytes()

    Doc(small).from_bytes(data)
    other = Vocab(transient_limit=50)
    list(DocBin().from_bytes(bin_data).get_docs(other))
    for vocab in (small, other):
        for start in range(0, 300, 100):
            Doc(vocab, new_words(100, start))
        gc.collect()
        assert {"NNP", "CHEF"} <= set(vocab.strings)
        assert "ada" not in vocab.strings


def test_no_limit_keeps_everything(small):
    doc = Doc(small, ["Ada"])
    small.transient_limit = None
    Doc(small, new_words(1000))
    del doc
    gc.collect()

    assert "Ada" in small
    assert "word999" in small
    assert len(small) == 1001


def test_a_pipeline_that_learns_keeps_its_words():
    nlp = kernel.blank("xx")
    assert nlp.vocab.transient_limit == 100_000
    nlp.initialize()
    assert nlp.vocab.transient_limit is None


def test_a_service_that_learns_in_between_still_forgets_words():
    nlp = kernel.blank("xx")
    nlp.vocab.transient_limit = 10
    doc = nlp.make_doc("a b")
    nlp.update([Example(doc, doc.copy())], sgd=False)
    nlp.rehearse([Example(doc, doc.copy())], sgd=False)
    for start in range(0, 100, 10):
        nlp(" ".join(new_words(10, start)))
    assert len(nlp.vocab) < 50


def test_nothing_made_in_a_memory_zone_becomes_invalid():
    nlp = kernel.blank("en")
    nlp.vocab.transient_limit = 10
    with nlp.memory_zone():
        doc = nlp("She can't " + " ".join(new_words(30)))
    nlp("something else")

    assert doc.text.startswith("She can't word0")
    assert [token.norm_ for token in doc[:3]] == ["she", "can", "not"]
    assert np.array_equal(doc.to_array("ORTH"), [nlp.vocab.strings[t.text] for t in doc])


def test_tokens_stay_the_same_over_generations():
    text = "She can't go to U.K. markets (e.g. 3.5km) :-) it's \n fine."
    nlp, other = kernel.blank("en"), kernel.blank("en")
    nlp.vocab.transient_limit = 5
    expected = [(token.text, token.norm_, token.is_stop) for token in other(text)]

    for start in range(0, 100, 10):
        doc = nlp(text)
        nlp(" ".join(new_words(10, start)))
        assert [(token.text, token.norm_, token.is_stop) for token in doc] == expected
