"""The same word pieces, alignment and vectors as spacy-transformers, and its files."""

import json
import os
import random
import subprocess

import numpy as np
import pytest

from kernel.ops import load_weights
from kernel.text import Doc
from kernel_plugin_transformer.model import transformer
from kernel_plugin_transformer.span_getters import strided_spans

pytestmark = pytest.mark.slow

SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np, spacy
from spacy.tokens import Doc

folder, encoder = Path(sys.argv[1]), sys.argv[2]
nlp = spacy.blank("en")
component = nlp.add_pipe("transformer", config={"model": {
    "@architectures": "spacy-transformers.TransformerModel.v3", "name": encoder,
    "get_spans": {"@span_getters": "spacy-transformers.strided_spans.v1", "window": 128, "stride": 96},
}})
nlp.initialize()
(folder / "model").write_bytes(component.model.to_bytes())
lengths, rows, ids, vectors = [], [], [], []
n_before = 0
for words, spaces in json.loads((folder / "docs.json").read_text()):
    (doc,) = component.pipe([Doc(nlp.vocab, words=words, spaces=spaces)])
    data = doc._.trf_data
    mask = data.wordpieces.attention_mask.reshape(-1) > 0
    hidden = data.model_output.last_hidden_state
    hidden = hidden.reshape(-1, hidden.shape[-1])
    numbers = mask.cumsum() - 1 + n_before  # without padding, in all docs
    lengths.append(data.align.lengths)
    rows.append(numbers[data.align.dataXd.reshape(-1)])
    ids.append(data.wordpieces.input_ids.reshape(-1)[mask])
    vectors.append(hidden[mask])
    n_before += mask.sum()
found = dict(lengths=lengths, rows=rows, ids=ids, vectors=vectors)
np.savez(folder / "found.npz", **{name: np.concatenate(values) for name, values in found.items()})
"""
WORDS = [
    "😀", "👩‍👩‍👧", "naïve", "cafe\u0301", "日本語", "한국어", "👍🏽", "x", "...", "don", "'t", "İstanbul", "\u200b",
    "http://a.b/c?d=1234567890", "ﬁne", "\u0301", "العربية", "½", "™", "  ", " ", "\n", "\n\n", "\t",
]  # fmt: skip


@pytest.fixture(scope="module")
def token_lists():
    rng = random.Random(0)
    short = [[rng.choice(WORDS) for _ in range(rng.randrange(1, 30))] for _ in range(40)]
    long = [[rng.choice(["Berlin", "the", "lives", *WORDS]) for _ in range(700)] for _ in range(2)]
    return [(words, [rng.random() < 0.6 for _ in words]) for words in [*short, *long]]


@pytest.fixture(scope="module")
def found(token_lists, real_encoder, tmp_path_factory):
    """The folder with what spacy-transformers wrote."""
    python = os.environ.get("KERNEL_SPACY_TRANSFORMERS_PYTHON")
    if python is None:
        pytest.skip("KERNEL_SPACY_TRANSFORMERS_PYTHON names no interpreter with spacy-transformers")
    folder = tmp_path_factory.mktemp("spacy_transformers")
    (folder / "docs.json").write_text(json.dumps(token_lists))
    command = [python, "-c", SCRIPT, str(folder), str(real_encoder)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": ""})
    return folder


def test_vectors_and_alignment_are_the_same(found, token_lists, nlp):
    model = transformer("absent/encoder/folder", strided_spans(128, 96))
    load_weights(model, (found / "model").read_bytes())
    docs = [Doc(nlp.vocab, words=words, spaces=spaces) for words, spaces in token_lists]
    ours, theirs = model.predict(docs), np.load(found / "found.npz")
    np.testing.assert_array_equal(ours.input_ids, theirs["ids"])
    np.testing.assert_array_equal(ours.align.lengths, theirs["lengths"])
    np.testing.assert_array_equal(ours.align.dataXd, theirs["rows"])
    np.testing.assert_allclose(ours.hidden, theirs["vectors"], atol=1e-4)
