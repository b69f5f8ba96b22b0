"""One measurement of a library, in its own process.

PYTHON benchmarks/tasks.py SIDE TASK MODEL DATA prints a line of JSON with the amount of work
(`amount`, in `unit`) and the time it took (`seconds`). The code uses only the public API that
both libraries share. It does not import this repository.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from itertools import accumulate, cycle, islice
from pathlib import Path

ATTRIBUTES = ["ORTH", "LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE", "LENGTH", "IS_ALPHA"]
N_SINGLE_TEXTS = 1_500
N_DOCS_WITH_ENTS = 10_000
N_SHORT_DOCS = 1_000
SHORT_DOC_WORDS = 15
N_PARSED_WORDS = 60_000
LONG_DOC_WORDS = 100_000
JOINT_PIPES = ("tagger", "parser", "ner")


class Bench:
    """The library to measure, and its data."""

    def __init__(self, side: str, model: Path, data: Path) -> None:
        self.library = importlib.import_module(side)
        self.tokens = importlib.import_module({"kernel": "kernel", "spacy": "spacy.tokens"}[side])
        self.model = model
        self.data = data
        self.rows = self.read("docs.jsonl")

    def read(self, name):
        """Return the objects in a JSONL file."""
        lines = (self.data / name).read_text(encoding="utf8").splitlines()
        return [json.loads(line) for line in lines]

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
    """Run `func` and return its time."""
    start = time.perf_counter()
    func()
    return {"unit": unit, "amount": amount, "seconds": time.perf_counter() - start}


def n_words(docs) -> int:
    """Return the total number of tokens."""
    return sum(len(doc) for doc in docs)


def predict_docs(bench: Bench) -> dict:
    """Predict entities of tokenized documents in batches; all words have been seen before."""
    nlp = bench.library.load(bench.model)
    list(nlp.pipe(bench.docs(nlp.vocab)))
    docs = bench.docs(nlp.vocab)
    return timed("words", n_words(docs), lambda: list(nlp.pipe(docs)))


def predict_texts(bench: Bench) -> dict:
    """Predict entities of plain texts in batches; all words have been seen before."""
    nlp = bench.library.load(bench.model)
    list(nlp.pipe(bench.texts))
    return predict_new_texts(bench, nlp)


def predict_new_texts(bench: Bench, nlp=None) -> dict:
    """Predict entities of plain texts in batches, right after loading the pipeline."""
    nlp = nlp or bench.library.load(bench.model)
    done = []
    result = timed("words", 0, lambda: done.extend(nlp.pipe(bench.texts)))
    return {**result, "amount": n_words(done)}


def predict_single(bench: Bench) -> dict:
    """Predict entities of plain texts, one call per text."""
    nlp = bench.library.load(bench.model)
    short = [text for text in bench.texts if len(text) < 400][:N_SINGLE_TEXTS]
    for text in short[:50]:
        nlp(text)
    done = []
    result = timed("words", 0, lambda: done.extend(nlp(text) for text in short))
    return {**result, "amount": n_words(done)}


def predict_joint(bench: Bench, *wanted: str) -> dict:
    """Predict tags, trees and entities (or only those of `wanted`) of documents in batches."""
    nlp = load_only(bench, wanted)
    rows = whole_documents(bench.rows, N_PARSED_WORDS)
    list(nlp.pipe(bench.docs(nlp.vocab, rows)))
    docs = bench.docs(nlp.vocab, rows)
    return timed("words", n_words(docs), lambda: list(nlp.pipe(docs)))


def single_joint(bench: Bench, *wanted: str) -> dict:
    """Predict tags, trees and entities of documents of 15 words, one call per document."""
    nlp = load_only(bench, wanted)
    n_docs, n_words_each = N_SHORT_DOCS + 50, SHORT_DOC_WORDS
    words = islice(all_words(bench.rows), n_words_each * n_docs)
    rows = [row_of(list(islice(words, n_words_each))) for _ in range(n_docs)]
    docs = bench.docs(nlp.vocab, rows)
    for doc in docs[:50]:
        nlp(doc)
    amount = n_words_each * N_SHORT_DOCS
    return timed("words", amount, lambda: [nlp(doc) for doc in docs[50:]])


def long_doc(bench: Bench) -> dict:
    """Predict tags, trees and entities of one doc of 100,000 words.

    `growth` is the time relative to a doc of a tenth of the words.
    """
    nlp = load_only(bench, JOINT_PIPES)

    def process(n: int) -> dict:
        (doc,) = bench.docs(nlp.vocab, [row_of(list(islice(all_words(bench.rows), n)))])
        return timed("words", n, lambda: nlp(doc))

    process(LONG_DOC_WORDS // 10)  # warm up
    # The median of three, because a single short time is noisy.
    short = sorted(process(LONG_DOC_WORDS // 10)["seconds"] for _ in range(3))[1]
    whole = process(LONG_DOC_WORDS)
    return {**whole, "growth": whole["seconds"] / short}


def load_only(bench: Bench, wanted):
    """Return the joint pipeline with only the `wanted` components, or with all of them."""
    return bench.library.load(
        bench.model, exclude=[name for name in JOINT_PIPES if wanted and name not in wanted]
    )


def whole_documents(rows, n: int):
    """Return the first rows with at most `n` words in total, but at least one row."""
    counted = zip(rows, accumulate(len(row["words"]) for row in rows), strict=True)
    return [row for row, count in counted if count <= n] or rows[:1]


def all_words(rows):
    """Yield the words of all documents and the spaces after them, repeated without end."""
    for row in cycle(rows):
        yield from zip(row["words"], row["spaces"], strict=True)


def row_of(pairs) -> dict:
    """Return a document with the words and spaces in `pairs`."""
    return {"words": [word for word, _ in pairs], "spaces": [space for _, space in pairs]}


def predict_textcat(bench: Bench) -> dict:
    """Predict categories of tokenized texts in batches; all words have been seen before."""
    nlp = bench.library.load(bench.model)
    texts = [row["text"] for row in bench.read("train.jsonl")]
    list(nlp.pipe(texts))
    docs = [nlp.make_doc(text) for text in texts]
    return timed("words", n_words(docs), lambda: list(nlp.pipe(docs)))


def tokenize(bench: Bench) -> dict:
    """Tokenize plain texts whose words have been seen before."""
    nlp = bench.library.blank("en")
    for _ in nlp.tokenizer.pipe(bench.texts):
        pass
    return tokenize_new(bench, nlp)


def tokenize_new(bench: Bench, nlp=None) -> dict:
    """Tokenize plain texts with a new vocabulary."""
    nlp = nlp or bench.library.blank("en")
    done = []
    result = timed("words", 0, lambda: done.extend(nlp.tokenizer.pipe(bench.texts)))
    return {**result, "amount": n_words(done)}


def docbin_write(bench: Bench) -> dict:
    """Write documents to the bytes of a `.spacy` file."""
    docs = with_entities(bench)
    return timed("words", n_words(docs), lambda: bench.tokens.DocBin(docs=docs).to_bytes())


def docbin_read(bench: Bench) -> dict:
    """Read documents from the bytes of a `.spacy` file with a new vocabulary."""
    docs = with_entities(bench)
    data = bench.tokens.DocBin(docs=docs).to_bytes()
    vocab = bench.library.blank("en").vocab
    amount = n_words(docs)
    return timed(
        "words", amount, lambda: list(bench.tokens.DocBin().from_bytes(data).get_docs(vocab))
    )


def to_array(bench: Bench) -> dict:
    """Export eight attributes of each document to an array, for the second time."""
    docs = bench.docs(bench.library.blank("en").vocab)
    for doc in docs:
        doc.to_array(ATTRIBUTES)
    return timed("words", n_words(docs), lambda: [doc.to_array(ATTRIBUTES) for doc in docs])


def set_ents(bench: Bench) -> dict:
    """Set the entities of 10,000 documents from spans."""
    docs, spans = entity_spans(bench)

    def assign():
        for doc, ents in zip(docs, spans, strict=True):
            doc.ents = ents

    return timed("docs", len(docs), assign)


def get_ents(bench: Bench) -> dict:
    """Read the entities of 10,000 documents."""
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


def entity_spans(bench: Bench, n_docs: int = N_DOCS_WITH_ENTS):
    """Return `n_docs` documents (repeated if there are fewer) and spans for each of them."""
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
    "predict_tagger": lambda bench: predict_joint(bench, "tagger"),
    "predict_parser": lambda bench: predict_joint(bench, "parser"),
    "predict_joint": predict_joint,
    "single_tagger": lambda bench: single_joint(bench, "tagger"),
    "single_parser": lambda bench: single_joint(bench, "parser"),
    "single_joint": single_joint,
    "long_doc": long_doc,
    "predict_textcat": predict_textcat,
    "tokenize": tokenize,
    "tokenize_new": tokenize_new,
    "docbin_write": docbin_write,
    "docbin_read": docbin_read,
    "to_array": to_array,
    "set_ents": set_ents,
    "get_ents": get_ents,
}


if __name__ == "__main__":
    side, task, model, data = sys.argv[1:]
    print(json.dumps(TASKS[task](Bench(side, Path(model), Path(data)))))
