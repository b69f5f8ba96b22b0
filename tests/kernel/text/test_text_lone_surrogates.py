"""Texts that were cut inside of a surrogate pair, such as truncated emoji, are kept as they are."""

import copy
import json

import pytest

from kernel.text import Alignment, Doc, DocBin, Example, StringStore, Vocab, pack_docs, unpack_docs

TEXT = "hi \ud83d there \udc00x"


@pytest.fixture
def cut(vocab):
    doc = Doc(vocab, TEXT.split(), [True, True, True, False], tags=["\ud83d"] * 4)
    doc.cats["\ud83d"] = 1.0
    doc.user_data["key"] = "\ud83d"
    return doc


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda doc: Doc(Vocab()).from_bytes(doc.to_bytes()), id="bytes"),
        pytest.param(
            lambda doc: Doc(Vocab()).from_json(json.loads(json.dumps(doc.to_json()))), id="json"
        ),
        pytest.param(
            lambda doc: next(DocBin().from_bytes(DocBin(docs=[doc]).to_bytes()).get_docs(Vocab())),
            id="bin",
        ),
        pytest.param(lambda doc: unpack_docs(pack_docs([doc]), Vocab())[0], id="wire"),
        pytest.param(lambda doc: copy.deepcopy((doc.vocab, doc))[1], id="copy"),
    ],
)
def test_text_and_labels_survive(cut, way):
    made = way(cut)

    assert (made.text, made[0].tag_, made.cats) == (TEXT, "\ud83d", {"\ud83d": 1.0})
    assert [token.orth for token in made] == [token.orth for token in cut]


def test_bytes_of_a_text_keep_the_half(cut):
    assert bytes(cut).decode("utf8", "surrogatepass") == TEXT
    assert bytes(cut[1]) == b"\xed\xa0\xbd"
    assert cut.to_utf8_array()[1].tolist() == [0xED, 0xBD, 0xA0, 255, 255]


def test_strings_keep_the_half(tmp_path):
    strings = StringStore(["\ud83d"])
    strings.to_disk(tmp_path / "strings.json")

    assert list(StringStore().from_disk(tmp_path / "strings.json")) == ["\ud83d"]
    assert StringStore().add(b"\xed\xa0\xbd") == strings["\ud83d"]


def test_examples_align_the_half(cut):
    example = Example.from_dict(cut, {"words": ["hi", "\ud83dthere", "\udc00", "x"]})

    assert Alignment.from_strings(cut.words(), example.reference.words()).x2y.data.tolist() == [
        *(0, 1, 1, 2, 3)
    ]
    assert example.get_aligned("ORTH", as_string=True) == ["hi", "\ud83dthere", "\ud83dthere", None]
