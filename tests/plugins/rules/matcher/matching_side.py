"""Run matchers of one library on random docs, and print the jobs and what they find.

    python matching_side.py LIBRARY KIND N_JOBS SEED

A job has the name of a matcher, its arguments, rules (a key, patterns, further arguments), docs
(arguments of `Doc`) and arguments of the call. A phrase is the arguments of a `Doc` too.
"""

import importlib
import json
import random
import sys
import warnings

import random_jobs


class Side:
    """A library with its matchers."""

    def __init__(self, library):
        self.vocab = importlib.import_module(library).blank("en").vocab
        self.matching = importlib.import_module(f"{library}.matcher")
        self.tokens = importlib.import_module(f"{library}.tokens")
        token = self.tokens.Token
        token.set_extension("size", getter=lambda token: len(token.text), force=True)
        token.set_extension("kind", default="", force=True)
        token.set_extension("parts", getter=lambda token: token.text.split("."), force=True)

    def results(self, job):
        """Return the matches in each doc of a job, or the error."""
        try:
            matcher = self.matcher(job)
            return [self.matches(job, matcher, arguments) for arguments in job["docs"]]
        except Exception as error:  # noqa: BLE001 — compared with the other library
            return f"{type(error).__name__}: {error}"

    def matcher(self, job):
        """Return the matcher of a job, with its rules."""
        matcher = getattr(self.matching, job["matcher"])(self.vocab, **job.get("arguments", {}))
        for key, patterns, arguments in job["rules"]:
            is_phrases = job["matcher"] == "PhraseMatcher"
            made = list(map(self.doc, patterns)) if is_phrases else patterns
            matcher.add(key, made, **arguments)
        for key in job.get("removed", ()):
            matcher.remove(key)
        return matcher

    def doc(self, arguments):
        """Return a doc."""
        return self.tokens.Doc(self.vocab, **arguments)

    def matches(self, job, matcher, arguments):
        """Return the matches in one doc."""
        doc = self.doc(arguments)
        for token, kind in zip(doc, job.get("kinds", ()), strict=False):
            token._.kind = kind
        text = doc[slice(*job["span"])] if "span" in job else doc
        matches = matcher(text, **job.get("call", {}))
        return [[self.vocab.strings[key], *rest] for key, *rest in matches]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, LIBRARY, KIND, N_JOBS, SEED = sys.argv
    choose = random.Random(int(SEED))
    make_job = getattr(random_jobs, f"{KIND}_job")
    jobs = [make_job(choose) for _ in range(int(N_JOBS))]
    side = Side(LIBRARY)
    sys.stdout.write(json.dumps([jobs, list(map(side.results, jobs))]))
