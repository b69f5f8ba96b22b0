"""One measurement, by either library, in the process that was started for it.

PYTHON benchmarks/tasks.py SIDE TASK MODEL DATA prints a line of JSON: how much was done (`amount`,
in `unit`) in how many `seconds`. What both libraries offer has the same names in both, so the
code is the same; it uses nothing but their public API, and not kernel's repository.
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
N_SINGLE = 1_500
N_ENTS = 10_000
N_SHORT = 1_000
SHORT = 15
N_PARSED = 60_000
LONG = 100_000
JOINT = ("tagger", "parser", "ner")


class Bench:
    """A library under test, and the data that it reads."""

    def __init__(self, side: str, model: Path, data: Path) -> None:
        self.library = importlib.import_module(side)
        self.tokens = importlib.import_module({"kernel": "kernel", "spacy": "spacy.tokens"}[side])
        self.model = model
        self.data = data
        self.rows = self.read("docs.jsonl")

    def read(self, name):
        """Return the lines of a JSONL file of the data."""
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


def predict_joint(bench: Bench, *wanted: str) -> dict:
    """Tags, trees and entities of tokenized documents, in batches, or only what is `wanted`."""
    nlp = load_only(bench, wanted)
    rows = whole_documents(bench.rows, N_PARSED)
    list(nlp.pipe(bench.docs(nlp.vocab, rows)))
    docs = bench.docs(nlp.vocab, rows)
    return timed("words", n_words(docs), lambda: list(nlp.pipe(docs)))


def single_joint(bench: Bench, *wanted: str) -> dict:
    """Tags, trees and entities of documents of 15 words, one call each."""
    nlp = load_only(bench, wanted)
    words = islice(all_words(bench.rows), SHORT * (N_SHORT + 50))
    rows = [row_of(list(islice(words, SHORT))) for _ in range(N_SHORT + 50)]
    docs = bench.docs(nlp.vocab, rows)
    for doc in docs[:50]:
        nlp(doc)
    return timed("words", SHORT * N_SHORT, lambda: [nlp(doc) for doc in docs[50:]])


def long_doc(bench: Bench) -> dict:
    """Tags, trees and entities of 100,000 words; `growth` is the time beside that of a tenth."""
    nlp = load_only(bench, JOINT)

    def process(n: int) -> dict:
        (doc,) = bench.docs(nlp.vocab, [row_of(list(islice(all_words(bench.rows), n)))])
        return timed("words", n, lambda: nlp(doc))

    process(LONG // 10)
    # The short one is soon done: three times, and the median counts.
    short = sorted(process(LONG // 10)["seconds"] for _ in range(3))[1]
    whole = process(LONG)
    return {**whole, "growth": whole["seconds"] / short}


def load_only(bench: Bench, wanted):
    """Return the joint pipeline with the components that are `wanted`, all if none is named."""
    return bench.library.load(
        bench.model, exclude=[name for name in JOINT if wanted and name not in wanted]
    )


def whole_documents(rows, n: int):
    """Return the first of `rows` that have `n` words together."""
    counted = zip(rows, accumulate(len(row["words"]) for row in rows), strict=True)
    return [row for row, count in counted if count <= n] or rows[:1]


def all_words(rows):
    """Yield the words of all documents with the space after each, again and again."""
    for row in cycle(rows):
        yield from zip(row["words"], row["spaces"], strict=True)


def row_of(pairs) -> dict:
    """Return a document of the words and spaces in `pairs`."""
    return {"words": [word for word, _ in pairs], "spaces": [space for _, space in pairs]}


def predict_textcat(bench: Bench) -> dict:
    """Categories of tokenized texts, in batches; the pipeline has seen the words before."""
    nlp = bench.library.load(bench.model)
    texts = [row["text"] for row in bench.read("train.jsonl")]
    list(nlp.pipe(texts))
    docs = [nlp.make_doc(text) for text in texts]
    return timed("words", n_words(docs), lambda: list(nlp.pipe(docs)))


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
