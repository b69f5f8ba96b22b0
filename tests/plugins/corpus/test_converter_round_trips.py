from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

import kernel
from kernel.text import DocBin
from kernel_plugin_corpus.converters import conll_ner, iob, jsonl

NLP = kernel.blank("xx")
words = st.text(st.characters(categories=["L", "N", "So"]), min_size=1, max_size=6)
tags = st.sampled_from(["O", "B-A", "I-A", "B-B_c", "I-B_c"])
sentences = st.lists(
    st.lists(st.tuples(words, tags), min_size=1, max_size=6), min_size=1, max_size=6
)


def entities(tags):
    """Return (start, end, label) of every entity, by the rule of IOB2 with repairs."""
    found = []
    for index, tag in enumerate(tags):
        move, _, label = tag.partition("-")
        if move == "I" and found and found[-1][1:] == [index, label]:
            found[-1][1] = index + 1
        elif move != "O":
            found.append([index, index + 1, label])
    return found


def check(docs, rows):
    docs = list(DocBin().from_bytes(DocBin(docs=docs).to_bytes()).get_docs(NLP.vocab))
    assert [[token.text for token in doc] for doc in docs] == [[w for w, _ in s] for s in rows]
    found = [[[span.start, span.end, span.label_] for span in doc.ents] for doc in docs]
    assert found == [entities([tag for _, tag in sentence]) for sentence in rows]


@settings(max_examples=50, deadline=None)
@given(sentences)
def test_columns_come_back_as_they_were(rows):
    text = "\n\n".join("\n".join(f"{word}\t{tag}" for word, tag in s) for s in rows)
    check(list(conll_ner.convert(text, nlp=NLP)), rows)


@settings(max_examples=50, deadline=None)
@given(sentences)
def test_piped_tokens_come_back_as_they_were(rows):
    text = "\n".join(" ".join(f"{word}|{tag}" for word, tag in s) for s in rows)
    check(list(iob.convert(text, nlp=NLP)), rows)


@settings(max_examples=50, deadline=None)
@given(sentences)
def test_offsets_come_back_as_they_were(rows):
    lines = []
    for sentence in rows:
        texts = [word for word, _ in sentence]
        starts = [len(" ".join([*texts[:index], ""])) for index in range(len(texts))]
        spans = [
            [starts[start], starts[end - 1] + len(texts[end - 1]), label]
            for start, end, label in entities([tag for _, tag in sentence])
        ]
        lines.append(json.dumps({"text": " ".join(texts), "words": texts, "entities": spans}))
    check(list(jsonl.convert("\n".join(lines), nlp=NLP)), rows)
