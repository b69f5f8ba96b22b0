import pickle  # noqa: TID251 — its support is tested here
import re

import pytest

import kernel
from kernel.errors import ArgumentError
from kernel.matcher import Matcher, MatchPatternError
from kernel.text import Doc, Token


@pytest.fixture(scope="module")
def vocab():
    return kernel.blank("en").vocab


@pytest.fixture
def matcher(vocab):
    return Matcher(vocab)


@pytest.fixture
def doc(vocab):
    return Doc(vocab, words=["a", "b", "c", "a", "b", "c", "d"])


@pytest.fixture
def size():
    """An extension attribute that counts how often it was read."""
    read = []
    Token.set_extension("size", getter=lambda token: read.append(token.i) or len(token.text))
    yield read
    Token.remove_extension("size")


def bounds(matches):
    return [match[1:3] for match in matches]


def test_matches_come_in_the_order_in_which_they_are_completed(matcher, vocab, doc):
    matcher.add("AB", [[{"ORTH": "a"}, {"ORTH": "b", "OP": "?"}]])
    matcher.add("C", [[{"LOWER": "c"}]])
    ab, c = vocab.strings["AB"], vocab.strings["C"]
    expected = [(ab, 0, 1), (ab, 0, 2), (c, 2, 3), (ab, 3, 4), (ab, 3, 5), (c, 5, 6)]
    assert matcher(doc) == expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("!", []),
        ("?", [(0, 2), (0, 3)]),
        ("*", [(0, 2), (0, 3), (0, 4), (0, 5)]),
        ("+", [(0, 3), (0, 4), (0, 5)]),
        ("{2}", [(0, 4)]),
        ("{1,2}", [(0, 3), (0, 4)]),
        ("{2,}", [(0, 4), (0, 5)]),
        ("{,1}", [(0, 2), (0, 3)]),
        ("{0}", [(0, 2)]),
    ],
)
def test_operators(matcher, vocab, operator, expected):
    doc = Doc(vocab, words=["a", "b", "b", "b", "b", "a"])
    matcher.add("X", [[{"ORTH": "a"}, {"ORTH": "b"}, {"ORTH": "b", "OP": operator}]])
    assert bounds(matcher(doc)) == expected


def test_negation_takes_one_token(matcher, doc):
    matcher.add("X", [[{"ORTH": "b"}, {"ORTH": "c", "OP": "!"}], [{"ORTH": "d"}, {"OP": "!"}]])
    assert bounds(matcher(doc)) == []
    matcher.add("X", [[{"ORTH": "b"}, {"ORTH": "a", "OP": "!"}]])
    assert bounds(matcher(doc)) == [(1, 3), (4, 6)]


def test_greedy_matches_do_not_overlap_and_come_last(matcher, vocab):
    doc = Doc(vocab, words=["a", "a", "b", "b", "b"])
    pattern = [{"OP": "+", "ORTH": "a"}, {"OP": "?", "ORTH": "b"}]
    runs = [[{"ORTH": "a"}, {"ORTH": "b"}], [{"ORTH": "b", "OP": "+"}]]
    matcher.add("FIRST", [pattern], greedy="FIRST")
    matcher.add("LONGEST", runs, greedy="LONGEST")
    matcher.add("ANY", [[{"ORTH": "b"}]])
    found = [(vocab.strings[key], start, end) for key, start, end in matcher(doc)]
    anywhere = [("ANY", 2, 3), ("ANY", 3, 4), ("ANY", 4, 5)]
    assert found == [*anywhere, ("FIRST", 0, 3), ("LONGEST", 2, 5)]


def test_alignments_name_the_dict_of_each_token(matcher, doc):
    matcher.add("X", [[{"ORTH": "a"}, {"OP": "{2}"}, {"ORTH": "a", "OP": "?"}]])
    assert [match[3] for match in matcher(doc, with_alignments=True)] == [
        [0, 1, 1],
        [0, 1, 1, 2],
        [0, 1, 1],
    ]


def test_positions_in_a_span_are_relative_but_spans_are_not(matcher, doc):
    matcher.add("X", [[{"ORTH": "b"}]])
    assert bounds(matcher(doc[3:6])) == [(1, 2)]
    (span,) = matcher(doc[3:6], as_spans=True)
    assert (span.start, span.end, span.label_) == (4, 5, "X")


def test_functions_get_all_matches(matcher, doc):
    called = []
    matcher.add("X", [[{"ORTH": "b"}]], on_match=lambda *args: called.append(args))
    matches = matcher(doc)
    assert called == [(matcher, doc, 0, matches), (matcher, doc, 1, matches)]


def test_all_keys_of_a_dict_must_hold(matcher, vocab):
    doc = Doc(vocab, words=["Cats", "cats", "CATS"], tags=["NNS", "NNS", "NN"])
    matcher.add("X", [[{"LOWER": "cats", "TAG": "NNS", "IS_TITLE": False}]])
    assert bounds(matcher(doc)) == [(1, 2)]


