"""One measurement, by either library, in the process that was started for it.

PYTHON benchmarks/tasks.py SIDE TASK FOLDER prints a line of JSON: how much was done (`amount`,
in `unit`) in how many `seconds`. What both libraries offer has the same names in both, so the
code is the same; it uses nothing but their public API, and not kernel's repository.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

ATTRIBUTES = ["ORTH", "LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE", "LENGTH", "IS_ALPHA"]
N_SINGLE = 1_500
N_ENTS = 10_000


class Bench:
    """A library under test, and the data that it reads."""

    def __init__(self, side: str, folder: Path) -> None:
        self.library = importlib.import_module(side)
        self.tokens = importlib.import_module({"kernel": "kernel", "spacy": "spacy.tokens"}[side])
        self.model = folder / "model" / "model-last"
        lines = (folder.parent / "data" / "docs.jsonl").read_text(encoding="utf8").splitlines()
        self.rows = [json.loads(line) for line in lines]

    def docs(self, vocab, rows=None):
        """Return a new `Doc` for each document."""
        return [
            self.tokens.Doc(vocab, words=row["words"], spaces=row["spaces"])
            for row in (self.rows if rows is None else rows)
        ]

    @property
    def texts(self):
        """The plain texts."""
        return [row["text"] for row in self.rows]


def timed(unit: str, amount: float, func: Callable[[], object]) -> dict:
    """Return how long `func` took."""
    start = time.perf_counter()
    func()
    return {"unit": unit, "amount": amount, "seconds": time.perf_counter() - start}


def n_words(docs) -> int:
    """Return the number of tokens of all docs together."""
    return sum(len(doc) for doc in docs)


def predict_docs(bench: Bench) -> dict:
    """Entities of tokenized documents, in batches; the pipeline has seen the words before."""
    nlp = bench.library.load(bench.model)
    list(nlp.pipe(bench.docs(nlp.vocab)))
    docs = bench.docs(nlp.vocab)
    return timed("words", n_words(docs), lambda: list(nlp.pipe(docs)))


def predict_texts(bench: Bench) -> dict:
    """Entities of plain texts, in batches; the pipeline has seen the words before."""
    nlp = bench.library.load(bench.model)
    list(nlp.pipe(bench.texts))
    return predict_new_texts(bench, nlp)


def predict_new_texts(bench: Bench, nlp=None) -> dict:
    """Entities of plain texts, in batches, right after the pipeline was loaded."""
    nlp = nlp or bench.library.load(bench.model)
    done = []
    result = timed("words", 0, lambda: done.extend(nlp.pipe(bench.texts)))
    return {**result, "amount": n_words(done)}


def predict_single(bench: Bench) -> dict:
    """Entities of plain texts, one call each."""
    nlp = bench.library.load(bench.model)
    short = [text for text in bench.texts if len(text) < 400][:N_SINGLE]
    for text in short[:50]:
        nlp(text)
    done = []
    result = timed("words", 0, lambda: done.extend(nlp(text) for text in short))
    return {**result, "amount": n_words(done)}


def tokenize(bench: Bench) -> dict:
    """Tokens of plain texts whose words have been seen before."""
    nlp = bench.library.blank("en")
    for _ in nlp.tokenizer.pipe(bench.texts):
        pass
    return tokenize_new(bench, nlp)


def tokenize_new(bench: Bench, nlp=None) -> dict:
    """Tokens of plain texts, with a vocabulary that starts empty."""
    nlp = nlp or bench.library.blank("en")
    done = []
    result = timed("words", 0, lambda: done.extend(nlp.tokenizer.pipe(bench.texts)))
    return {**result, "amount": n_words(done)}


def docbin_write(bench: Bench) -> dict:
    """Documents to the bytes of a `.spacy` file."""
    docs = with_entities(bench)
    return timed("words", n_words(docs), lambda: bench.tokens.DocBin(docs=docs).to_bytes())


def docbin_read(bench: Bench) -> dict:
    """Documents from the bytes of a `.spacy` file, with a vocabulary that starts empty."""
    docs = with_entities(bench)
    data = bench.tokens.DocBin(docs=docs).to_bytes()
    vocab = bench.library.blank("en").vocab
    amount = n_words(docs)
    return timed(
        "words", amount, lambda: list(bench.tokens.DocBin().from_bytes(data).get_docs(vocab))
    )


def to_array(bench: Bench) -> dict:
    """Eight attributes of each document as an array, asked for a second time."""
    docs = bench.docs(bench.library.blank("en").vocab)
    for doc in docs:
        doc.to_array(ATTRIBUTES)
    return timed("words", n_words(docs), lambda: [doc.to_array(ATTRIBUTES) for doc in docs])


def set_ents(bench: Bench) -> dict:
    """Entities of 10,000 documents, set from spans."""
    docs, spans = entity_spans(bench)

    def assign():
        for doc, ents in zip(docs, spans, strict=True):
            doc.ents = ents

    return timed("docs", len(docs), assign)


def get_ents(bench: Bench) -> dict:
    """Entities of 10,000 documents, read."""
    docs, spans = entity_spans(bench)
    for doc, ents in zip(docs, spans, strict=True):
        doc.ents = ents
    return timed("docs", len(docs), lambda: [doc.ents for doc in docs])


def with_entities(bench: Bench):
    """Return the documents with an entity at every ninth word."""
    docs, spans = entity_spans(bench, n_docs=len(bench.rows))
    for doc, ents in zip(docs, spans, strict=True):
        doc.ents = ents
    return docs


def entity_spans(bench: Bench, n_docs: int = N_ENTS):
    """Return documents, taken over again until there are `n_docs`, and spans for each."""
    vocab = bench.library.blank("en").vocab
    rows = [bench.rows[i % len(bench.rows)] for i in range(n_docs)]
    docs = bench.docs(vocab, rows)
    spans = [
        [
            bench.tokens.Span(doc, start, min(start + 2, len(doc)), label="THING")
            for start in range(0, len(doc), 9)
        ]
        for doc in docs
    ]
    return docs, spans


TASKS = {
    "predict_docs": predict_docs,
    "predict_texts": predict_texts,
    "predict_new_texts": predict_new_texts,
    "predict_single": predict_single,
    "tokenize": tokenize,
    "tokenize_new": tokenize_new,
    "docbin_write": docbin_write,
    "docbin_read": docbin_read,
    "to_array": to_array,
    "set_ents": set_ents,
    "get_ents": get_ents,
}


if __name__ == "__main__":
    side, task, folder = sys.argv[1:]
    print(json.dumps(TASKS[task](Bench(side, Path(folder)))))
