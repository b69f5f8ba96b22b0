"""What holds after any merges and splits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.text import BoundsError, Doc, Example, Span, Vocab

ATTRS = ["ORTH", "TAG", "LEMMA", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "SENT_START", "NORM"]
WORDS = ["Ada", "went", "to", "York", ".", "näher"]


@st.composite
def docs(draw):
    n = draw(st.integers(1, 12))
    words = draw(st.lists(st.sampled_from(WORDS), min_size=n, max_size=n))
    spaces = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    # Each token depends on itself or on a token to the left of it, so there are no cycles.
    heads = [draw(st.integers(0, i)) for i in range(n)]
    deps = ["ROOT" if head == i else "dep" for i, head in enumerate(heads)]
    starts = sorted(draw(st.sets(st.integers(0, n - 1), max_size=3)))
    doc = Doc(Vocab(), words, spaces, heads=heads, deps=deps, tags=words, lemmas=words)
    bounds = list(pairwise([*starts, n]))
    doc.ents = [Span(doc, a, draw(st.integers(a + 1, b)), "X") for a, b in bounds]
    doc.spans["sc"] = [Span(doc, a, b, "Y") for a, b in bounds]
    doc.tensor = np.arange(n, dtype=np.float32).reshape(n, 1)
    return doc


@st.composite
def changes(draw, doc):
    """Spans to merge, which do not overlap, and tokens to split."""
    cuts = sorted(draw(st.sets(st.integers(0, len(doc)), max_size=6)))
    merges = [doc[a:b] for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    merged = {token.i for span in merges for token in span}
    rest = [token for token in doc if token.i not in merged and len(token) > 1]
    return merges, draw(st.lists(st.sampled_from(rest), unique=True)) if rest else []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_everything_fits_the_new_tokens(data):
    doc = data.draw(docs())
    merges, splits = data.draw(changes(doc))
    text, grouped = doc.text, [span.text for span in doc.spans["sc"]]
    old = [doc[:], *doc.sents, *doc.ents]
    # What is worked out once must be worked out again afterwards.
    example = Example(doc, doc.copy())
    before = [example.alignment.is_identity, doc.tree.edges, [span.root for span in old]]

    with doc.retokenize() as retokenizer:
        for span in merges:
            retokenizer.merge(span)
        for token in splits:
            head = token.head if token.head.i != token.i else (token, 0)
            retokenizer.split(token, [token.text[:1], token.text[1:]], [head, (token, 0)])

    assert before[0] is True
    assert doc.text == text
    assert {len(values) for values in doc.annotations.values()} | {len(doc.tensor)} == {len(doc)}
    for span, words in zip(doc.spans["sc"], grouped, strict=True):
        assert words in span.text
    assert_like_new(doc)
    for span in old:
        assert_usable(span)
    assert len(example.alignment.x2y) == len(doc)
    assert sum(len(each) for each in example.alignment.y2x) >= len(example.reference)


def assert_like_new(doc):
    made = Doc(doc.vocab, doc.words(), doc.spaces.tolist()).from_array(ATTRS, doc.to_array(ATTRS))
    assert [facts(token) for token in doc] == [facts(token) for token in made]
    for name in ("sents", "ents"):
        bounds = [[(span.start, span.end) for span in getattr(each, name)] for each in (doc, made)]
        assert bounds[0] == bounds[1]
    assert (doc.get_lca_matrix() == made.get_lca_matrix()).all()


def facts(token):
    trees = (token.children, token.subtree, token.ancestors, token.conjuncts)
    edges = (token.head.i, token.left_edge.i, token.right_edge.i, token.is_sent_start)
    return [*edges, *([each.i for each in tokens] for tokens in trees)]


def assert_usable(span):
    """Assert that a span that was made before works with the tokens that are there now."""
    assert len(list(span)) == len(span) == len(span.to_array(["ORTH"]))
    assert span.text in span.doc.text
    if len(span):
        assert span.root in list(span)
    assert {token.i for token in span} <= {token.i for token in span.subtree}
    assert len(span.as_doc()) == len(span) == len(span.get_lca_matrix())
    assert (len(list(span.lefts)), len(list(span.rights))) == (span.n_lefts, span.n_rights)
    assert span.vector.shape == (1,)


def test_tree_of_an_older_sentence_is_that_of_the_new_tokens(parsed):
    first, second = parsed.sents

    with parsed.retokenize() as retokenizer:
        retokenizer.merge(parsed[0:2])

    assert [token.text for token in first.root.subtree] == ["Ada Lovelace", "went"]
    assert (second.text, len(second)) == ("New York.", 3)


def test_empty_span_at_the_end_has_no_root(parsed):
    with pytest.raises(BoundsError, match="no token 7 in a doc of 7"):
        parsed[7:7].root  # noqa: B018 — the property raises
