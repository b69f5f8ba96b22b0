"""The time of the matchers of one library, in its own process.

PYTHON benchmarks/matcher_tasks.py LIBRARY TREEBANK prints a line of JSON: for each row its title,
words per second, and the number of matches. The patterns are made of the words and
annotation of random sentences. It does not import this repository.
"""

from __future__ import annotations

import gc
import importlib
import json
import random
import sys
import time
from pathlib import Path

N_ROUNDS = 2
N_PHRASES = 10_000
# Columns of CoNLL-U.
FORM, LEMMA, UPOS, XPOS, FEATS, HEAD, DEPREL, MISC = 1, 2, 3, 4, 5, 6, 7, 9
SUBTREE_RELATIONS = (">", ">>", "<", "$++", ".*")


def read(path):
    """Return the sentences of a treebank, each a list of lines, each a list of columns."""
    blocks = Path(path).read_text(encoding="utf8").strip().split("\n\n")
    sentences = []
    for block in blocks:
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        sentences.append([row for row in rows if row[0].isdigit()])
    return sentences


class Bench:
    """A library with docs and patterns."""

    def __init__(self, library, path):
        self.matching = importlib.import_module(f"{library}.matcher")
        self.tokens = importlib.import_module(f"{library}.tokens")
        self.vocab = importlib.import_module(library).blank("en").vocab
        self.library = library
        self.sentences = read(path)
        self.choose = random.Random(0)

    def docs(self, n_sentences):
        """Return docs of so many sentences each, with all annotation."""
        starts = range(0, len(self.sentences), n_sentences)
        return [self.doc(self.sentences[start : start + n_sentences]) for start in starts]

    def doc(self, sentences):
        """Return a doc of sentences."""
        rows, heads = [], []
        for sentence in sentences:
            offset = len(rows) - 1
            heads += [offset + int(row[HEAD] if row[HEAD] != "0" else row[0]) for row in sentence]
            rows += sentence
        return self.tokens.Doc(
            self.vocab,
            words=[row[FORM] for row in rows],
            spaces=["SpaceAfter=No" not in row[MISC] for row in rows],
            tags=[row[XPOS] for row in rows],
            pos=[row[UPOS] for row in rows],
            morphs=[row[FEATS].replace("_", "") for row in rows],
            lemmas=[row[LEMMA] for row in rows],
            heads=heads,
            deps=[row[DEPREL] for row in rows],
        )

    # Patterns

    def token_pattern(self):
        """Return a pattern: words half of the time, else lemmas, tags, operators, predicates."""
        sentence = self.choose.choice(self.sentences)
        start = self.choose.randrange(len(sentence))
        run = sentence[start : start + self.choose.choice([1, 2, 2, 3, 3])]
        makers = [self.words, self.mixed, self.with_operators, self.with_predicates]
        make = self.choose.choices(makers, [5, 2, 2, 1])[0]
        return make(run, self.choose.choice(sentence))

    def words(self, run, _):
        """Return a pattern of words in lower case."""
        return [{"LOWER": row[FORM].lower()} for row in run]

    def mixed(self, run, _):
        """Return a pattern of lemmas, tags and lists of words, with a word to start with."""
        later = [
            [
                {"LEMMA": row[LEMMA]},
                {"TAG": row[XPOS]},
                {"LOWER": {"IN": [row[FORM].lower(), "the", "a"]}},
            ]
            for row in run[1:]
        ]
        return [{"LEMMA": run[0][LEMMA], "POS": run[0][UPOS]}, *map(self.choose.choice, later)]

    def with_operators(self, run, other):
        """Return a pattern with tokens that repeat, or may be missing."""
        first, last = {"LEMMA": run[0][LEMMA]}, {"LEMMA": other[LEMMA]}
        patterns = [
            [first, {"POS": "ADJ", "OP": "*"}, {"POS": "NOUN"}],
            [first, {"IS_PUNCT": True, "OP": "?"}, last],
            [first, {"OP": "{,3}"}, last],
            [{"LIKE_NUM": True, "OP": "+"}, first],
        ]
        return self.choose.choice(patterns)

    def with_predicates(self, run, other):
        """Return a pattern with REGEX, FUZZY, SHAPE or LENGTH."""
        word, last = run[0][FORM].lower(), {"LOWER": other[FORM].lower()}
        start = "".join(letter for letter in word if letter.isalnum())[:4]
        patterns = [
            [{"LOWER": {"REGEX": f"^{start}.*s$"}}, last],
            [{"LOWER": {"FUZZY1": word}}, {"IS_ALPHA": True}],
            [{"SHAPE": "Xxxxx"}, last],
            [{"LENGTH": {">=": 12}}, last],
        ]
        return self.choose.choice(patterns)

    def phrases(self):
        """Return the names of the treebank, and others of their first and last words."""
        names = []
        for sentence in self.sentences:
            run = []
            for row in sentence:
                if row[UPOS] == "PROPN":
                    run.append(row[FORM])
                elif run:
                    names.append(tuple(run))
                    run = []
        found = dict.fromkeys(names)
        while len(found) < N_PHRASES:
            first, last = self.choose.choice(names), self.choose.choice(names)
            found[first[0], last[-1]] = None
        return [self.tokens.Doc(self.vocab, words=list(name)) for name in found]

    def tree_pattern(self):
        """Return a pattern of two or three tokens: a lemma, and relations to labels."""
        row = self.choose.choice(self.choose.choice(self.sentences))
        made = [{"RIGHT_ID": "0", "RIGHT_ATTRS": {"LEMMA": row[LEMMA]}}]
        for number in range(1, self.choose.choice([2, 2, 3])):
            label = self.choose.choice(["nsubj", "obj", "det", "amod", "nmod", "advmod"])
            made.append(
                {
                    "LEFT_ID": str(self.choose.randrange(number)),
                    "REL_OP": self.choose.choice(SUBTREE_RELATIONS),
                    "RIGHT_ID": str(number),
                    "RIGHT_ATTRS": {"DEP": label},
                }
            )
        return made

    # Rows

    def rows(self):
        """Yield title, words per second and number of matches of each row."""
        patterns = [self.token_pattern() for _ in range(500)]
        trees = [self.tree_pattern() for _ in range(50)]
        phrases = self.phrases()
        for name, docs in (("a sentence", self.docs(1)), ("ten sentences", self.docs(10))):
            for n_patterns in (500, 10):
                matcher = self.matching.Matcher(self.vocab)
                for number, pattern in enumerate(patterns[:n_patterns]):
                    matcher.add(f"rule{number}", [pattern])
                yield from self.measure(f"Matcher, {n_patterns} patterns, {name}", matcher, docs)
            matcher = self.matching.PhraseMatcher(self.vocab, attr="LOWER")
            matcher.add("NAME", phrases)
            yield from self.measure(f"PhraseMatcher, {N_PHRASES:,} names, {name}", matcher, docs)
            matcher = self.matching.DependencyMatcher(self.vocab)
            for number, pattern in enumerate(trees):
                matcher.add(f"rule{number}", [pattern])
            title = f"DependencyMatcher, {len(trees)} patterns, {name}"
            yield from self.measure(title, matcher, docs)

    def measure(self, title, matcher, docs):
        """Yield the row of single calls and that of batches, which are calls too in spaCy."""

        def single():
            return sum(len(matcher(doc)) for doc in docs)

        def batches():
            return sum(len(found) for _, found in matcher.pipe(docs, return_matches=True))

        found = self.timed(single, docs)
        yield f"{title}, one at a time", *found
        if hasattr(matcher, "pipe"):
            if self.library == "kernel":
                found = self.timed(batches, docs)
            yield f"{title}, batches", *found

    def timed(self, call, docs):
        """Return the words per second of the last round, and the number of matches."""
        n_words, seconds, n_matches = sum(map(len, docs)), 1.0, 0
        gc.collect()
        gc.freeze()
        for _ in range(N_ROUNDS):
            start = time.thread_time()
            n_matches = call()
            seconds = time.thread_time() - start
        return n_words / seconds, n_matches


if __name__ == "__main__":
    print(json.dumps(list(Bench(sys.argv[1], sys.argv[2]).rows())))
