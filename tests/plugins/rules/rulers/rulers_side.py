"""Run rule-based components of one library on random docs, and print the jobs and the results.

    python rulers_side.py LIBRARY N_JOBS SEED

A job has the name of a component, its config, its patterns, and docs (arguments of `Doc`).
"""

import importlib
import json
import random
import sys
import warnings

WORDS = ["a", "A", "b", "c", "New", "new", "York", ".", "!", '"', "3", "don't", "\n"]
TAGS = ["NN", "NNS", "VBZ", "DT"]
LABELS = ["GPE", "ORG", "PERSON"]
FILTERS = ["first_longest_spans", "prioritize_existing_ents", "prioritize_new_ents"]
ATTRS = {
    "TAG": TAGS,
    "POS": ["NOUN", "VERB", "DET", ""],
    "MORPH": ["Case=Nom", "Number=Sing|Case=Acc", "_", ""],
    "LEMMA": ["x", "y", ""],
    "NORM": ["n", "m"],
    "ENT_TYPE": LABELS,
}


def make_job(choose):
    """Return a job for one of the components."""
    kind = choose.choice(["entity_ruler", "future_entity_ruler", "span_ruler"] * 2 + OTHERS)
    n_patterns = choose.randint(1, 8)
    job = {"component": kind, "config": {}, "docs": [doc(choose) for _ in range(3)]}
    if kind == "attribute_ruler":
        job["patterns"] = [attribute_pattern(choose) for _ in range(n_patterns)]
    elif kind == "sentencizer":
        job["config"] = {"overwrite": choose.random() < 0.5}
        if choose.random() < 0.5:
            job["config"]["punct_chars"] = choose.sample(WORDS, 2)
    else:
        job["patterns"] = [label_pattern(choose) for _ in range(n_patterns)]
        job["config"] = ruler_config(choose, kind)
    return job


OTHERS = ["attribute_ruler", "attribute_ruler", "sentencizer"]


def ruler_config(choose, kind):
    """Return random settings of a ruler."""
    config = {}
    if choose.random() < 0.4:
        config["phrase_matcher_attr"] = choose.choice(["LOWER", "NORM", "SHAPE"])
    if kind != "span_ruler":
        config["overwrite_ents"] = choose.random() < 0.5
        return config
    name = f"spacy.{choose.choice(FILTERS)}_filter.v1"
    config.update(annotate_ents=choose.random() < 0.5, ents_filter={"@misc": name})
    config["overwrite"] = choose.random() < 0.5
    return config


def label_pattern(choose):
    """Return a phrase or a pattern of tokens with a label, and maybe an id."""
    pattern = " ".join(choose.choices(WORDS[:-1], k=choose.choice([1, 1, 2, 2, 3])))
    if choose.random() < 0.5:
        pattern = token_pattern(choose)
    made = {"label": choose.choice(LABELS), "pattern": pattern}
    if choose.random() < 0.4:
        made["id"] = choose.choice(["Q1", "Q2"])
    return made


def token_pattern(choose):
    """Return a pattern of one to three tokens."""
    specs = []
    for _ in range(choose.choice([1, 2, 2, 3])):
        word = choose.choice(WORDS)
        spec = choose.choice(
            [
                {"ORTH": word},
                {"LOWER": word.lower()},
                {"IS_ALPHA": True},
                {"TAG": choose.choice(TAGS)},
            ]
        )
        if choose.random() < 0.2:
            spec["OP"] = choose.choice(["?", "*", "+", "!"])
        specs.append(spec)
    return specs


def attribute_pattern(choose):
    """Return patterns and what they set for one token."""
    names = choose.sample(list(ATTRS), choose.choice([1, 1, 2, 3]))
    attrs = {name: choose.choice(ATTRS[name]) for name in names}
    if choose.random() < 0.5:
        patterns = [[{"TAG": choose.choice(TAGS)}] for _ in range(choose.randint(1, 2))]
        return {"patterns": patterns, "attrs": attrs, "index": choose.choice([0, 0, -1])}
    patterns = [token_pattern(choose) for _ in range(choose.randint(1, 2))]
    return {"patterns": patterns, "attrs": attrs, "index": choose.choice([0, 0, 0, -1, 1])}


def doc(choose):
    """Return the arguments of a `Doc`."""
    words = choose.choices(WORDS, k=choose.randint(1, 10))
    made = {"words": words, "tags": choose.choices(TAGS, k=len(words))}
    if choose.random() < 0.5:
        made["ents"] = []
        while len(made["ents"]) < len(words):
            length = min(choose.randint(1, 3), len(words) - len(made["ents"]))
            label = choose.choice(LABELS)
            inside = [f"B-{label}"] + [f"I-{label}"] * (length - 1)
            made["ents"] += inside if choose.random() < 0.4 else ["O"]
    if choose.random() < 0.3:
        made["sent_starts"] = [True, *choose.choices([True, False, None], k=len(words) - 1)]
    return made


class Side:
    """A library with its components."""

    def __init__(self, library):
        self.nlp = importlib.import_module(library).blank("en")
        self.tokens = importlib.import_module(f"{library}.tokens")

    def results(self, job):
        """Return all annotation of each doc of a job, or that there was an error."""
        component = self.nlp.create_pipe(job["component"], config=job["config"])
        if "patterns" in job:
            component.add_patterns(job["patterns"])
        docs = [self.tokens.Doc(self.nlp.vocab, **arguments) for arguments in job["docs"]]
        try:
            return [self.shown(done) for done in component.pipe(docs)]
        except ValueError:
            return "ValueError"

    def shown(self, done):
        """Return all annotation of a doc."""
        tokens = [
            [
                *(t.tag_, t.pos_, str(t.morph), t.has_morph(), t.lemma_, t.norm_),
                *(t.ent_type_, t.ent_iob_, t.ent_id_, t.ent_kb_id_, t.is_sent_start),
            ]
            for t in done
        ]
        ents = [[span.start, span.end, span.label_, span.id_] for span in done.ents]
        group = done.spans.get("ruler", [])
        spans = [[span.start, span.end, span.label_, span.id_] for span in group]
        return [tokens, ents, spans]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, LIBRARY, N_JOBS, SEED = sys.argv
    choose = random.Random(int(SEED))
    jobs = [make_job(choose) for _ in range(int(N_JOBS))]
    side = Side(LIBRARY)
    sys.stdout.write(json.dumps([jobs, list(map(side.results, jobs))]))
