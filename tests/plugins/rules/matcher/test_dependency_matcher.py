import pickle  # noqa: TID251 — its support is tested here
import re

import pytest

import kernel
from kernel.errors import ArgumentError
from kernel.matcher import DependencyMatcher, MatchPatternError
from kernel.text import Doc

VERB = {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"POS": "VERB"}}


def below(left, operator, right, **attrs):
    return {"LEFT_ID": left, "REL_OP": operator, "RIGHT_ID": right, "RIGHT_ATTRS": attrs}


@pytest.fixture(scope="module")
def vocab():
    return kernel.blank("en").vocab


@pytest.fixture
def doc(vocab):
    """A sentence, and another of one word: `The quick fox saw lazy dogs | Yes`."""
    return Doc(
        vocab,
        words=["The", "quick", "fox", "saw", "lazy", "dogs", "Yes"],
        pos=["DET", "ADJ", "NOUN", "VERB", "ADJ", "NOUN", "INTJ"],
        heads=[2, 2, 3, 3, 5, 3, 6],
        deps=["det", "amod", "nsubj", "ROOT", "amod", "obj", "ROOT"],
    )


@pytest.fixture
def matcher(vocab):
    return DependencyMatcher(vocab)


def tokens(matches):
    return [found for _, found in matches]


def test_matches_come_by_rule_then_by_pattern(matcher, vocab, doc):
    nouns = [VERB, below("verb", ">", "noun", POS="NOUN")]
    with_adjectives = [*nouns, below("noun", ">", "adjective", POS="ADJ")]
    matcher.add("A", [with_adjectives, nouns])
    matcher.add("B", [[VERB]])
    matcher.add("A", [[{"RIGHT_ID": "all", "RIGHT_ATTRS": {"DEP": "amod"}}]])
    a, b = vocab.strings["A"], vocab.strings["B"]
    of_a = [[3, 2, 1], [3, 5, 4], [3, 2], [3, 5], [1], [4]]
    assert matcher(doc) == [*((a, found) for found in of_a), (b, [3])]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<", [3]),
        (">", [0, 1]),
        ("<<", [3]),
        (">>", [0, 1]),
        (".", [3]),
        (".*", [3, 4, 5]),
        (";", [1]),
        (";*", [0, 1]),
        ("$+", []),
        ("$-", []),
        ("$++", [5]),
        ("$--", []),
        (">+", []),
        (">-", [1]),
        (">++", []),
        (">--", [0, 1]),
        ("<+", [3]),
        ("<-", []),
        ("<++", [3]),
        ("<--", []),
    ],
)
def test_operators(matcher, doc, operator, expected):
    fox = {"RIGHT_ID": "fox", "RIGHT_ATTRS": {"LOWER": "fox"}}
    matcher.add("X", [[fox, below("fox", operator, "other")]])
    assert tokens(matcher(doc)) == [[2, other] for other in expected]


def test_relations_do_not_cross_trees(matcher, doc):
    dogs = {"RIGHT_ID": "dogs", "RIGHT_ATTRS": {"ORTH": "dogs"}}
    matcher.add("X", [[dogs, below("dogs", ".", "other")], [dogs, below("dogs", ".*", "other")]])
    assert matcher(doc) == []


def test_later_tokens_may_relate_to_any_earlier_token(matcher, doc):
    pattern = [
        VERB,
        below("verb", ">", "subject", DEP="nsubj"),
        below("verb", ">", "object", DEP="obj"),
        below("subject", ">--", "modifier", POS={"IN": ["ADJ", "DET"]}),
    ]
    matcher.add("X", [pattern])
    assert tokens(matcher(doc)) == [[3, 2, 5, 0], [3, 2, 5, 1]]


def test_spans_are_matched_alone(matcher, doc):
    matcher.add("X", [[VERB, below("verb", ">", "noun", POS="NOUN")]])
    assert tokens(matcher(doc[3:6])) == [[0, 2]]
    assert matcher(doc[4:6]) == []


def test_functions_get_all_matches(matcher, doc):
    called = []
    matcher.add("X", [[VERB]], on_match=lambda *args: called.append(args))
    matches = matcher(doc)
    assert called == [(matcher, doc, 0, matches)]


def test_docs_without_annotation(matcher, vocab):
    matcher.add("X", [[VERB]])
    with pytest.raises(ArgumentError, match="patterns need POS"):
        matcher(Doc(vocab, words=["a"]))


def test_rules(matcher, vocab, doc):
    matcher.add("X", [[VERB]])
    assert matcher.get("X") == (None, [[VERB]])
    assert matcher.get("Y", 3) == 3
    assert ("X" in matcher, matcher.has_key("Y"), len(matcher)) == (True, False, 1)
    restored = pickle.loads(pickle.dumps(matcher))  # noqa: S301 — our own bytes
    assert restored.get("X") == matcher.get("X")
    matcher.remove("X")
    assert matcher(doc) == []
    with pytest.raises(ArgumentError, match="no rule `X` to remove"):
        matcher.remove("X")


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ([], "pattern 0, token 0: the pattern has no tokens"),
        (VERB, "token 0: the pattern is not a list of dicts, but {'RIGHT_ID'"),
        ([VERB, 3], "token 1: expected a dict, got 3"),
        ([{"RIGHT_ID": "a"}], "token 0, `RIGHT_ATTRS`: this key is missing"),
        ([below("a", ">", "b")], "token 0, `LEFT_ID`: the first token has no relation"),
        ([VERB, VERB], "token 1, `LEFT_ID`: this key is missing"),
        (
            [VERB, below("vreb", ">", "b")],
            "`LEFT_ID`: no earlier token 'vreb'; did you mean `verb`",
        ),
        ([VERB, below("verb", "=", "b")], "`REL_OP`: no operator '='; there are: <, >, <<"),
        ([VERB, below("verb", ">", "verb")], "`RIGHT_ID`: another token has the name 'verb'"),
        (
            [VERB, below("verb", ">", "b", OP="+")],
            "`RIGHT_ATTRS`: the operator '+' is not possible",
        ),
        (
            [VERB, below("verb", ">", "b", LOWR="a")],
            "`RIGHT_ATTRS.LOWR`: no such key; did you mean",
        ),
        ([{"RIGHT_ID": 3, "RIGHT_ATTRS": {}}], "`RIGHT_ID`: expected a string, got 3"),
        ([{"RIGHT_ID": "a", "RIGHT_ATTRS": 3}], "`RIGHT_ATTRS`: expected a dict, got 3"),
    ],
)
def test_invalid_patterns(matcher, pattern, place):
    with pytest.raises(MatchPatternError, match=re.escape(place)):
        matcher.add("X", [pattern])
    assert len(matcher) == 0


def test_invalid_arguments(matcher, vocab):
    with pytest.raises(ArgumentError, match="expected a list of patterns of `X`"):
        matcher.add("X", VERB)
    with pytest.raises(ArgumentError, match="expected a function as on_match"):
        matcher.add("X", [[VERB]], on_match=3)
    with pytest.warns(UserWarning, match="token 0: `NOTE` has no meaning; there are: RIGHT_ID, R"):
        matcher.add("X", [[{**VERB, "NOTE": "x"}]])
    strict = DependencyMatcher(vocab, validate=True)
    with pytest.raises(MatchPatternError, match="`IS_ALPHA`: expected True or False, got 3"):
        strict.add("X", [[{"RIGHT_ID": "a", "RIGHT_ATTRS": {"IS_ALPHA": 3}}]])
    with pytest.raises(ArgumentError, match="a DependencyMatcher finds matches in a Doc or a Span"):
        matcher(3)
