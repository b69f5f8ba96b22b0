import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import ArgumentError, UnsupportedError
from kernel.text import Doc
from kernel_plugin_transformer.pieces import Characters, align, encode
from kernel_plugin_transformer.span_getters import (
    doc_spans,
    sent_spans,
    strided_spans,
    wordpiece_spans,
)
from kernel_plugin_transformer.windows import Reader, cut, make_windows

WORDS = [
    "Anna",
    "don",
    "'t",
    "😀",
    "naïve",
    "日本語",
    " ",
    "\n\n",
    "x" * 30,
    "1234567890" * 3,
    ".",
    "\u0301",
]
token_lists = st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), max_size=40)
check = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def bounds(spans):
    return [[(span.start, span.end) for span in found] for found in spans]


def make_doc(nlp, length, **annotations):
    return Doc(nlp.vocab, words=["x"] * length, **annotations)


def reader_of(tokenizer, limit=None):
    added = 1 if tokenizer.num_special_tokens_to_add() else 0
    return Reader(tokenizer, limit, added, added)


def windows_of(tokenizer, docs, max_pieces, overlap, limit=None):
    characters, reader = Characters.of(docs), reader_of(tokenizer, limit)
    return make_windows(wordpiece_spans(max_pieces, overlap), docs, characters, reader), characters


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, []),
        (1, [(0, 1)]),
        (4, [(0, 4)]),
        (5, [(0, 4), (3, 5)]),
        (7, [(0, 4), (3, 7)]),
        (8, [(0, 4), (3, 7), (6, 8)]),
    ],
)
def test_strided_spans_reach_the_end(nlp, length, expected):
    assert bounds(strided_spans(4, 3)([make_doc(nlp, length)])) == [expected]


@pytest.mark.parametrize(("window", "stride"), [(0, 1), (3, 0), (3, 4)])
def test_strides_that_leave_tokens_out_are_refused(window, stride):
    with pytest.raises(ArgumentError, match="stride"):
        strided_spans(window, stride)


def test_sentences_and_docs(nlp):
    doc = make_doc(nlp, 5, sent_starts=[True, False, True, False, False])
    assert bounds(sent_spans()([doc])) == [[(0, 2), (2, 5)]]
    assert bounds(doc_spans()([doc, make_doc(nlp, 0)])) == [[(0, 5)], [(0, 0)]]


