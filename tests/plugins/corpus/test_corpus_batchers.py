from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import ArgumentError
from kernel_plugin_corpus.batchers import (
    configure_minibatch,
    configure_minibatch_by_padded_size,
    configure_minibatch_by_words,
    minibatch_by_padded_size,
    minibatch_by_words,
)

# Batches of spaCy 3.8.18 for items of these lengths and these settings.
CASES = json.loads(Path(__file__).parent.joinpath("data", "batches.json").read_text())
lengths = st.lists(st.integers(1, 40), max_size=60)


def indices(batches):
    return [[index for index, _ in batch] for batch in batches]


def length(item):
    return item[1]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_batches_by_words_are_those_of_spacy(case):
    batches = minibatch_by_words(
        enumerate(case["lens"]),
        iter(case["sizes"]),
        tolerance=case["tol"],
        discard_oversize=case["disc"],
        get_length=length,
    )
    assert indices(batches) == case["words"]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_batches_by_padded_size_are_those_of_spacy(case):
    batches = minibatch_by_padded_size(
        enumerate(case["lens"]),
        iter(case["sizes"]),
        buffer=case["buf"],
        discard_oversize=case["disc"],
        get_length=length,
    )
    assert indices(batches) == case["padded"]


@given(lengths, st.integers(1, 50), st.floats(0, 1))
def test_no_item_is_lost_or_doubled_by_words(lens, size, tolerance):
    batches = list(
        minibatch_by_words(enumerate(lens), size, tolerance=tolerance, get_length=length)
    )
    assert sorted(i for batch in indices(batches) for i in batch) == list(range(len(lens)))
    for batch in batches:
        n_words = sum(map(length, batch))
        assert n_words <= size * (1 + tolerance) or len(batch) == 1


@given(lengths, st.integers(1, 200), st.integers(1, 30))
def test_padded_batches_stay_within_size(lens, size, buffer):
    batches = list(
        minibatch_by_padded_size(enumerate(lens), size, buffer=buffer, get_length=length)
    )
    assert sorted(i for batch in indices(batches) for i in batch) == list(range(len(lens)))
    for batch in batches:
        assert len(batch) * max(map(length, batch)) <= size or len(batch) == 1


def test_schedule_goes_on_where_the_last_epoch_ended():
    batcher = configure_minibatch(iter([1, 2, 3, 4]))
    assert list(batcher("abc")) == [["a"], ["b", "c"]]
    assert list(batcher("defg")) == [["d", "e", "f"], ["g"]]


def test_default_length_is_len():
    batcher = configure_minibatch_by_words(size=4, tolerance=0.0, discard_oversize=True)
    assert list(batcher(["ab", "cd", "efghi", "k"])) == [["ab", "cd"], ["k"]]


@pytest.mark.parametrize("size", [0, -1, 0.5])
def test_sizes_below_one_are_refused(size):
    for make in (
        lambda: configure_minibatch(size),
        lambda: configure_minibatch_by_words(size=size, tolerance=0.2, discard_oversize=False),
        lambda: configure_minibatch_by_padded_size(size=size, buffer=2, discard_oversize=False),
        lambda: list(minibatch_by_words([["a"]], iter([size]))),
        lambda: list(minibatch_by_padded_size([["a"]], iter([size]))),
    ):
        with pytest.raises(ArgumentError, match="a batch needs a size of at least 1"):
            make()
