"""`.spacy` files are read as a stream, and refused with their name if they are damaged."""

import tracemalloc
import zlib

import numpy as np
import pytest

from kernel.errors import LoadError
from kernel.files import pack, unpack
from kernel.text import Doc, DocBin, Span, Vocab, read_docs


def make_docs(n):
    vocab = Vocab()
    for i in range(n):
        doc = Doc(vocab, ["Ada", "saw", f"{i % 50}", "stars"], tags=["NNP", "VBD", "CD", "NNS"])
        doc.cats = {"EVEN": float(i % 2 == 0)}
        doc.spans["sc"] = [Span(doc, 0, 1 + i % 3, "NAME")]
        doc.user_data["number"] = i
        yield doc


def write(path, n, **settings):
    DocBin(docs=make_docs(n), **settings).to_disk(path)
    return path


def change(path, **fields):
    """Write the file again with other fields; None removes one."""
    data = unpack(zlib.decompress(path.read_bytes())) | fields
    kept = {key: value for key, value in data.items() if value is not None}
    path.write_bytes(zlib.compress(pack(kept)))


def facts(doc):
    return doc.to_json(), doc.user_data, doc.spans["sc"][0].label_


@pytest.mark.parametrize("store_user_data", [True, False])
def test_stream_and_bin_give_the_same_docs(tmp_path, store_user_data):
    # More docs than are read together.
    path = write(tmp_path / "docs.spacy", 2500, store_user_data=store_user_data)

    streamed = list(read_docs(path, Vocab()))

    assert len(streamed) == 2500
    whole = DocBin().from_disk(path).get_docs(Vocab())
    assert list(map(facts, streamed)) == list(map(facts, whole))
    assert streamed[2400].user_data == ({"number": 2400} if store_user_data else {})
    assert streamed[2400].cats == {"EVEN": 1.0}


def test_docs_that_are_longer_than_a_part(tmp_path):
    lengths = [0, 20_000, 1, 0, 9000, 3]
    docs = [Doc(Vocab(), [f"w{i % 100}" for i in range(n)]) for n in lengths]
    DocBin(docs=docs).to_disk(tmp_path / "long.spacy")

    found = list(read_docs(tmp_path / "long.spacy", Vocab()))

    assert [doc.words() for doc in found] == [doc.words() for doc in docs]


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(n):
        path = write(tmp_path / f"{n}.spacy", n)
        tracemalloc.start()
        for _ in read_docs(path, Vocab()):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)  # caches that are filled once
    assert peak(16_000) < 1.1 * peak(8_000)


def test_extension_values_survive(tmp_path):
    Doc.set_extension("checked", default=False, force=True)
    try:
        doc = Doc(Vocab(), ["a"])
        doc._.checked = True
        data = DocBin(docs=[doc], store_user_data=True).to_bytes()
        (tmp_path / "x.spacy").write_bytes(data)

        again = next(DocBin().from_bytes(data).get_docs(Vocab()))
        streamed = next(read_docs(tmp_path / "x.spacy", Vocab()))

        assert again._.checked is streamed._.checked is True
        assert next(DocBin().from_bytes(data).get_docs(Vocab()))._.checked is True
        twice = DocBin().from_bytes(DocBin().from_bytes(data).to_bytes())
        assert next(twice.get_docs(Vocab()))._.checked is True
    finally:
        Doc.remove_extension("checked")


def test_half_an_emoji_survives(tmp_path):
    doc = Doc(Vocab(), ["cut", "\ud83d"])
    DocBin(docs=[doc]).to_disk(tmp_path / "cut.spacy")

    assert next(read_docs(tmp_path / "cut.spacy", Vocab())).words() == ["cut", "\ud83d"]
    assert Doc(Vocab()).from_bytes(doc.to_bytes()).words() == ["cut", "\ud83d"]
    vocab = Vocab().from_bytes(Vocab(strings=["\ud83d"]).to_bytes())
    assert "\ud83d" in vocab.strings


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"version": "0.2"}, r"has the version b'0\.2', expected 0\.1"),
        ({"cats": [{}, {"A": float("nan")}, {}]}, r"`cats\[1\]` is {'A': nan}, expected .* finite"),
        ({"cats": [{}, {}]}, "2 `cats` for 3 docs"),
        ({"flags": [{}, {}, 1]}, r"`flags\[2\]` is 1"),
        ({"flags": "abc"}, "`flags` is not a list"),
        ({"span_groups": [b"", b"", b"\x91"]}, "doc 2: the span groups is damaged"),
        ({"tokens": b"12345678"}, "`tokens` has 8 bytes, expected"),
        ({"spaces": bytes([2] * 12)}, "`spaces` has a byte that is not 0 or 1"),
        ({"lengths": np.array([4, 9, -1], "<i4").tobytes()}, "a doc has a negative length"),
        ({"lengths": b"123"}, "`lengths` has 3 bytes"),
        ({"attrs": [73, 65]}, "expected ORTH first"),
        ({"attrs": ["ORTH"]}, r"`\[0\]` is 'ORTH', expected int"),
        ({"strings": ["a", 1]}, r"`strings\[1\]` is 1, expected a string"),
        ({"strings": []}, "docs 0 to 2: no string with the id"),
        ({"cats": None}, "is not a `.spacy` file: it has no `cats`"),
        ({"columns": 3}, "`columns` is not a map"),
        ({"columns": {"x": {"kind": "label"}}}, "the doc column `x` has no `dtype`"),
    ],
)
def test_damaged_content_is_named_with_its_place(tmp_path, fields, fault):
    path = write(tmp_path / "train.spacy", 3)
    change(path, **fields)

    with pytest.raises(LoadError, match=rf"^`.*train\.spacy`.*{fault}"):
        list(read_docs(path, Vocab()))
    with pytest.raises(LoadError, match=rf"^`.*train\.spacy`.*{fault}"):
        list(DocBin().from_disk(path).get_docs(Vocab()))


def test_a_field_that_is_nil_is_missing(tmp_path):
    path = write(tmp_path / "train.spacy", 3)
    data = unpack(zlib.decompress(path.read_bytes()))
    path.write_bytes(zlib.compress(pack({**data, "cats": None})))

    with pytest.raises(LoadError, match="it has no `cats`"):
        list(read_docs(path, Vocab()))


def test_other_bytes_after_the_end_are_refused(tmp_path):
    path = write(tmp_path / "train.spacy", 3)
    data = path.read_bytes()
    for damaged in (data + b"x", zlib.compress(zlib.decompress(data) + b"\xc0")):
        path.write_bytes(damaged)
        for read in (lambda: read_docs(path, Vocab()), lambda: DocBin().from_disk(path)):
            with pytest.raises(LoadError, match=r"train\.spacy` is damaged: other bytes follow"):
                list(read())


def test_decompression_has_a_limit(tmp_path, monkeypatch):
    path = tmp_path / "bomb.spacy"
    # A map with 30 MB of tokens, which take up 30 kB.
    content = pack({"version": "0.1", "attrs": [65], "tokens": bytes(30 << 20)})
    path.write_bytes(zlib.compress(content))
    monkeypatch.setenv("KERNEL_MAX_UNPACKED_MB", "10")

    for read in (lambda: read_docs(path, Vocab()), lambda: DocBin().from_disk(path)):
        with pytest.raises(LoadError, match=r"bomb\.spacy` is larger than 10 MB"):
            list(read())
