"""Offsets in characters, which a doc computes once, follow its words and spaces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel.text import Doc, Vocab

VOCAB = Vocab()
TOKENS = st.lists(
    st.tuples(st.text(alphabet="abc", min_size=1, max_size=4), st.booleans()), min_size=1
)


def expected_span(doc: Doc, start: int, end: int, mode: str) -> tuple[int, int] | None:
    """Return the tokens of a span of characters, found by looking at each token."""
    bounds = [(token.idx, token.idx + len(token.text)) for token in doc]
    if mode == "expand":
        inside = [i for i, (first, last) in enumerate(bounds) if last > start and first < end]
    else:
        inside = [i for i, (first, last) in enumerate(bounds) if first >= start and last <= end]
    if not inside or not 0 <= start <= end <= len(doc.text):
        return None
    first, last = bounds[inside[0]][0], bounds[inside[-1]][1]
    if mode == "strict" and (first, last) != (start, end):
        return None
    return inside[0], inside[-1] + 1


@given(TOKENS, st.integers(-1, 30), st.integers(-1, 30))
def test_span_of_characters_has_the_tokens_that_fit(tokens, start, end):
    words, spaces = zip(*tokens, strict=True)
    doc = Doc(VOCAB, words=words, spaces=spaces)

    for mode in ("strict", "contract", "expand"):
        span = doc.char_span(start, end, alignment_mode=mode)
        found = None if span is None else (span.start, span.end)
        assert found == expected_span(doc, start, end, mode)


def test_offsets_follow_merged_and_split_tokens():
    doc = Doc(VOCAB, words=["New", "York", "is", "big"])
    assert [token.idx for token in doc] == [0, 4, 9, 12]

    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
        retokenizer.split(doc[3], ["b", "ig"], heads=[doc[2], doc[2]])

    assert [(token.text, token.idx) for token in doc] == [
        ("New York", 0),
        ("is", 9),
        ("b", 12),
        ("ig", 13),
    ]
    assert doc.char_span(12, 15).text == "big"


def test_offsets_follow_spaces_that_are_set():
    doc = Doc(VOCAB, words=["a", "b"])
    assert doc[1].idx == 2

    doc.from_array(["SPACY"], [0, 0])

    assert doc[1].idx == 1
