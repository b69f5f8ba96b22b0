"""Members of docs, spans and strings that spaCy documents, besides those tested elsewhere."""

import numpy as np
import pytest

from kernel.errors import TextError, UnsupportedError
from kernel.text import BoundsError, Doc, DocBin, Span, StringStore, Vocab
from kernel.text import pack_docs as pack
from kernel.text import unpack_docs as unpack


def test_vector_of_a_doc_can_be_set(make_doc):
    doc = make_doc(["a", "b"])
    doc.vector = np.array([3.0, 4.0], np.float32)

    assert (doc.vector_norm, doc.has_vector, doc[0].has_vector) == (5.0, True, False)
    assert doc.copy().vector.tolist() == [3.0, 4.0]
    doc.vector += 1
    assert doc.vector.tolist() == [4.0, 5.0]
    doc.vector = None
    assert (doc.vector.tolist(), doc.has_vector) == ([], False)


def test_norm_of_a_vector_can_be_set(make_doc):
    doc = make_doc(["a"])
    doc.vector_norm = 2.0
    assert doc.vector_norm == 2.0

    doc.vector = np.ones(4)
    assert doc.vector_norm == 2.0 == np.linalg.norm(doc.vector)


def test_vector_goes_from_one_process_to_another(make_doc):
    docs = [make_doc(["a", "b"]), make_doc(["c"])]
    docs[1].vector = np.array([1.0, 2.0])

    first, second = unpack(pack(docs), Vocab())

    assert (first.vector.tolist(), second.vector.tolist()) == ([], [1.0, 2.0])


@pytest.mark.parametrize(
    ("name", "attr"),
    [
        ("is_tagged", "TAG"),
        ("is_parsed", "DEP"),
        ("is_nered", "ENT_IOB"),
        ("is_sentenced", "SENT_START"),
    ],
)
def test_older_names_ask_for_annotations(make_doc, parsed, name, attr):
    with pytest.warns(DeprecationWarning, match=f'use `doc.has_annotation\\("{attr}"\\)'):
        assert getattr(parsed, name) is True
    with pytest.warns(DeprecationWarning, match=name):
        assert getattr(make_doc(), name) is False


def test_ids_of_spans_need_no_string(make_doc):
    doc = make_doc(["a", "b"])
    doc.ents = [Span(doc, 0, 1, "X", kb_id=1234, span_id=567)]
    doc.spans["sc"] = [Span(doc, 0, 1, "X", kb_id=1234)]

    for made in (
        Doc(Vocab()).from_bytes(doc.to_bytes()),
        next(DocBin(docs=[doc]).get_docs(Vocab())),
        unpack(pack([doc]), Vocab())[0],
        Doc.from_docs([doc, doc]),
    ):
        assert (made.ents[0].kb_id, made.ents[0].id) == (1234, 567)
        assert made.spans["sc"][0].kb_id == 1234


def test_label_of_a_span_needs_a_string(make_doc):
    with pytest.raises(TextError, match="no label with the id 1234"):
        Span(make_doc(), 0, 1, 1234)


def test_tensor_of_a_span_is_that_of_its_tokens(make_doc):
    doc = make_doc(["a", "b", "c"])
    assert doc[0:2].tensor.size == 0

    doc.tensor = np.arange(6.0).reshape(3, 2)
    assert doc[1:3].tensor.tolist() == [[2.0, 3.0], [4.0, 5.0]]


def test_entity_id_is_set_on_tokens(make_doc):
    span = make_doc()[0:2]
    with pytest.raises(NotImplementedError, match="set `ent_id_` of its tokens"):
        span.ent_id_ = "Q1"
    with pytest.raises(NotImplementedError, match="set `ent_id` of its tokens"):
        span.ent_id = 1


def test_strings_may_be_given_in_utf8():
    strings = StringStore()

    assert strings.add("café".encode()) == strings["café"] == StringStore(["café"])["café"]
    assert list(strings) == ["café"]
    with pytest.raises(TextError, match=r"expected a string in UTF-8.*position 1"):
        strings.add(b"a\xff")