def test_words_that_were_not_known_when_the_pattern_was_added(matcher, vocab):
    matcher.add("X", [[{"SHAPE": "Xxxxx", "LOWER": {"REGEX": "^zu"}}]])
    assert bounds(matcher(Doc(vocab, words=["Zukunft"]))) == [(0, 1)]
    vocab["Zukunft"].lower_ = "other"
    assert bounds(matcher(Doc(vocab, words=["Zukunft", "Zukunfts"]))) == [(1, 2)]


def test_a_word_type_is_tested_once(vocab, doc):
    compared = []

    def compare(text, pattern, distance):
        compared.append((text, pattern, distance))
        return text < pattern

    matcher = Matcher(vocab, fuzzy_compare=compare)
    matcher.add("X", [[{"LOWER": {"FUZZY": "bb"}}], [{"LOWER": {"FUZZY3": "bb"}}]])
    assert bounds(matcher(doc)) == [(0, 1), (1, 2), (3, 4), (4, 5)]
    n_compared = len(compared)
    assert len(matcher(doc)) == 4
    assert len(compared) == n_compared
    assert {("a", "bb", -1), ("a", "bb", 3)} <= set(compared)


def test_extensions_are_read_only_where_they_matter(matcher, doc, size):
    matcher.add("X", [[{"ORTH": "b", "_": {"size": {">=": 1}}}]])
    assert bounds(matcher(doc)) == [(1, 2), (4, 5)]
    assert size == [1, 4]


def test_values_of_extensions_may_have_any_type(matcher, vocab, size):
    Token.set_extension("any", default=None)
    try:
        doc = Doc(vocab, words=["a", "b", "c", "d"])
        doc[1]._.any, doc[2]._.any, doc[3]._.any = ["x", "y"], "xx", 1.5
        matcher.add("LIST", [[{"_": {"any": {"IS_SUPERSET": ["x"]}}}]])
        matcher.add("FUZZY", [[{"_": {"any": {"FUZZY1": "x"}}}]])
        matcher.add("NUMBER", [[{"_": {"any": 1.5}}]])
        assert bounds(matcher(doc)) == [(1, 2), (2, 3), (3, 4)]
    finally:
        Token.remove_extension("any")


def test_missing_annotation(matcher, doc):
    matcher.add("X", [[{"TAG": "NN", "OP": "?"}, {"ORTH": "a"}]])
    with pytest.raises(ArgumentError, match="patterns need TAG"):
        matcher(doc)
    assert bounds(matcher(doc, allow_missing=True)) == [(0, 1), (3, 4)]
    matcher.remove("X")
    matcher.add("X", [[{"TAG": {"NOT_IN": ["NN"]}, "ORTH": "a"}]])
    assert bounds(matcher(doc)) == [(0, 1), (3, 4)]


def test_batches_find_what_single_calls_find(matcher, vocab):
    texts = ["a b", "", "b a b b", "c", "a"]
    docs = [Doc(vocab, words=text.split()) for text in texts]
    docs.append(Doc(kernel.blank("en").vocab, words=["a", "b"]))
    matcher.add("X", [[{"ORTH": "a"}, {"ORTH": "b", "OP": "+"}], [{"ORTH": "b"}, {"OP": "!"}]])
    matcher.add("Y", [[{"ORTH": "b"}]], greedy="FIRST")
    single = [matcher(doc) for doc in docs]
    assert [len(matches) for matches in single] == [2, 0, 5, 0, 0, 2]
    assert [found for _, found in matcher.pipe(docs, batch_size=4, return_matches=True)] == single
    assert list(matcher.pipe(docs)) == docs
    pairs = list(matcher.pipe(zip(docs, texts, strict=False), return_matches=True, as_tuples=True))
    assert [text for _, text in pairs] == texts
    assert [found for (_, found), _ in pairs] == single[:-1]


def test_a_long_doc_of_repeats(matcher, vocab):
    doc = Doc(vocab, words=["a"] * 3000)
    matcher.add("X", [[{"ORTH": "a", "OP": "+"}]], greedy="LONGEST")
    matcher.add("Y", [[{"ORTH": "a", "OP": "{1500}"}, {"OP": "{1500}"}]])
    assert bounds(matcher(doc[:400])) == [(0, 400)]
    matcher.remove("X")
    assert bounds(matcher(doc)) == [(0, 3000)]


def test_rules(matcher, vocab, doc):
    first, second = [{"ORTH": "a"}], [{"ORTH": "b"}]
    matcher.add("X", [first], greedy="FIRST")
    matcher.add("X", [second])
    assert matcher.get("X") == (None, [first, second])
    assert len(matcher) == 1
    assert "X" in matcher
    assert matcher.has_key(vocab.strings["X"])
    assert matcher.get("Y", 5) == 5
    matcher.remove("X")
    assert "X" not in matcher
    with pytest.raises(ArgumentError, match="no rule `X`"):
        matcher.remove("X")
    with pytest.warns(UserWarning, match="no patterns"):
        assert matcher(doc) == []


