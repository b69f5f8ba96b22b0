import pickle  # noqa: TID251 — its support is tested here

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel.errors import ArgumentError
from kernel.matcher import PhraseMatcher
from kernel.text import Doc, Span


@pytest.fixture(scope="module")
def nlp():
    return kernel.blank("en")


@pytest.fixture
def vocab(nlp):
    return nlp.vocab


@pytest.fixture
def phrases(nlp):
    """Returns a function that makes docs of texts."""
    return lambda *texts: [nlp.make_doc(text) for text in texts]


def bounds(matches):
    return [match[1:] for match in matches]


def test_phrases_come_by_start_then_by_end(vocab, phrases):
    matcher = PhraseMatcher(vocab)
    matcher.add("A", phrases("b c", "a b c", "a"))
    matcher.add("B", phrases("a b", "c"))
    a, b = vocab.strings["A"], vocab.strings["B"]
    (doc,) = phrases("a b c")
    assert matcher(doc) == [(a, 0, 1), (b, 0, 2), (a, 0, 3), (a, 1, 3), (b, 2, 3)]


@pytest.mark.parametrize(
    ("attr", "expected"),
    [
        ("ORTH", [(0, 2)]),
        ("text", [(0, 2)]),
        ("LOWER", [(0, 2), (2, 4)]),
        ("SHAPE", [(0, 2), (4, 6)]),
        ("LENGTH", [(0, 2), (2, 4), (4, 6)]),
        (None, [(0, 2)]),
    ],
)
def test_attributes_of_words(vocab, phrases, attr, expected):
    matcher = PhraseMatcher(vocab, attr=attr)
    matcher.add("X", phrases("New York"))
    (doc,) = phrases("New York new york Old Town")
    assert bounds(matcher(doc)) == expected
    assert [bounds(found) for _, found in matcher.pipe([doc, doc], return_matches=True)] == [
        expected,
        expected,
    ]


@pytest.mark.parametrize(
    ("attr", "expected"),
    [("POS", [(1, 3)]), ("TAG", [(1, 3)]), ("ENT_IOB", [(0, 2)]), ("SPACY", [(0, 2), (1, 3)])],
)
def test_annotated_attributes(vocab, attr, expected):
    words = ["a", "green", "apple"]
    phrase = Doc(vocab, words=["red", "car"], pos=["ADJ", "NOUN"], tags=["JJ", "NN"])
    doc = Doc(vocab, words=words, pos=["DET", "ADJ", "NOUN"], tags=["DT", "JJ", "NN"])
    doc.ents = [Span(doc, 2, 3, "X")]
    phrase.ents = []
    matcher = PhraseMatcher(vocab, attr=attr)
    matcher.add("X", [phrase])
    assert bounds(matcher(doc)) == expected
    assert [bounds(found) for _, found in matcher.pipe([doc], return_matches=True)] == [expected]


def test_spans(vocab, phrases):
    matcher = PhraseMatcher(vocab)
    matcher.add("X", phrases("b c"))
    (doc,) = phrases("a b c b c")
    assert bounds(matcher(doc[2:5])) == [(3, 5)]
    assert bounds(matcher(doc[2:4])) == []
    (span,) = matcher(doc[2:], as_spans=True)
    assert (span.start, span.end, span.label_) == (3, 5, "X")


@given(data=st.data(), n_words=st.integers(0, 120), attr=st.sampled_from(["LOWER", "TAG"]))
def test_short_and_long_texts_have_the_matches_of_a_search_at_every_token(data, n_words, attr):
    vocab = kernel.Vocab()
    words = st.sampled_from(["a", "b", "c", "d", "e", "A"])
    listed = data.draw(st.lists(st.lists(words, min_size=1, max_size=4), max_size=6), "phrases")
    text = data.draw(st.lists(words, min_size=n_words, max_size=n_words), "text")
    start = data.draw(st.integers(0, n_words), "start")
    end = data.draw(st.integers(start, n_words), "end")
    matcher = PhraseMatcher(vocab, attr=attr)
    matcher.add("X", [Doc(vocab, words=phrase, tags=phrase) for phrase in listed])
    doc = Doc(vocab, words=text, tags=text)

    def same(word):
        return word.lower() if attr == "LOWER" else word

    values = [same(word) for word in text]
    sought = {tuple(map(same, phrase)) for phrase in listed}
    places = [(i, i + length) for i in range(n_words) for length in range(1, 5)]
    expected = [(i, j) for i, j in places if j <= n_words and tuple(values[i:j]) in sought]
    assert bounds(matcher(doc)) == expected
    inside = [(i, j) for i, j in expected if i >= start and j <= end]
    assert bounds(matcher(doc[start:end])) == inside
    ((_, found),) = matcher.pipe([doc], return_matches=True)
    assert bounds(found) == expected


