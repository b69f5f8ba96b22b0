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
        token.set_extension("is_long", getter=lambda token: len(token.text) > 3, force=True)

    def results(self, job):
        """Return the matches in each doc of a job, or the error."""
        called = []
        try:
            matcher = self.matcher(job, called)
        except Exception as error:  # noqa: BLE001 — compared with the other library
            return f"add: {error}"
        return [[self.found(job, matcher, arguments) for arguments in job["docs"]], called]

    def found(self, job, matcher, arguments):
        """Return the matches in one doc, or the error."""
        try:
            return self.matches(job, matcher, arguments)
        except Exception as error:  # noqa: BLE001 — compared with the other library
            return f"call: {error}"

    def matcher(self, job, called):
        """Return the matcher of a job, with its rules."""
        arguments = dict(job.get("arguments", {}))
        if job.get("similar"):
            arguments["fuzzy_compare"] = has_same_start
        matcher = getattr(self.matching, job["matcher"])(self.vocab, **arguments)

        def on_match(matcher, doc, i, matches):
            called.append([doc.text, i, [self.shown(match) for match in matches]])

        for key, patterns, arguments in job["rules"]:
            is_phrases = job["matcher"] == "PhraseMatcher"
            made = [self.doc(job, each) for each in patterns] if is_phrases else patterns
            function = {"on_match": on_match} if job.get("on_match") else {}
            matcher.add(key, made, **arguments, **function)
        for key in job.get("removed", ()):
            matcher.remove(key)
        return matcher

    def doc(self, job, arguments):
        """Return a doc."""
        doc = self.tokens.Doc(self.vocab, **arguments)
        made = []
        for ent, name in zip(doc.ents, job.get("ids", ()), strict=False):
            bounds = doc, ent.start, ent.end
            made.append(self.tokens.Span(*bounds, label=ent.label, kb_id=name, span_id=name))
        if made:
            doc.set_ents(made, default="unmodified")
        return doc

    def matches(self, job, matcher, arguments):
        """Return the matches in one doc."""
        doc = self.doc(job, arguments)
        for token, kind in zip(doc, job.get("kinds", ()), strict=False):
            token._.kind = kind
        text = doc[slice(*job["span"])] if "span" in job else doc
        return [self.shown(match) for match in matcher(text, **job.get("call", {}))]

    def shown(self, match):
        """Return a match with the name of its rule."""
        if isinstance(match, self.tokens.Span):
            return [match.label_, match.start, match.end, match.text]
        key, *rest = match
        return [self.vocab.strings[key], *rest]


def has_same_start(text, other, distance):
    """Return whether two texts are similar, for FUZZY."""
    return text[:1] == other[:1] or distance > len(text)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, LIBRARY, KIND, N_JOBS, SEED = sys.argv
    choose = random.Random(int(SEED))
    make_job = getattr(random_jobs, f"{KIND}_job")
    jobs = [make_job(choose) for _ in range(int(N_JOBS))]
    side = Side(LIBRARY)
    sys.stdout.write(json.dumps([jobs, list(map(side.results, jobs))]))
