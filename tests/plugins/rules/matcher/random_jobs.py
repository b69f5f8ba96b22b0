"""Random patterns and docs, as jobs for `matching_side.py`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Job = dict[str, Any]

WORDS = [
    *("a", "A", "the", "The", "cat", "cats", "New", "York", "new", "NEW", "U.S.", "3", "42"),
    *("7th", ".", ",", "!", "(", '"', "don't", "café", "\n", "http://a.org"),
]
TAGS = ["NN", "NNS", "VBZ", "DT"]
POS = ["NOUN", "VERB", "DET", "PUNCT"]
MORPHS = ["", "Number=Sing", "Number=Plur", "Case=Nom|Number=Sing", "Case=Acc,Nom"]
DEPS = ["det", "nsubj", "obj", "ROOT"]
LABELS = ["GPE", "ORG"]
FLAGS = [
    *("IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT"),
    *("IS_SPACE", "IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "IS_CURRENCY"),
    *("IS_STOP", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL"),
]
OPERATORS = ["?", "*", "+", "!", "{2}", "{1,2}", "{,2}", "{2,}", "{0,1}", "{0}"]
STRINGS: dict[str, list[str]] = {
    "ORTH": WORDS,
    "TEXT": WORDS,
    "LOWER": [word.lower() for word in WORDS],
    "NORM": [word.lower() for word in WORDS],
    "SHAPE": ["x", "xxx", "Xxx", "d", "XXX"],
    "LEMMA": ["a", "the", "cat", "New"],
    "TAG": TAGS,
    "POS": POS,
    "DEP": DEPS,
    "MORPH": MORPHS,
    "ENT_TYPE": ["", *LABELS],
    "ENT_ID": ["", "Q1"],
}


def doc(choose: random.Random, n_words: int | None = None) -> dict[str, Any]:
    """Return the arguments of a `Doc` with all annotation, in one or two trees."""
    n = choose.randint(1, 9) if n_words is None else n_words
    words = choose.choices(WORDS, k=n)
    heads, deps = tree(choose, n)
    return {
        "words": words,
        "spaces": [choose.random() < 0.7 for _ in words],
        "tags": choose.choices(TAGS, k=n),
        "pos": choose.choices(POS, k=n),
        "morphs": choose.choices(MORPHS, k=n),
        "lemmas": [word.lower().removesuffix("s") for word in words],
        "heads": heads,
        "deps": deps,
        "ents": entities(choose, n),
    }


def tree(choose: random.Random, n: int) -> tuple[list[int], list[str]]:
    """Return heads and labels of one or two trees without crossing arcs."""
    heads = list(range(n))
    cut = choose.randint(0, n)
    _grow(choose, heads, 0, cut, None)
    _grow(choose, heads, cut, n, None)
    deps = ["ROOT" if head == i else choose.choice(DEPS[:3]) for i, head in enumerate(heads)]
    return heads, deps


def _grow(choose: random.Random, heads: list[int], low: int, high: int, head: int | None) -> None:
    """Make subtrees of the tokens from `low` to before `high`, one of them or more if below."""
    while low < high:
        end = high if head is None else choose.randint(low + 1, high)
        root = choose.randrange(low, end)
        heads[root] = root if head is None else head
        _grow(choose, heads, low, root, root)
        _grow(choose, heads, root + 1, end, root)
        low = end


def entities(choose: random.Random, n: int) -> list[str]:
    """Return IOB tags."""
    tags: list[str] = []
    for _ in range(n):
        inside = [f"I-{tags[-1][2:]}"] if tags and tags[-1][:2] in {"B-", "I-"} else []
        tags.append(choose.choice([*inside, *inside, "O", "", f"B-{choose.choice(LABELS)}"]))
    return tags


def spec(choose: random.Random) -> dict[str, Any]:
    """Return the dict of one token, without an operator."""
    makers: list[Callable[[random.Random], dict[str, Any]]] = [
        *([_equal] * 6),
        *([_flag] * 3),
        _number,
        _set_predicate,
        _set_predicate,
        _regex,
        _fuzzy,
        _extension,
        lambda _: {},
    ]
    made = choose.choice(makers)(choose)
    if choose.random() < 0.2:
        made |= choose.choice(makers)(choose)
    return made


def _equal(choose: random.Random) -> dict[str, Any]:
    attr = choose.choice([*STRINGS, "LOWER", "LOWER", "ORTH"])
    return {attr: choose.choice(STRINGS[attr])}


def _flag(choose: random.Random) -> dict[str, Any]:
    return {choose.choice([*FLAGS, "SPACY", "IS_SENT_START"]): choose.random() < 0.6}


def _number(choose: random.Random) -> dict[str, Any]:
    if choose.random() < 0.4:
        return {"ENT_IOB": choose.choice(["", "I", "O", "B", 0, 1, 2, 3])}
    sign = choose.choice(["==", "!=", ">=", "<=", ">", "<", "IN", "NOT_IN"])
    return {"LENGTH": {sign: [1, 3] if sign in {"IN", "NOT_IN"} else choose.randint(1, 4)}}


def _set_predicate(choose: random.Random) -> dict[str, Any]:
    attr = choose.choice(list(STRINGS))
    name = choose.choice(["IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS"])
    return {attr: {name: choose.choices(STRINGS[attr], k=choose.randint(0, 3))}}


def _regex(choose: random.Random) -> dict[str, Any]:
    attr = choose.choice(["ORTH", "LOWER", "SHAPE", "TAG", "MORPH", "LEMMA"])
    patterns = choose.choices(["^a", "t", "[A-Z]", "^$", "s$|\\d", "Nom", "(?i)new"], k=2)
    if choose.random() < 0.4:
        return {attr: {"REGEX": {choose.choice(["IN", "NOT_IN"]): patterns}}}
    return {attr: {"REGEX": patterns[0]}}


def _fuzzy(choose: random.Random) -> dict[str, Any]:
    texts = choose.choices(["cat", "Newark", "Yor", "the", "http://b.org"], k=2)
    name = choose.choice(["FUZZY", "FUZZY", "FUZZY1", "FUZZY2", "FUZZY4"])
    if choose.random() < 0.4:
        return {"ORTH": {name: {choose.choice(["IN", "NOT_IN"]): texts}}}
    return {choose.choice(["ORTH", "LOWER"]): {name: texts[0]}}


def _extension(choose: random.Random) -> dict[str, Any]:
    wanted: list[dict[str, Any]] = [
        {"size": 3},
        {"size": {">": 2}},
        {"size": {"IN": [1, 2]}},
        {"kind": "x"},
        {"kind": {"NOT_IN": ["x", "y"]}},
        {"kind": {"REGEX": "x|y"}},
        {"parts": {"INTERSECTS": ["U", "a"]}},
        {"parts": {"IS_SUPERSET": ["S"]}},
        {"size": {"!=": 3}, "kind": ""},
    ]
    return {"_": choose.choice(wanted)}


def pattern(choose: random.Random) -> list[dict[str, Any]]:
    """Return a pattern of the `Matcher`."""
    made = [spec(choose) for _ in range(choose.randint(1, 4))]
    for each in made:
        if choose.random() < 0.35:
            each["OP"] = choose.choice(OPERATORS)
    return made


def matcher_job(choose: random.Random) -> Job:
    """Return a job with one to three rules, of one or two patterns each."""
    job: Job = {
        "matcher": "Matcher",
        "rules": [
            [
                f"rule{number}",
                [pattern(choose) for _ in range(choose.randint(1, 2))],
                {"greedy": choose.choice([None, None, "FIRST", "LONGEST"])},
            ]
            for number in range(choose.randint(1, 3))
        ],
        "docs": [doc(choose) for _ in range(3)],
        "kinds": choose.choices(["x", "y", ""], k=5),
        "call": {"with_alignments": choose.random() < 0.5, "allow_missing": True},
    }
    if choose.random() < 0.2:
        job["span"] = sorted(choose.choices(range(9), k=2))
    return job


PHRASE_STRINGS = ["ORTH", "TEXT", "LOWER", "NORM", "SHAPE", "TAG", "POS", "LEMMA", "DEP"]


def phrase_job(choose: random.Random) -> Job:
    """Return a job with phrases that are cut out of the docs, or random."""
    docs = [doc(choose) for _ in range(3)]
    frequent = ["ORTH", "LOWER", "LOWER", "TAG", "POS", "SHAPE", "LEMMA", "IS_ALPHA", "DEP"]
    rare = ["TEXT", "NORM", "LENGTH", "ENT_TYPE", "ENT_IOB", "MORPH", "IS_PUNCT", "SPACY"]
    job: Job = {
        "matcher": "PhraseMatcher",
        "arguments": {"attr": choose.choice([*frequent, *frequent, *rare])},
        "rules": [
            [f"rule{number}", [_phrase(choose, docs) for _ in range(choose.randint(1, 4))], {}]
            for number in range(choose.randint(1, 4))
        ],
        "docs": docs,
    }
    # Removing a phrase with a value of 0 or 1 makes spaCy crash.
    if job["arguments"]["attr"] in PHRASE_STRINGS and choose.random() < 0.3:
        job["removed"] = ["rule0"]
    if choose.random() < 0.2:
        job["span"] = sorted(choose.choices(range(9), k=2))
    return job


def _phrase(choose: random.Random, docs: list[dict[str, Any]]) -> dict[str, Any]:
    made = choose.choice([*docs, doc(choose)])
    start = choose.randrange(len(made["words"]))
    end = choose.randint(start + 1, min(start + 3, len(made["words"])))
    kept = {name: values[start:end] for name, values in made.items() if name != "heads"}
    kept["ents"] = [tag.replace("I-", "B-") for tag in kept["ents"]]
    return kept


RELATIONS = [
    *("<", ">", "<<", ">>", ".", ".*", ";", ";*", "$+", "$-", "$++", "$--"),
    *(">+", ">-", ">++", ">--", "<+", "<-", "<++", "<--"),
]


def dependency_job(choose: random.Random) -> Job:
    """Return a job with one to three rules whose patterns have one to four tokens."""
    job: Job = {
        "matcher": "DependencyMatcher",
        "rules": [
            [f"rule{n}", [_tree_pattern(choose) for _ in range(choose.randint(1, 2))], {}]
            for n in range(choose.randint(1, 3))
        ],
        "docs": [doc(choose) for _ in range(3)],
    }
    if choose.random() < 0.2:
        job["removed"] = ["rule0"]
    if choose.random() < 0.2:
        job["span"] = sorted(choose.choices(range(9), k=2))
    return job


def _tree_pattern(choose: random.Random) -> list[dict[str, Any]]:
    attrs: list[dict[str, Any]] = [{}, {}, {"LENGTH": {"<=": 3}}]
    made: list[dict[str, Any]] = [{"RIGHT_ID": "0", "RIGHT_ATTRS": choose.choice(attrs)}]
    for number in range(1, choose.randint(1, 4)):
        wanted = spec(choose) if choose.random() < 0.3 else choose.choice(attrs)
        made.append(
            {
                "LEFT_ID": str(choose.randrange(number)),
                "REL_OP": choose.choice(RELATIONS),
                "RIGHT_ID": str(number),
                "RIGHT_ATTRS": wanted,
            }
        )
    return made
