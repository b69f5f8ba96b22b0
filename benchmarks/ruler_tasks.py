"""The time of the rule-based components of one library, in its own process.

PYTHON benchmarks/ruler_tasks.py LIBRARY TREEBANK prints a line of JSON: for each row its title,
words per second, and how much was annotated. It does not import this repository.
"""

from __future__ import annotations

import collections
import gc
import json
import random
import sys
import time

from matcher_tasks import FEATS, FORM, LEMMA, MISC, UPOS, XPOS, Bench

N_PATTERNS = 10_000
N_ROUNDS = 2
N_SENTENCES = 10


class RulerBench(Bench):
    """A library with docs, patterns with labels, and a tag map."""

    def __init__(self, library, path) -> None:
        super().__init__(library, path)
        self.nlp = __import__(library).blank("en")
        self.vocab = self.nlp.vocab
        self.choose = random.Random(0)

    def text_of(self, run):
        """Return the text of some lines of the treebank."""
        spaces = ["" if "SpaceAfter=No" in row[MISC] else " " for row in run]
        return "".join(row[FORM] + space for row, space in zip(run, spaces, strict=False)).strip()

    def label_patterns(self):
        """Return patterns: runs of one to four words, each twentieth by LOWER, a third with ids."""
        texts = {}
        while len(texts) < N_PATTERNS:
            sentence = self.choose.choice(self.sentences)
            start = self.choose.randrange(len(sentence))
            run = sentence[start : start + self.choose.choice([1, 2, 2, 3, 4])]
            texts[self.text_of(run)] = run
        self.n_pattern_words = sum(map(len, texts.values()))
        patterns = []
        for number, (text, run) in enumerate(texts.items()):
            made = {"label": f"LABEL{number % 4}", "pattern": text}
            if number % 20 == 0:
                made["pattern"] = [{"LOWER": row[FORM].lower()} for row in run]
            if number % 3 == 0:
                made["id"] = f"id{number}"
            patterns.append(made)
        return patterns

    def add_attributes(self, ruler) -> None:
        """Add a tag map, and exceptions for 200 frequent words."""
        by_tag, by_word = collections.Counter(), collections.Counter()
        for sentence in self.sentences:
            by_tag.update((row[XPOS], row[UPOS], row[FEATS]) for row in sentence)
            by_word.update((row[XPOS], row[FORM].lower(), row[LEMMA]) for row in sentence)
        tags = {}
        for (tag, pos, feats), _ in by_tag.most_common():
            tags.setdefault(tag, {"POS": pos, "MORPH": feats})
        ruler.load_from_tag_map(tags)
        for (tag, word, lemma), _ in by_word.most_common(200):
            ruler.add([[{"TAG": tag, "LOWER": word}]], {"LEMMA": lemma})

    def rows(self):
        """Yield title, words per second and what was annotated of each row."""
        patterns = self.label_patterns()
        list(self.nlp.tokenizer.pipe(self.text_of(sentence) for sentence in self.sentences))
        docs = self.docs(N_SENTENCES)
        for name in ("entity_ruler", "future_entity_ruler", "span_ruler"):
            ruler = self.nlp.create_pipe(name)
            start = time.thread_time()
            ruler.add_patterns(patterns)
            seconds = time.thread_time() - start
            yield (
                f"{name}, add {N_PATTERNS:,} patterns",
                self.n_pattern_words / seconds,
                len(patterns),
            )
            title = f"{name}, {N_PATTERNS:,} patterns"
            yield title, *self.annotated(ruler, docs, lambda d: len(d.ents) + spans_of(d))
        ruler = self.nlp.create_pipe("attribute_ruler")
        self.add_attributes(ruler)
        title = "attribute_ruler, a tag map and 200 patterns"
        yield title, *self.annotated(ruler, docs, lambda d: sum(bool(t.lemma) for t in d))
        sentencizer = self.nlp.create_pipe("sentencizer")
        yield "sentencizer", *self.annotated(sentencizer, docs, lambda d: len(list(d.sents)))

    def annotated(self, component, docs, count):
        """Return the words per second of the last round, and how much was annotated."""
        n_words, seconds, done = sum(map(len, docs)), 1.0, []
        for _ in range(N_ROUNDS):
            fresh = [self.bare(doc) for doc in docs]
            gc.collect()
            gc.freeze()
            start = time.thread_time()
            done = list(component.pipe(fresh))
            seconds = time.thread_time() - start
        return n_words / seconds, sum(map(count, done))

    def bare(self, doc):
        """Return a doc with the words and tags of another one."""
        words, spaces = [t.text for t in doc], [bool(t.whitespace_) for t in doc]
        tags = [t.tag_ for t in doc]
        return self.tokens.Doc(self.vocab, words=words, spaces=spaces, tags=tags)


def spans_of(doc):
    """Return the number of spans of the span ruler."""
    return len(doc.spans["ruler"]) if "ruler" in doc.spans else 0


if __name__ == "__main__":
    print(json.dumps(list(RulerBench(sys.argv[1], sys.argv[2]).rows())))
