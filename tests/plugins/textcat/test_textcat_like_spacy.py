"""With equal weights, every architecture gives the same scores as spaCy's.

`spacy_scores.json` has what spaCy 3.8 scored with weights that were drawn as they are here.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import kernel
from kernel.config import resolve
from kernel.text import Doc, DocBatch

PINNED = json.loads(Path(__file__).with_name("spacy_scores.json").read_text(encoding="utf8"))
CASES = list(enumerate(PINNED["models"]))


@pytest.mark.parametrize(("seed", "case"), CASES, ids=[case["name"] for _, case in CASES])
def test_scores_are_those_of_spacy(seed, case):
    vocab = kernel.blank("en").vocab
    docs = DocBatch(Doc(vocab, words=text.split()) for text in PINNED["texts"])
    model = resolve(case["model"], where="components.textcat.model")
    model.initialize(X=docs, Y=np.zeros((3, 4), "float32"))
    rng = np.random.default_rng(seed)
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            shape = node.get_param(name).shape
            if node.name == "sparse_linear" and name == "W":
                shape = int(np.prod(shape))  # flat, as Thinc has it
            node.set_param(name, (rng.normal(size=shape) * 0.3).astype("float32"))
    np.testing.assert_allclose(model.predict(docs), case["scores"], atol=2e-6)
