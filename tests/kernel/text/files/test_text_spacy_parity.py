"""The same docs in spaCy and here: what they say of themselves, and their files."""

import json
import subprocess
import types
import zlib

import pytest

import kernel
from kernel.files import unpack
from kernel.testing import plugged
from kernel.text import Column, Doc, DocBin, Vocab


def without_user_data(docs):
    return [{key: value for key, value in doc.items() if key != "user_data"} for doc in docs]


@pytest.mark.parametrize("seed", [1, 2])
def test_docs_describe_themselves_as_in_spacy(both_sides, seed):
    assert both_sides("kernel", "make", seed) == both_sides("spacy", "make", seed)


def test_file_of_spacy_gives_the_same_docs(both_sides, tmp_path):
    both_sides("spacy", "write", 3, tmp_path / "spacy.spacy")

    ours = both_sides("kernel", "read", tmp_path / "spacy.spacy")

    assert ours == both_sides("spacy", "read", tmp_path / "spacy.spacy")


def test_spacy_reads_our_file_as_we_do(both_sides, tmp_path):
    written = both_sides("kernel", "write", 4, tmp_path / "kernel.spacy")

    read = both_sides("spacy", "read", tmp_path / "kernel.spacy")

    assert read == both_sides("kernel", "read", tmp_path / "kernel.spacy")
    # Lists in user data come back as tuples, on both sides.
    assert without_user_data(read) == without_user_data(written)


def test_files_are_the_same_bytes(both_sides, tmp_path):
    for library in ("spacy", "kernel"):
        both_sides(library, "write", 5, tmp_path / library)

    files = [(tmp_path / library).read_bytes() for library in ("spacy", "kernel")]

    assert unpack(zlib.decompress(files[0])) == unpack(zlib.decompress(files[1]))


def test_spacy_passes_over_the_columns_of_plugins(both_sides, tmp_path):
    written = both_sides("kernel", "write", 6, tmp_path / "plain.spacy")
    module = types.ModuleType("acme")
    column = Column(name="acme_label", kind="label")
    module.kernel_doc_columns = kernel.hookimpl(lambda: [column])
    with plugged(module):
        docs = list(DocBin().from_disk(tmp_path / "plain.spacy").get_docs(Vocab()))
        for doc in docs:
            for token in doc:
                token.acme_label_ = "PERSON"
        DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "added.spacy")

    read = both_sides("spacy", "read", tmp_path / "added.spacy")

    assert b"acme_label" in zlib.decompress((tmp_path / "added.spacy").read_bytes())
    assert without_user_data(read) == without_user_data(written)


@pytest.mark.parametrize("form", ["bytes", "json"])
def test_spacy_reads_docs_with_columns_of_plugins(spacy_python, tmp_path, form):
    module = types.ModuleType("acme")
    column = Column(name="acme_label", kind="label")
    module.kernel_doc_columns = kernel.hookimpl(lambda: [column])
    with plugged(module):
        doc = Doc(Vocab(), ["Ada", "met"], tags=["A", "B"])
        doc[0].acme_label_ = "PERSON"
        path = tmp_path / form
        path.write_bytes(doc.to_bytes() if form == "bytes" else json.dumps(doc.to_json()).encode())

    code = (
        "import json, pathlib, spacy, sys\n"
        "data = pathlib.Path(sys.argv[1]).read_bytes()\n"
        "doc = spacy.tokens.Doc(spacy.blank('xx').vocab)\n"
        "doc = doc.from_bytes(data) if sys.argv[1].endswith('bytes') else "
        "doc.from_json(json.loads(data))\n"
        "print(*(f'{token.text}/{token.tag_}' for token in doc))\n"
    )
    done = subprocess.run(
        [spacy_python, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["Ada/A", "met/B"], done.stderr
