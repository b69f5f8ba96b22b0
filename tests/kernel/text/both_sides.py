"""Makes, writes, reads and describes docs with either library, so that the two can be compared.

Run as a script: LIBRARY make SEED | LIBRARY write SEED PATH | LIBRARY read PATH.
Prints one JSON value.
"""

import json
import random
import sys
from itertools import islice

WORDS = ["Ada", "went", "to", "New", "York", ",", "näher", "😀", "3.5", "U.S.", "\n", " ", "x" * 40]
LABELS = ["PERSON", "GPE", "Ünïque", "ORG"]
ATTRS = [
    "ORTH",
    "NORM",
    "LEMMA",
    "POS",
    "TAG",
    "DEP",
    "ENT_IOB",
    "ENT_TYPE",
    "HEAD",
    "SENT_START",
    "ENT_KB_ID",
    "MORPH",
    "ENT_ID",
]
LEXICAL = [
    "LOWER",
    "SHAPE",
    "PREFIX",
    "SUFFIX",
    "LENGTH",
    "SPACY",
    "IS_ALPHA",
    "IS_PUNCT",
    "IS_SPACE",
    "IS_TITLE",
    "LIKE_NUM",
]
EVERYTHING = [*ATTRS, *LEXICAL, "IDX"]


def library(name):
    if name == "spacy":
        import spacy
        from spacy.tokens import Doc, DocBin, Span

        return Doc, DocBin, Span, spacy.blank("xx").vocab
    from kernel.text import Doc, DocBin, Span, Vocab

    return Doc, DocBin, Span, Vocab()


def random_heads(rng, n):
    """Projective trees, one a sentence of up to five tokens."""
    heads, start = [], 0
    while start < n:
        end = min(n, start + rng.randint(1, 5))
        root = rng.randrange(start, end)
        heads += [root if i == root else i + 1 if i < root else i - 1 for i in range(start, end)]
        start = end
    return heads


def make(name, seed):
    make_doc, _, make_span, vocab = library(name)
    rng = random.Random(seed)
    docs = []
    for number in range(40):
        n = rng.choice([0, 1, 2, 7, 20])
        annotated = {key: rng.random() < 0.5 for key in ("tags", "pos", "lemmas", "morphs", "deps")}
        values = {
            "tags": [rng.choice(["NN", "VB", ""]) for _ in range(n)],
            "pos": [rng.choice(["NOUN", "VERB", "", "PUNCT"]) for _ in range(n)],
            "lemmas": [rng.choice(["be", "go", ""]) for _ in range(n)],
            "morphs": [rng.choice(["Number=Sing|Case=Nom", "", "A=2,1"]) for _ in range(n)],
            "deps": [rng.choice(["nsubj", "ROOT", "obj"]) for _ in range(n)],
        }
        kwargs = {key: values[key] for key in values if annotated[key]}
        if annotated["deps"]:
            kwargs["heads"] = random_heads(rng, n)
        elif rng.random() < 0.5:
            # The first token always starts a sentence here; spaCy can be told that it does not.
            kwargs["sent_starts"] = [i == 0 or rng.choice([True, False, None]) for i in range(n)]
        spaces = None if rng.random() < 0.2 else [rng.random() < 0.7 for _ in range(n)]
        words = [rng.choice(WORDS) for _ in range(n)]
        doc = make_doc(vocab, words=words, spaces=spaces, **kwargs)
        annotate(rng, doc, make_span, number)
        docs.append(doc)
    return docs


def annotate(rng, doc, make_span, number):
    n = len(doc)
    starts = sorted(rng.sample(range(n), min(n, 3)))
    bounds = list(zip(starts, [*starts[1:], n], strict=False))
    spans = [
        make_span(doc, a, rng.randint(a + 1, b), rng.choice(LABELS), kb_id=rng.choice(["Q1", ""]))
        for a, b in bounds
    ]
    if number % 3 == 0:
        doc.ents = spans
    elif number % 3 == 1:
        doc.set_ents(spans[:1], missing=spans[1:2], blocked=spans[2:], default="outside")
    if number % 4 == 0 and n:
        doc.spans["sc"] = [make_span(doc, 0, n, "ALL"), *spans]
        doc.spans["empty"] = []
    if number % 5 == 0:
        doc.cats = {"a": 0.5, "b": float(number)}
        doc.user_data["key"] = {"list": [1, 2], "number": number}
        doc.user_data["._.", "x", 0, None] = "value"
    if number % 7 == 0 and n:
        doc[0].norm_ = "another norm"


