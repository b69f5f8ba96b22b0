"""The files of a vocabulary, and a vocabulary as bytes."""

import numpy as np
import pytest

from kernel.text import Lookups, StringStore, Vectors, Vocab

WORDS = ["apple", "Ähre", "pear", "😀"]


@pytest.fixture
def vocab():
    vocab = Vocab(strings=WORDS)
    vocab.vectors = Vectors(
        strings=vocab.strings, data=np.arange(12, dtype="f").reshape(4, 3), keys=WORDS
    )
    lookups = Lookups()
    lookups.add_table("lexeme_norm", {"apple": "fruit"})
    lookups.add_table("lemma_rules", {"noun": [["s", ""], ["ies", "y"]]})
    vocab.lookups = lookups
    return vocab


@pytest.fixture
def floret():
    vocab = Vocab()
    settings = {"minn": 2, "maxn": 3, "hash_count": 2, "hash_seed": 7, "bow": "<", "eow": ">"}
    vocab.vectors = Vectors(
        strings=vocab.strings, data=np.ones((10, 2), "f"), mode="floret", **settings
    )
    return vocab


def _use(vocab):
    """Read what pipelines read."""
    assert len(vocab.strings) >= 0
    for word in WORDS:
        lexeme = vocab[word]
        assert lexeme.norm_ is not None
        if vocab.has_vectors:
            assert len(vocab.get_vector(word)) == vocab.vectors_length
    vocab.to_bytes()


def test_vocab_of_bytes(fuzz, vocab, floret):
    seeds = {"words": vocab.to_bytes(), "floret": floret.to_bytes()}
    fuzz(
        "bytes of a vocabulary",
        seeds,
        lambda name, data: _use(Vocab().from_bytes(data)),
        kind="msgpack",
    )


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("strings.json", "json"),
        ("lookups.bin", "msgpack"),
        ("key2row", "msgpack"),
        ("vectors.cfg", "json"),
        ("vectors", "bytes"),
    ],
)
def test_vocab_files(fuzz, vocab, floret, tmp_path, file, kind):
    vocab.to_disk(tmp_path / "words")
    floret.to_disk(tmp_path / "floret")
    paths = {name: tmp_path / name / file for name in ("words", "floret")}
    seeds = {name: path.read_bytes() for name, path in paths.items()}

    def read(name, data):
        paths[name].write_bytes(data)
        _use(Vocab().from_disk(tmp_path / name))

    fuzz(f"vocab/{file}", seeds, read, kind=kind, place=file)


def test_string_store_of_bytes(fuzz):
    seeds = {"strings": StringStore(WORDS).to_bytes()}
    fuzz("bytes of strings", seeds, lambda _, data: StringStore().from_bytes(data), kind="json")


def test_tables_of_bytes(fuzz, vocab):
    def read(name, data):
        vocab.lookups.get_table("lemma_rules").from_bytes(data)

    seeds = {"table": vocab.lookups.get_table("lemma_rules").to_bytes()}
    fuzz("bytes of a table", seeds, read, kind="msgpack")