@check
@given(tokens=token_lists, max_pieces=st.integers(8, 30), data=st.data())
def test_no_token_is_cut_off_and_no_window_is_too_long(nlp, tokenizer, tokens, max_pieces, data):
    overlap = data.draw(st.integers(0, max_pieces // 2))
    docs = [
        Doc(nlp.vocab, words=[w for w, _ in tokens], spaces=[s for _, s in tokens]),
        make_doc(nlp, 3),
    ]
    windows, characters = windows_of(tokenizer, docs, max_pieces, overlap)
    assert (windows.pieces.lengths <= max_pieces).all()
    whole = make_windows(
        doc_spans(), docs[:1], Characters.of(docs[:1]), reader_of(tokenizer)
    ).pieces
    found = align(windows.pieces.chars, characters).lengths[: len(tokens)]
    expected = align(whole.chars, Characters.of(docs[:1])).lengths
    # With overlap, a token can have the same piece twice.
    assert (found >= expected).all()
    assert ((found > 0) == (expected > 0)).all()
    # Windows cover all tokens in order.
    ours = windows.bounds[: windows.doc_spans[0]]
    covered = np.zeros(len(tokens) + 1, int)
    for start, end in ours:
        covered[start:end] += 1
    assert (covered[: len(tokens)] > 0).all()
    assert (np.diff(ours[:, 0]) >= 0).all()


def test_without_overlap_pieces_are_read_once_unless_two_tokens_share_them(nlp, tokenizer):
    docs = [nlp.make_doc("Anna lives in Berlin, doesn't she? " * 20)]
    windows, _ = windows_of(tokenizer, docs, 30, 0)
    assert len(windows.bounds) > 3
    expected = encode(tokenizer, [docs[0].text.rstrip()])
    found, whole = (each.chars[each.chars[:, 1] > 0] for each in (windows.pieces, expected))
    np.testing.assert_array_equal(np.unique(found, axis=0), np.unique(whole, axis=0))
    assert 0 <= len(found) - len(whole) < len(windows.bounds)
    starts = np.cumsum(windows.pieces.lengths)[:-1]
    if tokenizer.num_special_tokens_to_add():
        added = {(part[0], part[-1]) for part in np.split(windows.pieces.ids, starts)}
        assert added == {(expected.ids[0], expected.ids[-1])}


def test_a_token_longer_than_a_window_keeps_all_its_pieces(nlp, tokenizer):
    docs = [nlp.make_doc("in " + "Qx7" * 100 + " Berlin")]
    windows, characters = windows_of(tokenizer, docs, 16, 4)
    (whole,) = encode(tokenizer, [docs[0].text]).lengths
    found = align(windows.pieces.chars, characters).lengths
    if whole > 16:  # some vocabularies have one piece for unknown words
        assert found[1] >= whole - tokenizer.num_special_tokens_to_add() - 10
        assert (windows.bounds == [1, 2]).all(axis=1).sum() > 1
    assert (found > 0).all()


def test_overlap_repeats_the_end_of_the_window_before(nlp, tokenizer):
    docs = [nlp.make_doc("Anna lives in Berlin " * 40)]
    windows, _ = windows_of(tokenizer, docs, 40, 12)
    assert (windows.bounds[1:, 0] < windows.bounds[:-1, 1]).all()
    assert (windows.bounds[1:, 1] > windows.bounds[:-1, 1]).all()


def test_windows_end_at_sentences_and_line_breaks_if_possible(nlp, tokenizer):
    words = ["in", "Berlin", "the", "city", ".", "Anna"] * 20
    starts = [i % 6 == 5 or i == 0 for i in range(len(words))]
    doc = Doc(nlp.vocab, words=words, sent_starts=starts)
    windows, _ = windows_of(tokenizer, [doc], 60, 0)
    assert len(windows.bounds) > 1
    assert all(end == len(doc) or starts[end] for _, end in windows.bounds.tolist())
    lines = Doc(nlp.vocab, words=["\n" if word == "." else word for word in words])
    windows, _ = windows_of(tokenizer, [lines], 60, 0)
    assert all(
        end == len(lines) or lines[end - 1].text == "\n" for _, end in windows.bounds.tolist()
    )


def test_windows_are_about_equally_long(nlp, tokenizer):
    docs = [Doc(nlp.vocab, words=["in"] * 130)]
    windows, _ = windows_of(tokenizer, docs, 128, 0)
    lengths = windows.pieces.lengths
    assert len(lengths) >= 2
    assert lengths.min() >= 0.6 * lengths.max()


def test_the_limit_of_the_encoder_holds(nlp, tokenizer):
    docs = [nlp.make_doc("in Berlin " * 1000)]
    for max_pieces, limit, expected in (
        (None, 50, 50),
        (100, 50, 50),
        (30, 50, 30),
        (None, None, 512),
    ):
        windows, _ = windows_of(tokenizer, docs, max_pieces, 4, limit)
        assert 0.75 * expected <= windows.pieces.lengths.max() <= expected


def test_what_does_not_fit_is_cut_off_before_the_last_piece(nlp, tokenizer):
    docs = [nlp.make_doc("Anna lives in Berlin"), nlp.make_doc("in")]
    reader = reader_of(tokenizer, 6)
    full = make_windows(doc_spans(), docs, Characters.of(docs), reader)
    windows, dropped = cut(full, reader)
    assert windows.pieces.lengths.tolist() == [min(6, n) for n in full.pieces.lengths]
    assert len(dropped) == full.pieces.lengths[0] - 6
    if reader.n_after:
        assert windows.pieces.ids[5] == full.pieces.ids[full.pieces.lengths[0] - 1]


@pytest.mark.parametrize(("max_pieces", "overlap"), [(7, 0), (20, 11), (None, -1)])
def test_sizes_that_do_not_fit_together_are_refused(max_pieces, overlap):
    with pytest.raises(ArgumentError, match="must be at least"):
        wordpiece_spans(max_pieces, overlap)


def test_word_pieces_need_an_encoder(nlp):
    with pytest.raises(UnsupportedError, match="only the encoder knows"):
        wordpiece_spans()([nlp.make_doc("x")])


def test_getter_that_is_not_a_function_is_refused(nlp, tokenizer):
    docs = [nlp.make_doc("in Berlin")]
    with pytest.raises(ArgumentError, match="`get_spans` is 128, expected a function"):
        make_windows(128, docs, Characters.of(docs), reader_of(tokenizer, 6))