def describe(doc):
    array = doc.to_array(EVERYTHING)
    return {
        "text": doc.text,
        "words": [token.text for token in doc],
        "spaces": [token.whitespace_ for token in doc],
        "attrs": dict(zip(EVERYTHING, array.T.tolist(), strict=True)) if len(doc) else {},
        "strings": [
            [t.norm_, t.lemma_, t.pos_, t.tag_, t.dep_, t.ent_type_, t.ent_kb_id_, str(t.morph)]
            for t in doc
        ],
        "ents": [[e.start, e.end, e.label_, e.kb_id_, e.id_] for e in doc.ents],
        "spans": {
            key: [[s.start, s.end, s.label_, s.kb_id_, s.start_char, s.end_char] for s in group]
            for key, group in doc.spans.items()
        },
        "cats": doc.cats,
        "user_data": sorted(map(repr, doc.user_data.items())),
        "unknown": doc.has_unknown_spaces,
        "sents": [s.text for s in doc.sents] if doc.has_annotation("SENT_START") else None,
        "has": [doc.has_annotation(attr) for attr in ATTRS],
        "complete": [doc.has_annotation(attr, require_complete=True) for attr in ATTRS],
        "starts": [t.is_sent_start for t in doc],
        "heads": [t.head.i for t in doc],
        "tree": [tree(t) for t in doc],
        "spans_of": [span_facts(doc, a, a + 3) for a in range(0, max(0, len(doc) - 3), 2)],
        "char_spans": [
            char_span(doc, a, mode) for a in range(0, len(doc.text), 3) for mode in MODES
        ],
    }


MODES = ("strict", "contract", "expand")


def char_span(doc, start, mode):
    span = doc.char_span(start, start + 7, label="L", alignment_mode=mode)
    return None if span is None else [span.start, span.end, span.text, span.label_]


def tree(t):
    return {
        "children": [c.i for c in t.children],
        "sides": [t.n_lefts, t.n_rights, [c.i for c in t.lefts], [c.i for c in t.rights]],
        "subtree": [c.i for c in t.subtree],
        "ancestors": [c.i for c in t.ancestors],
        "edges": [t.left_edge.i, t.right_edge.i],
        "flags": [t.is_oov, t.is_alpha, t.is_space, t.idx, len(t), t.ent_iob_, t.is_sent_end],
        "has": [t.has_dep(), t.has_head(), t.has_morph()],
    }


def span_facts(doc, start, end):
    span = doc[start:end]
    part = span.as_doc()
    facts = {
        "root": span.root.i,
        "text": [span.text, span.text_with_ws, span.orth_, span.lemma_],
        "chars": [span.start_char, span.end_char],
        "sides": [[t.i for t in span.lefts], [t.i for t in span.rights]],
        "subtree": [t.i for t in span.subtree],
        "part": [part.text, [e.text for e in part.ents], [t.ent_iob for t in part]],
        "part_heads": [[t.head.i, t.dep_] for t in part],
        "ents": [e.text for e in span.ents],
    }
    if doc.has_annotation("SENT_START"):
        facts["lca"] = span.get_lca_matrix().tolist()
        facts["sents"] = [span.sent.text, [s.text for s in span.sents]]
    return facts


def bin_of(name):
    return library(name)[1](store_user_data=True)


def read(name, path):
    _, _, _, vocab = library(name)
    return list(bin_of(name).from_disk(path).get_docs(vocab))


def write(name, seed, path):
    docs = make(name, seed)
    packed = bin_of(name)
    for doc in docs:
        packed.add(doc)
    packed.to_disk(path)
    return docs


def main(name, command, *rest):
    if command == "make":
        docs = make(name, int(rest[0]))
    elif command == "write":
        docs = write(name, int(rest[0]), rest[1])
    else:
        docs = read(name, rest[0])
    json.dump([describe(doc) for doc in islice(docs, 1000)], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
