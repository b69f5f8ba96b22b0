"""Docs parsed in segments have the same parse as docs parsed as a whole."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.text import Doc, DocBatch
from kernel_plugin_parser import decoding, segments
from kernel_plugin_parser.segments import cut, likely_starts

WHOLE = 10**6


@pytest.fixture
def many_groups(monkeypatch):
    """Little memory for features, so that a batch has several groups."""
    monkeypatch.setattr(decoding, "GROUP_BYTES", 100_000)


def set_up(monkeypatch, *, length, overlap=segments.OVERLAP):
    monkeypatch.setattr(decoding, "MAX_SERIAL_SEGMENTS", 0)
    monkeypatch.setattr(decoding, "SEGMENT_LENGTH", length)
    monkeypatch.setattr(decoding, "OVERLAP", overlap)
    monkeypatch.setattr(segments, "OVERLAP", overlap)


def arcs_of(parser, docs):
    arcs = parser.predict(docs)
    return arcs.heads.tolist(), arcs.classes.tolist()


def count_reparsed(monkeypatch):
    reparsed = []
    reparse = decoding.Decoder._reparse
    monkeypatch.setattr(
        decoding.Decoder, "_reparse", lambda *args: (reparsed.append(args), reparse(*args))[1]
    )
    return reparsed


@pytest.mark.usefixtures("many_groups")
@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("overlap", [2, 10])
@pytest.mark.parametrize("length", [1, 5, 23])
def test_trained_parser_finds_the_same_in_segments(
    clause_examples, make_parser, monkeypatch, length, overlap, threads
):
    monkeypatch.setenv("KERNEL_NUM_THREADS", threads)
    parser = make_parser(clause_examples, steps=60)
    golds = [example.reference for example in clause_examples]
    words = [word for gold in golds for word in gold.words()]
    parts = (words, golds[0].words(), words[5:90])
    docs = DocBatch([Doc(parser.vocab, words=part) for part in parts])
    set_up(monkeypatch, length=WHOLE)
    expected = arcs_of(parser, docs)
    set_up(monkeypatch, length=length, overlap=overlap)
    assert arcs_of(parser, docs) == expected
    assert len(np.unique(expected[0])) > 20


@pytest.mark.usefixtures("many_groups")
@pytest.mark.parametrize("model", [{}, {"extra": True}, {"learn_tokens": True}])
@pytest.mark.parametrize("preset", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_parser_that_does_anything_finds_the_same_in_segments(
    random_docs, make_parser, shake, monkeypatch, seed, preset, model
):
    source = random_docs(seed)
    parser = make_parser(source.examples(30), **model)
    shake(parser.model, seed)
    docs = DocBatch([source.plain(source.words(50, 120), preset=preset) for _ in range(4)])
    set_up(monkeypatch, length=WHOLE)
    expected = arcs_of(parser, docs)
    for length, overlap in itertools.product((3, 17), (1, 9, 30)):
        set_up(monkeypatch, length=length, overlap=overlap)
        assert arcs_of(parser, docs) == expected


def test_segments_that_never_meet_are_stepped_to_the_end(
    vocab, clause_examples, make_parser, monkeypatch
):
    parser = make_parser(clause_examples, steps=60)
    docs = DocBatch([Doc(vocab, words=["the", "dog"] * 300) for _ in range(2)])
    for doc in docs:
        # One sentence: no seam but the first.
        doc.set_column("sent_start", np.where(np.arange(len(doc)) == 0, 1, -1))
    set_up(monkeypatch, length=WHOLE)
    expected = arcs_of(parser, docs)
    set_up(monkeypatch, length=20)
    reparsed = count_reparsed(monkeypatch)
    assert arcs_of(parser, docs) == expected
    assert len(reparsed) == 2


def test_segments_cut_at_sentences_need_no_reparsing(
    vocab, clause_examples, make_parser, monkeypatch
):
    parser = make_parser(clause_examples, steps=60)
    clause = ["she", "saw", "a", "bird"]
    doc = Doc(vocab, words=clause * 100)
    doc.set_column("sent_start", np.where(np.arange(len(doc)) % 4 == 0, 1, -1))
    set_up(monkeypatch, length=30, overlap=8)
    reparsed = count_reparsed(monkeypatch)
    heads, _ = arcs_of(parser, DocBatch([doc]))
    assert heads == [4 * k + head for k in range(100) for head in (1, 1, 3, 1)]
    assert not reparsed


@settings(max_examples=200, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 60), max_size=8),
    length=st.integers(1, 30),
    data=st.data(),
)
def test_segments_cover_every_token_once(lengths, length, data):
    offsets = np.cumsum([0, *lengths])
    n_tokens = int(offsets[-1])
    likely = data.draw(st.sets(st.integers(0, max(n_tokens - 1, 0))))
    found = cut(offsets, length, np.array(sorted(likely), np.intp))
    owned = [range(*pair) for pair in zip(found.lows.tolist(), found.ends.tolist(), strict=True)]
    assert [token for own in owned for token in own] == list(range(n_tokens))
    assert all(len(own) <= max(2 * length, 1) for own in owned)
    docs = np.searchsorted(offsets, found.lows, side="right") - 1
    assert (offsets[docs + 1] == found.stops).all()
    assert (found.ends <= found.highs).all()
    assert (found.highs <= found.stops).all()
    assert ((found.highs > found.ends) == (found.ends < found.stops)).all()


def test_sentences_are_likely_to_start_after_full_stops_and_where_it_is_preset(vocab):
    docs = [
        Doc(vocab, words=["No", "!", "!", "Yes", ".", "So"]),
        Doc(vocab, words=["a", ".", "b"]),
        Doc(vocab, words=["好", "。", "好", "c", "d", "."]),
    ]
    preset = np.zeros(15, np.int8)
    preset[13] = 1
    assert likely_starts(docs, None, least=4).tolist() == [3, 5, 11]
    assert likely_starts(docs, preset, least=1).tolist() == [3, 5, 8, 11, 13]