@pytest.mark.parametrize("tag", ["B-", "I-", "B", "PER", "U-PER", "b-PER", "O-PER", "B_PER", 3])
def test_malformed_entity_tag_is_refused(vocab, tag):
    with pytest.raises(TextError, match="the tag of token 1, is not an IOB tag"):
        Doc(vocab, words=["a", "b"], ents=["O", tag])


def test_language_without_rules_has_no_noun_chunks(make_doc):
    doc = make_doc()
    with pytest.raises(NotImplementedError, match="no rules for noun chunks of the language ``"):
        list(doc.noun_chunks)
    with pytest.raises(UnsupportedError):
        list(doc[0:2].noun_chunks)


def test_noun_chunks_outside_of_the_doc_are_refused(make_doc):
    doc = make_doc(["a", "b"])
    doc.vocab.get_noun_chunks = lambda doc: [(1, 3, 0)]

    with pytest.raises(BoundsError, match="no tokens 1 to 3 in a doc of 2"):
        list(doc.noun_chunks)


def test_methods_under_the_underscore_keep_their_docstring(make_doc):
    def shout(doc, mark="!"):
        """Return the text, louder."""
        return doc.text.upper() + mark

    Doc.set_extension("shout", method=shout, force=True)
    try:
        method = make_doc(["a"])._.shout
        assert (method.__doc__, method.__name__) == ("Return the text, louder.", "shout")
        assert method(mark="?") == "A ?"
    finally:
        Doc.remove_extension("shout")


def test_entities_beyond_the_end_of_the_doc_are_refused(parsed):
    ents = parsed.ents
    with parsed.retokenize() as retokenizer:
        for ent in ents:
            retokenizer.merge(ent)

    with pytest.raises(IndexError, match="no tokens 4 to 6 in a doc of 5\nhint: spans do not"):
        parsed.ents = ents


def test_label_of_a_token_that_lost_its_head_is_generic(make_doc):
    doc = make_doc(
        ["never", "felt", "a", "wound"],
        heads=[1, 1, 3, 1],
        deps=["neg", "ROOT", "det", "dobj"],
    )

    part = doc[0:3].as_doc()

    assert [(token.head.i, token.dep_) for token in part] == [(1, "neg"), (1, "ROOT"), (1, "dep")]


@pytest.mark.parametrize(
    "name", ["tag_", "lemma_", "dep_", "pos_", "ent_type_", "ent_kb_id_", "ent_id_"]
)
def test_none_unsets_a_string(make_doc, name):
    token = make_doc()[0]
    setattr(token, name, "NOUN")
    assert getattr(token, name) == "NOUN"

    setattr(token, name, None)
    assert getattr(token, name) == ""


def test_none_restores_the_norm_of_the_word(make_doc):
    token = make_doc()[0]
    token.norm_ = "augusta"
    token.norm_ = None
    assert token.norm_ == "ada"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("head", 1, "expected a Token as the head, got 1"),
        ("morph", "A=B", "expected a MorphAnalysis, got 'A=B'\nhint: use set_morph"),
        ("lemma_", 5, "expected a string, got 5"),
    ],
)
def test_values_of_other_types_are_refused(make_doc, name, value, message):
    with pytest.raises(TypeError, match=message):
        setattr(make_doc()[0], name, value)


def test_strings_are_looked_up_by_text_bytes_or_id(vocab):
    key = vocab.strings.add("café")

    assert vocab.strings["café".encode()] == vocab.strings.as_int("café") == key
    assert vocab.strings[np.uint64(key)] == vocab.strings.as_string(key) == "café"
    for wrong in (None, 1.5, ["café"]):
        with pytest.raises(TypeError, match="expected a string or an id, got"):
            vocab.strings[wrong]  # the lookup raises
    with pytest.raises(TypeError, match="expected strings, got 5"):
        Doc(vocab, ["a", "b"], tags=["X", 5])
