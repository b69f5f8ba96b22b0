"""The English tokenizer gives the same tokens and norms as spaCy's on real text."""

import json
import os
import subprocess

import pytest

CODE = """
import json, sys, spacy
make_doc = spacy.blank("en").make_doc
for line in sys.stdin:
    tokens = [[token.text, token.norm_, token.whitespace_] for token in make_doc(json.loads(line))]
    print(json.dumps(tokens))
"""


@pytest.fixture(scope="module")
def texts(corpora):
    rows = (corpora / "raw" / "noisy_en.jsonl").read_text(encoding="utf8").splitlines()[::80]
    rows += (corpora / "cooking" / "dev.jsonl").read_text(encoding="utf8").splitlines()[::20]
    return [json.loads(row)["text"] for row in rows]


def test_tokens_and_norms_equal_those_of_spacy(nlp, texts):
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("needs KERNEL_SPACY_PYTHON, the path of an interpreter with spaCy")
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        [python, "-c", CODE], input=lines, capture_output=True, text=True, check=True
    )

    for text, line in zip(texts, done.stdout.splitlines(), strict=True):
        ours = [[token.text, token.norm_, token.whitespace_] for token in nlp.make_doc(text)]
        assert ours == json.loads(line)
