"""Random patterns and docs, as jobs for `matching_side.py`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Job = dict[str, Any]
Spec = dict[str, Any]

WORDS = [
    *("a", "A", "the", "The", "cat", "cats", "New", "York", "new", "NEW", "U.S.", "3", "42"),
    *("7th", ".", ",", "!", "(", '"', "don't", "café", "\n", "http://a.org"),
]
ODD_WORDS = [
    *("cafe\u0301", "👩\u200d👩\u200d👧", "🎉", "שלום", "مرحبا", "北京", "İ", "ß", "ẞ", "ﬁ", "ǅ"),
    *("Σας", "σας", "\x00", "\x07", "\u00a0", "\u3000", "\u200b", "\ufeff", "\t", "१२", "½"),
    *("x" * 300, "a\nb", "€", "«", "”"),
]
TAGS = ["NN", "NNS", "VBZ", "DT"]
POS = ["NOUN", "VERB", "DET", "PUNCT"]
MORPHS = ["", "Number=Sing", "Number=Plur", "Case=Nom|Number=Sing", "Case=Acc,Nom", "Case=Nom"]
DEPS = ["det", "nsubj", "obj", "ROOT"]
LABELS = ["GPE", "ORG"]
IDS = ["", "Q1", "Q2"]
FLAGS = [
    *("IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT"),
    *("IS_SPACE", "IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "IS_CURRENCY"),
    *("IS_STOP", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL"),
]
OPERATORS = [
    *("?", "*", "+", "!", "{1}", "{2}", "{0}", "{1,2}", "{0,1}", "{2,2}", "{1,3}", "{,1}", "{,2}"),
    *("{2,}", "{0,}", "{1,}"),
]
STRINGS: dict[str, list[str]] = {
    "ORTH": [*WORDS, *ODD_WORDS],
    "TEXT": WORDS,
    "LOWER": [word.lower() for word in (*WORDS, *ODD_WORDS)],
    "NORM": [word.lower() for word in WORDS],
    "SHAPE": ["x", "xxx", "Xxx", "d", "XXX"],
    "LEMMA": ["a", "the", "cat", "New"],
    "TAG": TAGS,
    "POS": POS,
    "DEP": DEPS,
    "MORPH": MORPHS,
    "ENT_TYPE": ["", *LABELS],
    "ENT_ID": IDS,
    "ENT_KB_ID": IDS,
}
SETS = ["IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS"]
SIGNS = ["==", "!=", ">=", "<=", ">", "<"]
REGEXES = [
    *("^a", "t", "[A-Z]", "^$", "s$|\\d", "Nom", "(?i)new", "^.{3}$", "\\W", "N+", "\\bY", "^Q"),
    *("(.)\\1", "(?<!c)a", "\\s"),
]
SIMILAR = ["cat", "Newark", "Yor", "the", "http://b.org", "", "NM", "caf", "obj", "Q3", "שלם"]
FUZZY = ["FUZZY", "FUZZY", *(f"FUZZY{k}" for k in range(1, 10))]


def doc(choose: random.Random, n_words: int | None = None) -> dict[str, Any]:
    """Return the arguments of a `Doc` with all annotation, in one or two trees."""
    n = _length(choose) if n_words is None else n_words
    known = WORDS if choose.random() < 0.8 else [*WORDS, *ODD_WORDS]
    words = choose.choices(known, k=n)
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


def _length(choose: random.Random) -> int:
    """Return a number of words: mostly few, sometimes none or many."""
    chance = choose.random()
    if chance < 0.03:
        return 0
    return choose.randint(20, 60) if chance > 0.97 else choose.randint(1, 9)


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


def spec(choose: random.Random) -> Spec:
    """Return the dict of one token, without an operator."""
    makers: list[Callable[[random.Random], Spec]] = [
        *([_equal] * 6),
        *([_flag] * 3),
        _number,
        _set_predicate,
        _set_predicate,
        _text_predicate,
        _text_predicate,
        _several_predicates,
        _extension,
        lambda _: {},
    ]
    made = choose.choice(makers)(choose)
    for _ in range(choose.choice([0, 0, 0, 0, 1, 2])):
        made |= choose.choice(makers)(choose)
    if choose.random() < 0.1:
        made = {key.lower(): value for key, value in made.items()}
    return made


def _equal(choose: random.Random) -> Spec:
    attr = choose.choice([*STRINGS, "LOWER", "LOWER", "ORTH"])
    return {attr: choose.choice(STRINGS[attr])}


def _flag(choose: random.Random) -> Spec:
    return {choose.choice([*FLAGS, "SPACY", "IS_SENT_START", "SENT_START"]): choose.random() < 0.6}


def _number(choose: random.Random) -> Spec:
    if choose.random() < 0.4:
        return {"ENT_IOB": choose.choice(["", "I", "O", "B", 0, 1, 2, 3])}
    if choose.random() < 0.2:
        return {"LENGTH": choose.randint(1, 4)}
    sign = choose.choice([*SIGNS, *SETS])
    numbers = choose.choices(range(5), k=choose.randint(0, 3))
    return {"LENGTH": {sign: numbers if sign in SETS else choose.randint(1, 4)}}


def _set_predicate(choose: random.Random) -> Spec:
    attr = choose.choice([*STRINGS, "MORPH"])
    return {attr: {choose.choice(SETS): choose.choices(STRINGS[attr], k=choose.randint(0, 3))}}


def _text_predicate(choose: random.Random) -> Spec:
    attr = choose.choice([*STRINGS, "ORTH", "LOWER"])
    return {attr: _of_texts(choose, attr)}


def _of_texts(choose: random.Random, attr: str) -> Spec:
    """Return a predicate with a regular expression or a similar text, or with several of them."""
    name, known = choose.choice([("REGEX", REGEXES), (choose.choice(FUZZY), SIMILAR)])
    # With MORPH, spaCy fails for several of them.
    if attr != "MORPH" and choose.random() < 0.4:
        texts = choose.choices(known, k=choose.randint(0, 3))
        return {name: {choose.choice(["IN", "NOT_IN"]): texts}}
    return {name: choose.choice(known)}


def _several_predicates(choose: random.Random) -> Spec:
    attr = choose.choice(list(STRINGS))
    made = _of_texts(choose, attr)
    for name in choose.sample(SETS, choose.randint(0, 2)):
        made[name] = choose.choices(STRINGS[attr], k=2)
    return {attr: made | (_of_texts(choose, attr) if choose.random() < 0.5 else {})}


def _extension(choose: random.Random) -> Spec:
    makers: list[Callable[[], Spec]] = [
        lambda: {"size": choose.randint(1, 4)},
        lambda: {"size": {choose.choice(SIGNS): choose.choice([1, 2, 3, 2.5])}},
        lambda: {"size": {choose.choice(["IN", "NOT_IN"]): choose.choices(range(5), k=2)}},
        lambda: {"size": {">": 1, "<=": 3}},
        lambda: {"size": {"!=": 3}, "kind": ""},
        lambda: {"kind": choose.choice(["x", "y", "z"])},
        lambda: {"kind": {choose.choice(SETS): choose.choices("xyz", k=2)}},
        lambda: {"kind": {"REGEX": choose.choice(["x|y", "^$", "x"])}},
        lambda: {"parts": {choose.choice(SETS[2:]): choose.choices(["U", "a", "S"], k=2)}},
        lambda: {"is_long": choose.random() < 0.5},
    ]
    return {"_": choose.choice(makers)()}


def pattern(choose: random.Random) -> list[Spec]:
    """Return a pattern of the `Matcher`."""
    made = [spec(choose) for _ in range(choose.randint(1, 4))]
    for each in made:
        if choose.random() < 0.35:
            each["OP"] = choose.choice(OPERATORS)
    return made


def matcher_job(choose: random.Random) -> Job:
    """Return a job with one to four rules, of one or two patterns each."""
    names = ["rule0", "rule1", "rule2", "rule3", "רשת"]
    job: Job = {
        "matcher": "Matcher",
        "rules": [
            [
                choose.choice(names[: number + 2]),
                [pattern(choose) for _ in range(choose.choice([1, 1, 2, 3]))],
                {"greedy": choose.choice([None, None, "FIRST", "LONGEST"])},
            ]
            for number in range(choose.randint(1, 4))
        ],
        "docs": [doc(choose) for _ in range(3)],
        "kinds": choose.choices(["x", "y", ""], k=5),
        "ids": choose.choices(IDS, k=4),
        "on_match": choose.random() < 0.3,
        "call": {"with_alignments": choose.random() < 0.5, "allow_missing": True},
    }
    if choose.random() < 0.2:
        job["similar"] = True
    if choose.random() < 0.2:
        job["call"] = {"as_spans": True, "allow_missing": True}
    if choose.random() < 0.15:
        _leave_out_annotation(choose, job)
        # spaCy needs the annotation also for rules that were removed.
        job["call"]["allow_missing"] = choose.random() < 0.5
        return job
    return _with_span_or_removed(choose, job)


def _leave_out_annotation(choose: random.Random, job: Job) -> None:
    left_out = choose.sample(["tags", "pos", "morphs", "lemmas", "ents"], 3)
    left_out += choose.choice([[], ["heads", "deps"]])
    for arguments in job["docs"]:
        for name in left_out:
            arguments.pop(name)


def _with_span_or_removed(choose: random.Random, job: Job) -> Job:
    if choose.random() < 0.2:
        job["removed"] = [job["rules"][0][0]]
    if choose.random() < 0.2:
        job["span"] = sorted(choose.choices(range(9), k=2))
    return job


def phrase_job(choose: random.Random) -> Job:
    """Return a job with phrases that are cut out of the docs, or random."""
    docs = [doc(choose) for _ in range(3)]
    frequent = ["ORTH", "LOWER", "LOWER", "TAG", "POS", "SHAPE", "LEMMA", "IS_ALPHA", "DEP"]
    rare = ["TEXT", "NORM", "LENGTH", "ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID", "MORPH"]
    flags = [choose.choice(FLAGS), "SPACY", "SENT_START", "lower"]
    job: Job = {
        "matcher": "PhraseMatcher",
        "arguments": {"attr": choose.choice([*frequent, *frequent, *rare, *flags])},
        "rules": [
            [
                f"rule{choose.randint(0, number)}",
                [_phrase(choose, docs) for _ in range(choose.randint(1, 4))],
                {},
            ]
            for number in range(choose.randint(1, 4))
        ],
        "docs": docs,
        "ids": choose.choices(IDS, k=4),
        "on_match": choose.random() < 0.3,
        "call": {"as_spans": choose.random() < 0.3},
    }
    _with_span_or_removed(choose, job)
    # Removing a phrase with a value of 0 or 1 makes spaCy crash.
    if job["arguments"]["attr"] not in {"ORTH", "LOWER", "TAG", "POS", "SHAPE", "LEMMA", "DEP"}:
        job.pop("removed", None)
    return job


def _phrase(choose: random.Random, docs: list[dict[str, Any]]) -> dict[str, Any]:
    made = choose.choice([*docs, doc(choose)])
    n_words = len(made["words"])
    start = choose.randrange(n_words) if n_words else 0
    end = choose.randint(start, min(start + 3, n_words))
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
            [
                f"rule{choose.randint(0, n)}",
                [_tree_pattern(choose) for _ in range(choose.randint(1, 2))],
                {},
            ]
            for n in range(choose.randint(1, 3))
        ],
        "docs": [doc(choose, choose.randint(1, 12)) for _ in range(3)],
        "kinds": choose.choices(["x", "y", ""], k=5),
        "ids": choose.choices(IDS, k=4),
        "on_match": choose.random() < 0.3,
    }
    return _with_span_or_removed(choose, job)


def _tree_pattern(choose: random.Random) -> list[Spec]:
    attrs: list[Spec] = [{}, {}, {"LENGTH": {"<=": 3}}]
    made: list[Spec] = [{"RIGHT_ID": "0", "RIGHT_ATTRS": choose.choice(attrs)}]
    for number in range(1, choose.randint(1, 5)):
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
