"""Which words are hidden, and what replaces them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import Doc, DocBatch, Vocab
from kernel_plugin_pretrain.objectives.masking import Masking, in_one_table

WORDS = [f"w{number}" for number in range(50)]


def make_batch(*lengths):
    vocab, rng = Vocab(), np.random.default_rng(0)
    return DocBatch(
        Doc(vocab, words=list(rng.choice(WORDS, n)), spaces=list(rng.random(n) < 0.5))
        for n in lengths
    )


def words_of(docs):
    return np.array([word for doc in docs for word in doc.words()])


@given(lengths=st.lists(st.integers(0, 5), max_size=6), seed=st.integers(0, 99))
def test_only_selected_words_are_replaced(lengths, seed):
    docs = make_batch(*lengths)

    masked = Masking(rate=0.5)(docs, np.random.default_rng(seed))

    assert [len(doc) for doc in masked.docs] == lengths
    assert [list(doc.spaces) for doc in masked.docs] == [list(doc.spaces) for doc in docs]
    before, after = words_of(docs), words_of(masked.docs)
    changed = np.flatnonzero(before != after)
    assert set(changed) <= set(masked.selected)
    assert set(after[changed]) <= {*before, "[MASK]"}
    assert bool(len(masked.selected)) == bool(sum(lengths))


def test_shares_are_those_of_bert():
    docs = make_batch(*[100] * 300)

    masked = Masking()(docs, np.random.default_rng(0))

    before, after = words_of(docs)[masked.selected], words_of(masked.docs)[masked.selected]
    assert len(before) / 30_000 == pytest.approx(0.15, abs=0.01)
    assert (after == "[MASK]").mean() == pytest.approx(0.8, abs=0.02)
    # One random word in 50 is the word itself.
    assert ((after != "[MASK]") & (after != before)).mean() == pytest.approx(0.098, abs=0.015)
    assert (after == before).mean() == pytest.approx(0.102, abs=0.015)


def test_docs_of_several_tables_get_the_same_words_in_one_table():
    vocab = Vocab()
    with vocab.memory_zone():
        inside = Doc(vocab, words=["cat", "sat"], spaces=[True, False])
        outside = Doc(Vocab(), words=["mat"])

        docs = in_one_table([inside, outside])

    assert [doc.words() for doc in docs] == [["cat", "sat"], ["mat"]]
