"""Vectors and speed of an encoder in one library, in its own process.

PYTHON benchmarks/transformer_tasks.py SIDE TASK ENCODER DOCS OUTPUT: SIDE is kernel, spacy or
hugging_face, ENCODER a folder, DOCS a file with one document per line as in `corpora.py`. The last
line that is printed is JSON. The code uses only the public API that both libraries share, and does
not import this repository.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

import numpy as np

BATCH_SIZE = 128
HUGGING_FACE_BATCH = 32
SPANS = {"@span_getters": "spacy-transformers.strided_spans.v1", "window": 128, "stride": 96}


def transformer_settings(encoder: Path) -> dict:
    """Return the settings of the component, the same for both libraries."""
    return {
        "model": {
            "@architectures": "spacy-transformers.TransformerModel.v3",
            "name": str(encoder),
            "get_spans": SPANS,
            "tokenizer_config": {"use_fast": True},
        }
    }


def make_docs(library, nlp, rows) -> list:
    """Return a new `Doc` for each row."""
    tokens = library if library.__name__ == "kernel" else importlib.import_module("spacy.tokens")
    return [tokens.Doc(nlp.vocab, words=row["words"], spaces=row["spaces"]) for row in rows]


def vectors(side: str, encoder: Path, rows: list, output: Path) -> dict:
    """Save the mean vector of each token, and the ids of its word pieces."""
    library = importlib.import_module(side)
    nlp = library.blank("en")
    nlp.add_pipe("transformer", config=transformer_settings(encoder))
    nlp.initialize()
    means, lengths, pieces = [], [], []
    for doc in nlp.pipe(make_docs(library, nlp, rows), batch_size=BATCH_SIZE):
        data = doc._.trf_data
        hidden = np.asarray(data.model_output.last_hidden_state)
        places = np.asarray(data.align.dataXd).ravel()
        counts = np.asarray(data.align.lengths)
        owners = np.repeat(np.arange(len(doc)), counts)
        sums = np.zeros((len(doc), hidden.shape[-1]), dtype="f")
        np.add.at(sums, owners, hidden.reshape(-1, hidden.shape[-1])[places])
        means.append(sums / np.maximum(counts, 1)[:, None])
        lengths.append(counts)
        pieces.append(np.asarray(data.wordpieces.input_ids).ravel()[places])
    np.savez(
        output,
        vectors=np.concatenate(means),
        lengths=np.concatenate(lengths),
        pieces=np.concatenate(pieces),
    )
    return {"words": sum(map(len, lengths))}


def prediction(side: str, encoder: Path, rows: list, output: Path) -> dict:
    """Time an encoder with an entity recognizer in batches, or the encoder alone."""
    if side == "hugging_face":
        return forward_passes(encoder, rows)
    library = importlib.import_module(side)
    nlp = library.blank("en")
    nlp.add_pipe("transformer", config=transformer_settings(encoder))
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": False,
        "tok2vec": listener,
    }
    recognizer = nlp.add_pipe("ner", config={"model": model})
    for label in ("PER", "LOC", "ORG"):
        recognizer.add_label(label)
    nlp.initialize()
    list(nlp.pipe(make_docs(library, nlp, rows[:BATCH_SIZE]), batch_size=BATCH_SIZE))
    docs = make_docs(library, nlp, rows)
    start = time.perf_counter()
    for _ in nlp.pipe(docs, batch_size=BATCH_SIZE):
        pass
    return {"words": sum(map(len, docs)), "seconds": time.perf_counter() - start}


def forward_passes(encoder: Path, rows: list) -> dict:
    """Time tokenization and forward passes over batches of texts of similar length."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    model = AutoModel.from_pretrained(encoder).eval()
    texts = sorted((row["text"] for row in rows), key=len)

    def run(texts) -> None:
        for start in range(0, len(texts), HUGGING_FACE_BATCH):
            batch = texts[start : start + HUGGING_FACE_BATCH]
            found = tokenizer(batch, padding=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                model(**found)

    run(texts[:HUGGING_FACE_BATCH])
    start = time.perf_counter()
    run(texts)
    words = sum(len(row["words"]) for row in rows)
    return {"words": words, "seconds": time.perf_counter() - start}


TASKS = {"vectors": vectors, "prediction": prediction}


def main() -> None:
    """Run the task of the command line."""
    side, task, encoder, docs, output = sys.argv[1:]
    rows = [json.loads(line) for line in Path(docs).read_text(encoding="utf8").splitlines()]
    print(json.dumps(TASKS[task](side, Path(encoder), rows, Path(output))))


if __name__ == "__main__":
    main()
