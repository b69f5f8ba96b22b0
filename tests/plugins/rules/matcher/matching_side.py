"""Run matchers of one library on docs, and print what they find.

    python matching_side.py spacy JOBS.json
    python matching_side.py kernel JOBS.json

A job has the name of a matcher, its arguments, rules (a key, patterns, further arguments), docs
(arguments of `Doc`) and arguments of the call. A phrase is the arguments of a `Doc` too.
"""

import importlib
import json
import sys
import warnings

_LENGTH = "length of the text"


def results(library, jobs):
    """Return the matches of every doc of every job, or the error of the job."""
    blank = importlib.import_module(library).blank("en")
    matching = importlib.import_module(f"{library}.matcher")
    tokens = importlib.import_module(f"{library}.tokens")
    tokens.Token.set_extension("size", getter=lambda token: len(token.text), force=True)
    tokens.Token.set_extension("kind", default="", force=True)
    tokens.Token.set_extension("parts", getter=lambda token: token.text.split("."), force=True)

    def make_doc(arguments):
        return tokens.Doc(blank.vocab, **arguments)

    def run(job):
        matcher = getattr(matching, job["matcher"])(blank.vocab, **job.get("arguments", {}))
        for key, patterns, arguments in job["rules"]:
            if job["matcher"] == "PhraseMatcher":
                patterns = [make_doc(pattern) for pattern in patterns]
            matcher.add(key, patterns, **arguments)
        for key in job.get("removed", ()):
            matcher.remove(key)
        found = []
        for arguments in job["docs"]:
            doc = make_doc(arguments)
            for i, kind in enumerate(job.get("kinds", ())):
                if i < len(doc):
                    doc[i]._.kind = kind
            text = doc[slice(*job["span"])] if "span" in job else doc
            matches = matcher(text, **job.get("call", {}))
            found.append([[blank.vocab.strings[key], *rest] for key, *rest in matches])
        return found

    return [_or_error(run, job) for job in jobs]


def _or_error(run, job):
    try:
        return run(job)
    except Exception as error:  # noqa: BLE001 — compared with the other library
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with open(sys.argv[2], encoding="utf8") as file:
        print(json.dumps(results(sys.argv[1], json.load(file))))
