"""`kernel convert` creates the same docs from a treebank as spaCy's converter."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

DESCRIBE = """
import json, sys
if sys.argv[1] == "kernel":
    import kernel
    from kernel.tokens import DocBin
    vocab = kernel.blank("en").vocab
else:
    import spacy
    from spacy.tokens import DocBin
    vocab = spacy.blank("en").vocab
keys = ["TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START", "ENT_IOB"]
docs = [
    {
        "annotated": [key for key in keys if doc.has_annotation(key)],
        "tokens": [
            [token.text, token.whitespace_, token.tag_, token.pos_, str(token.morph), token.lemma_,
             token.head.i, token.dep_, token.is_sent_start]
            for token in doc
        ],
    }
    for doc in DocBin().from_disk(sys.argv[2]).get_docs(vocab)
]
print(json.dumps(docs))
"""
LEMMA = 5


def describe(python, library, path):
    command = [str(python), "-W", "ignore", "-c", DESCRIBE, library, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "options",
    [["-n", "10"], ["-n", "10", "--merge-subtokens"], ["-n", "1", "-T", "--morphology"]],
    ids="".join,
)
def test_treebank_becomes_the_docs_of_spacy(kernel, corpora, tmp_path, options):
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_PYTHON names no interpreter that has spaCy")
    source = corpora / "ewt" / "en_ewt-ud-dev.conllu"
    folders = {name: tmp_path / name for name in ("kernel", "spacy")}
    for folder in folders.values():
        folder.mkdir()
    kernel("convert", source, folders["kernel"], *options, cwd=tmp_path)
    command = [python, "-m", "spacy", "convert", source, folders["spacy"], *options]
    subprocess.run(command, capture_output=True, check=True)

    file = f"{source.stem}.spacy"
    ours = describe(sys.executable, "kernel", folders["kernel"] / file)
    theirs = describe(python, "spacy", folders["spacy"] / file)

    for token in (token for doc in theirs for token in doc["tokens"]):
        # In a treebank, `_` means a missing lemma; spaCy uses it as the lemma.
        if token[LEMMA] == "_" != token[0]:
            token[LEMMA] = ""
    assert ours == theirs
