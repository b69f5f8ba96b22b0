"""Word vectors in text files and arrays."""

import gzip
import io
import zipfile

import numpy as np

from kernel.text import Vocab
from kernel_plugin_vectors.tables import load_file

TEXT = "the 0.1 0.2 0.3\nNew York -1 2e-3 0\n😀 1 1 1\n"
FLORET = "4 3 2 3 2 2166136261 < >\n" + "".join(f"{i} 0.5 {i} -1\n" for i in range(4))


def test_text_vectors(fuzz, tmp_path):
    path = tmp_path / "vectors.txt"
    seeds = {"plain": TEXT.encode(), "header": f"3 3\n{TEXT}".encode(), "empty": b"a 1\n"}

    def read(name, data):
        path.write_bytes(data)
        load_file(Vocab(), path)

    fuzz("text vectors", seeds, read, kind="text", place="vectors.txt")


def test_floret_tables(fuzz, tmp_path):
    path = tmp_path / "floret.vec"

    def read(name, data):
        path.write_bytes(data)
        vocab = Vocab()
        load_file(vocab, path, mode="floret")
        vocab.get_vector("word")

    fuzz("floret tables", {"table": FLORET.encode()}, read, kind="text", place="floret.vec")


def test_packed_vectors(fuzz, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.txt", TEXT)
    seeds = {"v.txt.gz": gzip.compress(TEXT.encode(), mtime=0), "v.zip": packed.getvalue()}

    def read(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        load_file(Vocab(), path)

    fuzz("packed vectors", seeds, read, kind="bytes", place="{name}")


def test_arrays(fuzz, tmp_path):
    array, packed = io.BytesIO(), io.BytesIO()
    np.save(array, np.ones((3, 2), "f"))
    np.savez_compressed(packed, np.ones((3, 2), "f"))
    seeds = {"v.npy": array.getvalue(), "v.npz": packed.getvalue()}

    def read(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        vocab = Vocab()
        for rank, word in enumerate(["a", "b", "c"]):
            vocab[word].rank = rank
        load_file(vocab, path)

    fuzz("arrays of vectors", seeds, read, kind="bytes", place="{name}")
