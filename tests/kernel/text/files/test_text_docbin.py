import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import LoadError, TextError
from kernel.files import pack, unpack
from kernel.text import Doc, DocBin, Span, Vocab

VOCAB = Vocab()


@st.composite
def docs(draw):
    n = draw(st.integers(0, 8))
    words = draw(st.lists(st.text(min_size=1, max_size=5), min_size=n, max_size=n))
    spaces = draw(st.none() | st.lists(st.booleans(), min_size=n, max_size=n))
    labels = st.sampled_from(["NN", "VB", ""])
    doc = Doc(VOCAB, words, spaces, tags=draw(st.none() | st.lists(labels, min_size=n, max_size=n)))
    if draw(st.booleans()):
        heads = [draw(st.integers(0, i)) for i in range(n)]
        doc = Doc(VOCAB, words, spaces, heads=heads, deps=["dep"] * n)
    iob = st.sampled_from(["", "O", "B-A", "I-A", "B-B"])
    if draw(st.booleans()):
        tags = draw(st.lists(iob, min_size=n, max_size=n))
        doc.from_array(
            ["ENT_IOB", "ENT_TYPE"], Doc(VOCAB, words, ents=tags).to_array(["ENT_IOB", "ENT_TYPE"])
        )
    if n and draw(st.booleans()):
        doc.spans["sc"] = [Span(doc, 0, n, "ALL", kb_id="Q", span_id="i")]
        doc[0].norm_ = draw(st.text(max_size=3))
    doc.cats = draw(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=2))
    return doc


