"""Batches: their order, their epochs, and restoring a position."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import blank
from kernel.errors import DataError
from kernel.random import Streams
from kernel.registry import registry
from kernel.training.batches import Batches, subdivide


class Sized:
    def __init__(self, length):
        self.predicted = [None] * length


@pytest.fixture
def make_batches(toys):
    def make(max_epochs=0, n_docs=20, noise=0.5, seed=0):
        size = registry.schedules.get("compounding.v1")(2.0, 6.0, 1.1)
        batcher = registry.batchers.get("kernel.batch_by_sequence.v1")(size)
        corpus = toys.make_corpus(n_docs, noise=noise)
        return Batches(blank("xx"), corpus, batcher, max_epochs=max_epochs, streams=Streams(seed))

    return make


def texts(batches, n_batches):
    return [
        (epoch, [example.predicted.text for example in examples])
        for epoch, examples in itertools.islice(batches, n_batches)
    ]


@pytest.mark.parametrize(
    "max_epochs", [pytest.param(0, id="in-memory"), pytest.param(-1, id="streamed")]
)
@pytest.mark.parametrize("n_skipped", [0, 1, 7, 30])
def test_skipping_leads_to_the_same_place(make_batches, max_epochs, n_skipped):
    whole = make_batches(max_epochs)
    expected = texts(whole, n_skipped + 9)[n_skipped:]

    again = make_batches(max_epochs)
    again.skip(n_skipped)
    assert texts(again, 9) == expected
    assert (again.taken, again.words) == (whole.taken, whole.words)


def test_epochs_hold_each_example_once_in_new_orders(make_batches):
    found = list(make_batches(max_epochs=3, noise=0.0))
    epochs = [
        [eg for epoch, batch in found if epoch == number for eg in batch] for number in range(3)
    ]
    assert [len(epoch) for epoch in epochs] == [20, 20, 20]
    assert {id(eg) for eg in epochs[0]} == {id(eg) for eg in epochs[2]}
    assert epochs[0] != epochs[1] != epochs[2]


def test_streamed_examples_keep_their_order(make_batches):
    batches = make_batches(max_epochs=-1, noise=0.0)
    first, second = ([], [])
    for epoch, examples in batches:
        if epoch > 1:
            break
        (first, second)[epoch].extend(example.predicted.text for example in examples)
    assert first == second
    assert len(first) == 20


def test_seed_decides_the_order(make_batches):
    assert texts(make_batches(seed=1), 5) == texts(make_batches(seed=1), 5)
    assert texts(make_batches(seed=1), 5) != texts(make_batches(seed=2), 5)


def test_words_count_tokens_of_predicted_docs(make_batches):
    batches = make_batches()
    n_words = sum(len(eg.predicted) for _, batch in itertools.islice(batches, 6) for eg in batch)
    assert batches.words == n_words > 0


@pytest.mark.parametrize("max_epochs", [0, -1])
def test_empty_corpus_is_an_error(make_batches, max_epochs):
    with pytest.raises(DataError, match=r"`training.train_corpus` has no training examples"):
        next(make_batches(max_epochs, n_docs=0))


def test_skipping_past_the_end_is_an_error(make_batches):
    with pytest.raises(DataError, match="expected at least 500"):
        make_batches(max_epochs=1).skip(500)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 8))
def test_parts_hold_each_example_once(lengths, n_parts):
    examples = [Sized(length) for length in lengths]
    parts = subdivide(examples, n_parts)
    assert sorted(id(eg) for part in parts for eg in part) == sorted(map(id, examples))
    assert all(parts)
    assert len(parts) <= n_parts + 1


def test_parts_are_sorted_by_length():
    parts = subdivide([Sized(n) for n in (5, 1, 4, 2, 3, 9, 8)], 3)
    assert [[len(eg.predicted) for eg in part] for part in parts] == [[1, 2], [3, 4], [5, 8], [9]]