def test_pickling_keeps_everything(matcher, vocab, doc):
    matcher.add("X", [[{"ORTH": "a", "OP": "*"}]], on_match=print)
    matcher.add("Y", [[{"ORTH": "b"}]], greedy="LONGEST")
    matcher.add("Z", [])
    matcher.add("X", [[{"LOWER": "b"}], [{"ORTH": "a"}]], greedy="FIRST")
    restored = pickle.loads(pickle.dumps(matcher))  # noqa: S301 — our own bytes
    assert [restored.get(key) for key in "XYZ"] == [matcher.get(key) for key in "XYZ"]
    copied = Doc(restored.vocab, words=[token.text for token in doc])
    assert restored(copied, with_alignments=True) == matcher(doc, with_alignments=True)


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ([{"LOWR": "x"}], "pattern 0, token 0, `LOWR`: no such key; did you mean `LOWER`?"),
        ([{}, {"LENGTH": "2"}], "token 1, `LENGTH`: expected a whole number or a dict"),
        ([{"TEXT": 2}], "`TEXT`: expected a string or a dict of predicates, got 2"),
        ([{"IS_ALPHA": 1}], "`IS_ALPHA`: expected True or False, got 1"),
        ([{"LIKE_NUM": None}], "`LIKE_NUM`: expected a value, got None"),
        ([{"ENT_IOB": "X"}], "`ENT_IOB`: expected '', I, O, B or 0 to 3, got 'X'"),
        ([{"TEXT": {"RGEX": "x"}}], "no predicate `RGEX` here; did you mean `REGEX`?"),
        ([{"TEXT": {"IN": "x"}}], "`TEXT`: IN needs a list, got 'x'"),
        ([{"LENGTH": {"IN": [1, "2"]}}], "`LENGTH`: IN has '2', a str"),
        ([{"TEXT": {"REGEX": "("}}], "`TEXT`: the regular expression '(': missing"),
        ([{"OP": "$"}], "`OP`: no operator '$'; there are: !, ?"),
        ([{"OP": "{2,1}"}], "`OP`: no operator '{2,1}'"),
        ([{"_": "x"}], "`_`: expected a dict of extension attributes, got 'x'"),
        ([{"LENGTH": {">": True}}], "`LENGTH`: `>` needs a number, got True"),
        ([{"_": {3: "x"}}], "`_`: expected the name of an extension attribute, got 3"),
        ([{"_": {"a": {"IN": 3}}}], "`a`: IN needs a list, got 3"),
        ([{"text": "x", "TEXT": "x"}], "`TEXT`: given twice"),
        ([1], "token 0: expected a dict, got 1"),
    ],
)
def test_invalid_patterns(matcher, pattern, place):
    with pytest.raises(MatchPatternError, match=re.escape(place)):
        matcher.add("X", [pattern])
    assert len(matcher) == 0


def test_every_problem_is_reported(matcher):
    with pytest.raises(MatchPatternError) as error:
        matcher.add("X", [[{"A": 1, "B": 2}], [{}], [{}, {"OP": 3}]])
    places = [problem.partition(":")[0] for problem in error.value.problems]
    first = "pattern 0, token 0"
    assert places == [f"{first}, `A`", f"{first}, `B`", "pattern 2, token 1, `OP`"]
    restored = pickle.loads(pickle.dumps(error.value))  # noqa: S301 — our own bytes
    assert str(restored) == str(error.value)


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ([{"LOWR": "x"}], "`LOWR`: no such key"),
        ([{"LOWER": ["x"]}], "`LOWER`: expected a string, a number"),
        ([{"LOWER": {"RGEX": "x"}}], "no predicate `RGEX`; did you mean `REGEX`?"),
        ([{"LENGTH": {"REGEX": "x"}}], "REGEX needs an attribute with strings"),
        ([{"LOWER": {">": 3}}], "`>` compares numbers, not strings"),
        ([{"OP": "{,}"}], "no operator '{,}'"),
        ([{"_": 3}], "expected a dict of extensions"),
        ([{"CLUSTER": 3}], "tokens do not have this attribute"),
        (["abc"], "expected a dict, got 'abc'"),
    ],
)
def test_patterns_that_cannot_be_compiled_are_refused_without_validation(vocab, pattern, place):
    matcher = Matcher(vocab, validate=False)
    with pytest.raises(ArgumentError, match=re.escape(place)):
        matcher.add("X", [pattern])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("X", {"a": 1}), "expected a list of patterns"),
        (("X", [{"ORTH": "a"}]), "pattern 0 of the rule `X` is not a list"),
        (("X", [[]]), "pattern 0 of the rule `X` has no tokens"),
        ((None, [[{}]]), "expected a string as the key"),
    ],
)
def test_invalid_arguments(matcher, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        matcher.add(*arguments)
    with pytest.raises(ArgumentError, match="expected one of FIRST, LONGEST"):
        matcher.add("X", [[{}]], greedy="ALL")
    with pytest.raises(ArgumentError, match="expected a function as on_match"):
        matcher.add("X", [[{}]], on_match=3)
    with pytest.raises(ArgumentError, match="in a Doc or a Span, got a str"):
        matcher("text")
