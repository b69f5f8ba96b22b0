"""`.spacy` files, and docs as bytes."""

import json

import pytest

from kernel.files import parse_json
from kernel.text import Doc, DocBin, Span, Vocab, read_docs


def _docs(vocab):
    doc = Doc(
        vocab,
        words=["Ada", "Lovelace", "wrote", "😀", "notes", "."],
        spaces=[True, True, True, False, False, False],
        tags=["NNP", "NNP", "VBD", "SYM", "NNS", "."],
        pos=["PROPN", "PROPN", "VERB", "SYM", "NOUN", "PUNCT"],
        lemmas=["Ada", "Lovelace", "write", "😀", "note", "."],
        morphs=["Number=Sing"] * 2 + ["Tense=Past", "", "Number=Plur", ""],
        heads=[1, 2, 2, 2, 2, 2],
        deps=["compound", "nsubj", "ROOT", "dep", "dobj", "punct"],
        ents=["B-PERSON", "I-PERSON", "O", "O", "O", "O"],
    )
    doc.cats = {"POSITIVE": 1.0, "NEGATIVE": 0.0}
    doc.spans["sc"] = [Span(doc, 0, 2, "PERSON", kb_id="Q7259"), Span(doc, 1, 5, "CLAUSE")]
    doc.user_data["source"] = {"url": "x", "numbers": [1, 2.5]}
    doc.user_data[("._.", "checked", 0, 8)] = True
    bare = Doc(vocab, words=["No", "spaces"])
    bare.has_unknown_spaces = True
    return [doc, Doc(vocab), bare]


@pytest.fixture
def files():
    vocab = Vocab()
    return {
        "plain": DocBin(docs=_docs(vocab)).to_bytes(),
        "user data": DocBin(docs=_docs(vocab), store_user_data=True).to_bytes(),
        "empty": DocBin().to_bytes(),
        "few attributes": DocBin(["ORTH", "TAG"], docs=_docs(vocab)[:1]).to_bytes(),
    }


def _use(docs):
    """Read what commands read."""
    for doc in docs:
        list(doc.sents) if doc.has_annotation("SENT_START") else None
        [(token.text, token.lemma_, token.tag_, token.dep_, str(token.morph)) for token in doc]
        [(ent.text, ent.label_, ent.kb_id) for ent in doc.ents]
        [(key, [span.label_ for span in doc.spans[key]]) for key in doc.spans]
        doc.to_json()
        doc.to_bytes()


def test_spacy_files(fuzz, files, tmp_path):
    path = tmp_path / "train.spacy"

    def read(name, data):
        path.write_bytes(data)
        streamed = list(read_docs(path, Vocab()))
        _use(streamed)
        whole = list(DocBin().from_disk(path).get_docs(Vocab()))
        assert [doc.to_bytes() for doc in whole] == [doc.to_bytes() for doc in streamed]

    fuzz("`.spacy` files", files, read, kind="zlib", place="train.spacy")


def test_docs_of_json(fuzz):
    seeds = {f"doc {i}": json.dumps(d.to_json()).encode() for i, d in enumerate(_docs(Vocab()))}

    def read(name, data):
        _use([Doc(Vocab()).from_json(parse_json(data.decode("utf8", "surrogatepass"), what=name))])

    fuzz("docs as JSON", seeds, read, kind="json")


def test_docs_of_bytes(fuzz):
    seeds = {f"doc {i}": doc.to_bytes() for i, doc in enumerate(_docs(Vocab()))}

    def read(name, data):
        _use([Doc(Vocab()).from_bytes(data)])

    fuzz("bytes of a doc", seeds, read, kind="msgpack")
