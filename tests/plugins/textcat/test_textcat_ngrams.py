"""N-grams and their hashes."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import NumpyOps

from kernel.registry import registry
from kernel.text import LOWER, ORTH, Doc, DocBatch, Vocab
from kernel_plugin_textcat.ngrams import count_keys, find_ngrams, hash_windows

ids = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20)


@given(ids, st.integers(2, 5))
def test_hashes_of_windows_are_those_of_thinc(values, size):
    values = np.array(values, "uint64")
    starts = np.arange(max(0, len(values) - size + 1))
    np.testing.assert_array_equal(
        hash_windows(values, starts, size), NumpyOps().ngrams(size, values)
    )


def counted(docs, size, attr):
    """The n-grams of each doc, doc by doc and in the order of their size."""
    for doc in docs:
        values = doc.to_array(attr).reshape(-1).astype("uint64")
        found = Counter(values.tolist())
        # Thinc's function reads past the end of fewer values.
        for count in range(2, min(size, len(values)) + 1):
            found.update(NumpyOps().ngrams(count, values).tolist())
        yield dict(found)


@pytest.mark.parametrize("attr", [ORTH, LOWER])
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("lengths", [(5, 0, 1, 12, 2), (300, 0, 40)], ids=["short", "long"])
def test_layer_counts_the_ngrams_of_each_doc(make_docs, lengths, size, attr):
    docs = make_docs(*lengths)
    keys, counts, lengths = registry.layers.get("spacy.extract_ngrams.v1")(size, attr).predict(docs)
    assert (keys.dtype, counts.dtype, lengths.dtype) == ("uint64", "float32", "int32")
    ends = lengths.cumsum()
    found = [
        dict(zip(keys[start:end].tolist(), counts[start:end].tolist(), strict=True))
        for start, end in zip([0, *ends], ends, strict=False)
    ]
    assert found == list(counted(docs, size, attr))


def test_layer_counts_lower_case_by_default(vocab):
    docs = DocBatch([Doc(vocab, words=["X", "x"])])
    keys, counts, _ = registry.layers.get("kernel.extract_ngrams.v1")(1).predict(docs)
    assert (keys.tolist(), counts.tolist()) == ([vocab.strings["x"]], [2.0])


def test_docs_of_two_vocabularies_share_a_batch(make_docs):
    docs = DocBatch([*make_docs(4), Doc(Vocab(), words=["good", "other"])])
    found = find_ngrams(docs, 2)
    apart = [find_ngrams(DocBatch([doc]), 2) for doc in docs]
    together = found.keys[found.indices].tolist()
    assert together == [key for one in apart for key in one.keys[one.indices].tolist()]


def test_batch_without_words_has_no_ngrams(make_docs):
    for docs in (make_docs(), make_docs(0, 0)):
        found = find_ngrams(docs, 3)
        assert (len(found.keys), found.lengths.tolist()) == (0, [0] * len(docs))
        assert [len(array) for array in count_keys(found)] == [0, 0, len(docs)]