def facts(doc):
    names = ["NORM", "TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "SENT_START", "SPACY"]
    spans = {key: [(s.start, s.end, s.label_, s.id_) for s in doc.spans[key]] for key in doc.spans}
    return doc.words(), doc.to_array(names).tolist(), spans, doc.cats, doc.has_unknown_spaces


@given(st.lists(docs(), max_size=4))
def test_docs_come_back_from_a_bin(made):
    data = DocBin(docs=made).to_bytes()

    again = DocBin().from_bytes(data).get_docs(Vocab())

    assert list(map(facts, again)) == list(map(facts, made))


@given(docs())
def test_docs_come_back_from_bytes_and_arrays(doc):
    attrs = ["NORM", "TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "SENT_START"]
    bare = Doc(VOCAB, doc.words(), doc.spaces.tolist())
    bare.from_array(attrs, doc.to_array(attrs))

    assert facts(Doc(Vocab()).from_bytes(doc.to_bytes())) == facts(doc)
    assert bare.to_array(attrs).tolist() == doc.to_array(attrs).tolist()


@given(docs())
def test_docs_come_back_from_json(doc):
    if doc.text == "":
        return  # JSON has the text alone, which empty docs do not differ in
    again = Doc(Vocab()).from_json(json.loads(json.dumps(doc.to_json())), validate=True)
    names = ["TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "SENT_START"]

    assert (again.text, again.words(), again.cats) == (doc.text, doc.words(), doc.cats)
    assert {
        key: [(s.start, s.end, s.label_) for s in group] for key, group in again.spans.items()
    } == {key: [(s.start, s.end, s.label_) for s in group] for key, group in doc.spans.items()}
    for name in names:
        if doc.has_annotation(name, require_complete=True):
            assert again.to_array(name).tolist() == doc.to_array(name).tolist(), name


@given(docs(), st.data())
def test_part_of_a_doc_has_what_the_doc_has_there(doc, data):
    start = data.draw(st.integers(0, len(doc)))
    end = data.draw(st.integers(start, len(doc)))

    part = doc[start:end].as_doc()

    assert part.words() == doc.words()[start:end]
    assert part.to_array("TAG").tolist() == doc.to_array("TAG").tolist()[start:end]


@given(st.lists(docs(), min_size=1, max_size=4))
def test_joined_docs_come_apart_again(made):
    joined = Doc.from_docs(made, ensure_whitespace=False)
    tags = [tag for doc in made for tag in doc.to_array("TAG").tolist()]

    assert joined.text == "".join(doc.text for doc in made)
    assert joined.to_array("TAG").tolist() == tags


def test_bin_keeps_docs_as_they_were_added(parsed):
    docbin = DocBin()
    docbin.add(parsed)
    parsed.ents = []

    assert len(next(docbin.get_docs(Vocab())).ents) == 2


def test_docs_of_several_vocabularies_fit_one_bin(parsed):
    other = Doc(Vocab(), ["something", "else"], tags=["X", "Y"])

    first, second = DocBin(docs=[parsed, other]).get_docs(Vocab())

    assert (first[0].tag_, second[1].text, second[1].tag_) == ("NNP", "else", "Y")


def test_many_docs_keep_their_order(vocab):
    made = [Doc(vocab, [f"w{i}", "x"][: i % 3]) for i in range(2500)]

    again = list(DocBin(docs=made).get_docs(Vocab()))

    assert [doc.words() for doc in again] == [doc.words() for doc in made]


def test_writing_to_one_doc_leaves_its_neighbours(parsed):
    first, second = DocBin(docs=[parsed, parsed]).get_docs(Vocab())
    first[6].tag_ = "changed"
    first.lex[6] = first.lex[0]

    assert (second[0].tag_, second[6].text, second[6].tag_) == ("NNP", ".", ".")


def test_bins_merge_only_if_they_keep_the_same(parsed):
    docbin = DocBin(docs=[parsed])
    docbin.merge(DocBin(docs=[parsed, parsed]))

    assert len(list(docbin.get_docs(Vocab()))) == len(docbin) == 3
    with pytest.raises(TextError, match="these bins keep different things"):
        docbin.merge(DocBin(["TAG"]))


def test_user_data_is_kept_on_request(parsed):
    parsed.user_data["._.", "x", 3, None] = [1, 2]

    kept = DocBin(store_user_data=True, docs=[parsed])

    assert next(kept.get_docs(Vocab())).user_data == {("._.", "x", 3, None): (1, 2)}
    assert next(DocBin(docs=[parsed]).get_docs(Vocab())).user_data == {}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(
            lambda data: b"hello",
            r"bad\.spacy` is not a `\.spacy` file\nhint: .*convert",
            id="no-zlib",
        ),
        pytest.param(
            lambda data: data[: len(data) // 2], r"bad\.spacy` is truncated", id="truncated"
        ),
    ],
)
def test_damaged_file_is_named(parsed, tmp_path, damage, message):
    path = tmp_path / "bad.spacy"
    path.write_bytes(damage(DocBin(docs=[parsed]).to_bytes()))

    with pytest.raises(LoadError, match=message):
        DocBin().from_disk(path)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        pytest.param(
            50, "the bin is damaged: docs 0 to 1: a head lies outside of the doc", id="of-all-docs"
        ),
        pytest.param(
            9,
            "the bin is damaged: docs 0 to 1: a head lies outside of its doc",
            id="in-the-next-doc",
        ),
    ],
)
def test_heads_outside_of_a_doc_are_damage(parsed, head, message):
    data = unpack(zlib.decompress(DocBin(["HEAD"], docs=[parsed, parsed]).to_bytes()))
    tokens = np.frombuffer(data["tokens"], np.uint64).reshape(-1, 2).copy()
    tokens[0, 1] = head
    damaged = zlib.compress(pack({**data, "tokens": tokens.tobytes()}))

    with pytest.raises(LoadError, match=message):
        list(DocBin().from_bytes(damaged).get_docs(Vocab()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": 1}, "the doc: `text` is 1, expected str"),
        ({"tokens": [1]}, r"the doc: `tokens\[0\]` is 1, expected dict"),
        ({"tokens": [{"start": 0}]}, r"`tokens\[0\]` of the doc has no `end`"),
        ({"tokens": [{"start": 0, "end": 3, "tag": ["N"]}]}, r"`tokens\[0\]` of the doc: `tag` is"),
        ({"ents": [{"start": "0", "end": 3}]}, r"`ents\[0\]` of the doc: `start` is '0'"),
        ({"ents": [{"start": 0, "end": 2}]}, "the characters 0 to 2 are not whole tokens"),
        ({"sents": 0.5}, "the doc: `sents` is 0.5, expected list"),
        ({"cats": {"A": "x"}}, "the doc: `cats.A` is 'x'"),
        ({"spans": {"sc": [{"end": 3}]}}, r"`spans.sc\[0\]` of the doc has no `start`"),
        ({"underscore_token": {"a": [{"start": 0}]}}, r"`underscore_token.a\[0\]` .* no `value`"),
    ],
)
def test_malformed_json_is_refused(changes, message):
    data = {"text": "Ada", "tokens": [{"id": 0, "start": 0, "end": 3}]}
    assert Doc(Vocab()).from_json(data).text == "Ada"
    with pytest.raises(TextError, match=message):
        Doc(Vocab()).from_json(data | changes)