def test_keys_are_removed_with_their_phrases_only(vocab, phrases):
    matcher = PhraseMatcher(vocab)
    matcher.add("A", phrases("a", "a b", "a b c"))
    matcher.add("B", phrases("a b", "b"))
    matcher.add("B", phrases("b", "c"))
    (doc,) = phrases("a b c")
    assert len(matcher(doc)) == 6
    matcher.remove("A")
    assert bounds(matcher(doc)) == [(0, 2), (1, 2), (2, 3)]
    assert "A" not in matcher
    assert len(matcher) == 1
    with pytest.raises(KeyError):
        matcher.remove("A")
    matcher.remove("B")
    assert matcher(doc) == []
    matcher.add("A", phrases("b c"))
    assert bounds(matcher(doc)) == [(1, 3)]


def test_phrases_that_are_added_after_a_doc_was_matched(vocab, phrases):
    matcher = PhraseMatcher(vocab, attr="LOWER")
    doc, other = phrases("Zugspitze und Watzmann", "watzmann")
    assert matcher(doc) == []
    matcher.add("X", [other])
    assert bounds(matcher(doc)) == [(2, 3)]
    assert bounds(matcher(kernel.blank("en")("Watzmann"))) == [(0, 1)]


def test_functions_get_all_matches(vocab, phrases):
    called = []
    matcher = PhraseMatcher(vocab)
    matcher.add("X", phrases("a"), on_match=lambda *args: called.append(args))
    matcher.add("Y", phrases("b"))
    (doc,) = phrases("a b")
    matches = matcher(doc)
    assert called == [(matcher, doc, 0, matches)]
    list(matcher.pipe([doc]))
    assert len(called) == 2
    matcher.add("X", None, *phrases("c"))
    matcher(doc)
    assert len(called) == 2


def test_batches(vocab, phrases):
    docs = phrases("a b", "", "b", "a b a b", "c")
    matcher = PhraseMatcher(vocab)
    assert [found for _, found in matcher.pipe(docs, return_matches=True)] == [[]] * 5
    matcher.add("X", phrases("a b", "b a"))
    single = [matcher(doc) for doc in docs]
    assert [len(matches) for matches in single] == [1, 0, 0, 3, 0]
    assert [found for _, found in matcher.pipe(docs, 2, return_matches=True)] == single
    others = [*docs, kernel.blank("en")("a b")]
    pairs = matcher.pipe(zip(others, "abcdef", strict=True), return_matches=True, as_tuples=True)
    assert [(len(found), name) for (_, found), name in pairs][-2:] == [(0, "e"), (1, "f")]


def test_pickling_keeps_everything(vocab, phrases, capsys):
    matcher = PhraseMatcher(vocab, attr="LOWER", validate=True)
    matcher.add("X", phrases("a b"), on_match=print)
    restored = pickle.loads(pickle.dumps(matcher))  # noqa: S301 — our own bytes
    assert (restored.attr, restored.validate, len(restored)) == (matcher.attr, True, 1)
    (match,) = restored(Doc(restored.vocab, words=["A", "B"]))
    assert match == (restored.vocab.strings["X"], 0, 2)
    assert "PhraseMatcher" in capsys.readouterr().out


def test_validation_warns_of_annotation_that_is_not_needed(vocab):
    doc = Doc(vocab, words=["a"], tags=["NN"], lemmas=["a"])
    with pytest.warns(UserWarning, match="phrase 0 of `X` has TAG, LEMMA, which matching by LOWER"):
        PhraseMatcher(vocab, attr="LOWER", validate=True).add("X", [doc])


def test_invalid_arguments(vocab, phrases):
    (doc,) = phrases("a")
    matcher = PhraseMatcher(vocab, attr="TAG")
    with pytest.raises(ArgumentError, match=r"no attribute `LOWR` for a PhraseMatcher: .*`LOWER`"):
        PhraseMatcher(vocab, attr="LOWR")
    with pytest.raises(ArgumentError, match="phrase 0 of `X` has no TAG"):
        matcher.add("X", [doc])
    with pytest.raises(ArgumentError, match="expected a list of docs as the phrases of `X`, got a"):
        matcher.add("X", doc)
    with pytest.raises(ArgumentError, match="phrase 1 of `X` is 'a', no doc"):
        PhraseMatcher(vocab).add("X", [doc, "a"])
    with pytest.raises(ArgumentError, match="expected a string as the key of phrases, got 3"):
        matcher.add(3, [doc])
    with pytest.raises(ArgumentError, match="expected a function as on_match"):
        matcher.add("X", [doc], on_match=3)
    with pytest.raises(ArgumentError, match="in a Doc or a Span, got a Token"):
        matcher(doc[0])
    assert len(matcher) == 0
