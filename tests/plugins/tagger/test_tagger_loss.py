import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import CategoricalCrossentropy

from kernel.errors import KernelError
from kernel_plugin_tagger.gold import Gold, LabelNumbers
from kernel_plugin_tagger.loss import cross_entropy_inplace
from kernel_plugin_tagger.model import softmax_inplace


def draw_probs(rng, n_rows, n_classes):
    probs = rng.normal(size=(n_rows, n_classes)).astype("float32")
    softmax_inplace(probs)
    return probs


def test_gradient_is_probability_minus_gold():
    probs = np.array([[0.5, 0.25, 0.25], [0.1, 0.6, 0.3]], "float32")

    loss = cross_entropy_inplace(probs, Gold(np.array([0, -1])))

    assert probs.tolist() == [[-0.5, 0.25, 0.25], [0, 0, 0]]
    assert loss == pytest.approx(0.25 + 0.0625 + 0.0625)


def test_smoothed_gold_leaves_mass_to_the_others():
    probs = np.array([[0.5, 0.25, 0.25]], "float32")

    cross_entropy_inplace(probs, Gold(np.array([1])), label_smoothing=0.2)

    np.testing.assert_allclose(probs, [[0.4, -0.55, 0.15]], rtol=1e-6)


def test_denied_class_is_all_that_is_learned_of_its_token():
    probs = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]], "float32")

    cross_entropy_inplace(probs, Gold(np.array([1, 1]), np.array([True, False])))

    assert probs.tolist() == [[0, 0.25, 0], [0.5, -0.75, 0.25]]


@given(
    seed=st.integers(0, 10_000),
    truths=st.lists(st.sampled_from([None, "A", "B", "C", "!A", "!B", "!C"]), max_size=12),
)
def test_gradient_and_loss_are_those_of_thinc(seed, truths):
    labels = ["A", "B", "C"]
    probs = draw_probs(np.random.default_rng(seed), len(truths), 3)
    theirs = CategoricalCrossentropy(names=labels, normalize=False, neg_prefix="!")
    numbers = [-1 if truth is None else labels.index(truth[-1]) for truth in truths]
    negatives = np.array([truth is not None and truth[0] == "!" for truth in truths], bool)
    expected, expected_loss = theirs(probs, list(truths)) if truths else (probs.copy(), 0)

    loss = cross_entropy_inplace(probs, Gold(np.array(numbers, np.int32), negatives))

    np.testing.assert_allclose(probs, expected, atol=1e-6)
    assert loss == pytest.approx(float(expected_loss), rel=1e-4)


@given(
    seed=st.integers(0, 10_000),
    smoothing=st.floats(0.001, 0.7),
    truths=st.lists(st.sampled_from([None, "A", "B", "C", "D"]), min_size=1, max_size=12),
)
def test_smoothed_gradient_is_that_of_thinc(seed, smoothing, truths):
    labels = ["A", "B", "C", "D"]
    probs = draw_probs(np.random.default_rng(seed), len(truths), 4)
    theirs = CategoricalCrossentropy(names=labels, normalize=False, label_smoothing=smoothing)
    numbers = np.array([-1 if truth is None else labels.index(truth) for truth in truths])
    expected, _ = theirs(probs, list(truths))

    cross_entropy_inplace(probs, Gold(numbers), label_smoothing=smoothing)

    np.testing.assert_allclose(probs, expected, atol=1e-6)


def test_single_class_cannot_be_smoothed():
    probs = np.ones((2, 1), "float32")
    assert cross_entropy_inplace(probs, Gold(np.array([0, 0])), label_smoothing=0.05) == 0


@pytest.mark.parametrize("smoothing", [-0.1, 0.5, 1.0])
def test_smoothing_past_the_even_share_is_refused(smoothing):
    probs = np.full((1, 2), 0.5, "float32")
    with pytest.raises(KernelError, match=r"`label_smoothing` must be .* below 0\.5 for 2 labels"):
        cross_entropy_inplace(probs, Gold(np.array([0])), label_smoothing=smoothing)


def test_labels_are_found_by_their_ids(vocab):
    labels = ["X", "NN", "VB"]
    ids = vocab.strings.add_all(["VB", "!NN", "", "NN", "what", "X"])
    known = np.array([True, True, True, False, True, True])

    gold, unknown = LabelNumbers(labels, neg_prefix="!").find(ids, known=known)

    assert gold.classes.tolist() == [2, 1, -1, -1, -1, 0]
    assert gold.negatives.tolist() == [False, True, False, False, False, False]
    assert [vocab.strings[key] for key in unknown.tolist()] == ["what"]


def test_label_that_begins_with_the_prefix_is_a_label(vocab):
    ids = vocab.strings.add_all(["!A", "A"])
    gold, _ = LabelNumbers(["A", "!A"], neg_prefix="!").find(ids, known=np.array([True, True]))
    assert gold.classes.tolist() == [1, 0]
    assert gold.negatives is None
