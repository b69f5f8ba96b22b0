import numpy as np
import pytest

from kernel.random import fix_random_seed
from kernel_plugin_transition.affine import precomputable_affine
from kernel_plugin_transition.learning import score_gradient
from kernel_plugin_transition.scorer import StateScorer
from kernel_plugin_transition.weights import StepWeights, Upper, read_weights

N_TOKENS, N_FEATURES, WIDTH, HIDDEN, N_CLASSES = 7, 3, 5, 4, 6
IDS = np.array([[0, -1, -1], [3, 1, 2], [3, 1, -1], [6, 6, 5], [2, -1, 0]])


def random_weights(rng, *, n_pieces, use_upper):
    width = HIDDEN if use_upper else N_CLASSES
    return StepWeights(
        W=rng.normal(size=(N_FEATURES, WIDTH, n_pieces * width)),
        b=rng.normal(size=n_pieces * width),
        pad=rng.normal(size=(N_FEATURES, n_pieces * width)),
        upper=Upper(rng.normal(size=(HIDDEN, N_CLASSES)), rng.normal(size=N_CLASSES))
        if use_upper
        else None,
        n_pieces=n_pieces,
    )


@pytest.fixture(params=[(1, True), (2, True), (3, True), (2, False), (1, False)], ids=str)
def weights(request):
    n_pieces, use_upper = request.param
    return random_weights(np.random.default_rng(0), n_pieces=n_pieces, use_upper=use_upper)


@pytest.fixture
def X():
    return np.random.default_rng(1).normal(size=(N_TOKENS, WIDTH))


def test_score_is_affine_in_tokens_then_maxout_then_linear(X):
    weights = random_weights(np.random.default_rng(0), n_pieces=2, use_upper=True)
    affine = weights.b + X[3] @ weights.W[0] + X[1] @ weights.W[1] + weights.pad[2]
    hidden = np.maximum(affine[:HIDDEN], affine[HIDDEN:])
    expected = hidden @ weights.upper.W + weights.upper.b
    assert StateScorer(X, weights).score(IDS)[2] == pytest.approx(expected)


def test_all_ways_of_scoring_agree(X, weights):
    direct = StateScorer(X, weights).score(IDS)
    scorer = StateScorer(X, weights)
    scorer.precompute()
    assert scorer.score(IDS) == pytest.approx(direct)
    for row, ids in enumerate(IDS.tolist()):
        assert scorer.score_one(ids) == pytest.approx(direct[row])
    alone = np.stack([np.arange(2, 5), np.full(3, -1), np.full(3, -1)], axis=1)
    assert scorer.score_alone(slice(2, 5)) == pytest.approx(scorer.score(alone))


def test_unseen_class_gets_the_lowest_score(X, weights):
    plain = StateScorer(X, weights).score(IDS)
    held = StateScorer(X, weights, unseen=[1, 4]).score(IDS)
    assert (held[:, [1, 4]] == plain.min(axis=1, keepdims=True)).all()
    assert (held[:, [0, 2, 3, 5]] == plain[:, [0, 2, 3, 5]]).all()


def negative_log_likelihood(scores, is_gold):
    def log_sum(masked):
        top = masked.max(axis=1, keepdims=True)
        return top[:, 0] + np.log(np.exp(masked - top).sum(axis=1))

    return float((log_sum(scores) - log_sum(np.where(is_gold, scores, -np.inf))).sum())


def run_in_training(X, weights):
    """All calls of a scorer in training, with the same dropout every time."""
    fix_random_seed(0)
    scorer = StateScorer(X, weights, is_train=True)
    scorer.score_alone(slice(1, N_TOKENS))
    scorer.score(IDS)
    return scorer


def test_gradients_match_finite_differences(X, weights):
    rng = np.random.default_rng(2)
    n_states = N_TOKENS - 1 + len(IDS)
    costs = rng.integers(0, 3, (n_states, N_CLASSES)).astype(float)
    valid = rng.random((n_states, N_CLASSES)) < 0.7
    valid[:, 0] = True
    is_gold = valid & (costs <= np.where(valid, costs, np.inf).min(axis=1, keepdims=True))

    scorer = run_in_training(X, weights)
    _, d_scores = score_gradient(scorer.scores(), costs, valid)
    dX, gradients = scorer.backprop(d_scores)

    checked = {"X": (X, dX), "W": (weights.W, gradients.W), "b": (weights.b, gradients.b)}
    checked["pad"] = (weights.pad, gradients.pad)
    if weights.upper is not None:
        checked["upper W"] = (weights.upper.W, gradients.upper.W)
        checked["upper b"] = (weights.upper.b, gradients.upper.b)
    for name, (values, gradient) in checked.items():
        for place in rng.integers(0, values.size, 12):
            index = np.unravel_index(place, values.shape)
            numeric = slope(values, index, lambda: loss_of(X, weights, is_gold))
            assert gradient[index] == pytest.approx(numeric, rel=1e-4, abs=1e-6), name


def loss_of(X, weights, is_gold):
    return negative_log_likelihood(run_in_training(X, weights).scores(), is_gold)


def slope(values, index, compute, step=1e-6):
    kept = values[index]
    values[index] = kept + step
    above = compute()
    values[index] = kept - step
    below = compute()
    values[index] = kept
    return (above - below) / (2 * step)


def test_token_shown_twice_gets_both_gradients(X, weights):
    twice = StateScorer(X, weights, is_train=True)
    fix_random_seed(0)
    twice.score(np.array([[4, 4, 4]]))
    dX, _ = twice.backprop(np.ones((1, N_CLASSES)))
    assert not dX[[0, 1, 2, 3, 5, 6]].any()
    fix_random_seed(0)
    copies = np.stack([X[4]] * 3)
    apart = StateScorer(copies, weights, is_train=True)
    apart.score(np.array([[0, 1, 2]]))
    dX_apart, _ = apart.backprop(np.ones((1, N_CLASSES)))
    assert dX[4] == pytest.approx(dX_apart.sum(axis=0))


def test_precomputable_layer_gives_the_same_table():
    layer = precomputable_affine(HIDDEN, N_FEATURES, WIDTH, 2)
    layer.initialize()
    X = np.random.default_rng(0).normal(size=(N_TOKENS, WIDTH)).astype("float32")
    Yf = layer.predict(X)  # (N + 1, F, O, P)
    weights = read_weights(layer, None)
    table = StateScorer(X, weights).precompute().copy()
    table[::N_FEATURES] -= weights.b  # it comes with the first feature
    table = table.reshape((N_TOKENS + 1, N_FEATURES, 2, HIDDEN))
    rows = np.append(np.arange(1, N_TOKENS + 1), 0)
    np.testing.assert_allclose(Yf[rows], table.transpose(0, 1, 3, 2), rtol=1e-5, atol=1e-5)


def test_precomputable_layer_starts_with_unit_variance():
    fix_random_seed(0)
    layer = precomputable_affine(64, 3, 32, 2)
    layer.initialize()
    weights = read_weights(layer, None)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 32)).astype("float32")
    outputs = StateScorer(X, weights).score(rng.integers(0, 2000, (3000, 3)))
    assert outputs.var() == pytest.approx(1, abs=0.05)
    assert outputs.mean() == pytest.approx(0, abs=0.05)


def test_precomputable_layer_backprop_matches_finite_differences():
    layer = precomputable_affine(2, 2, 3, 2)
    layer.initialize()
    rng = np.random.default_rng(0)
    X, dY = rng.normal(size=(4, 3)), rng.normal(size=(5, 2, 2, 2))
    layer.set_param("W", layer.get_param("W").astype("float64"))
    layer.set_param("pad", layer.get_param("pad").astype("float64"))
    _, backprop = layer(X, is_train=True)
    dX = backprop(dY)

    def loss():
        return float((layer.predict(X) * dY).sum())

    W = layer.get_param("W")
    assert dX[1, 2] == pytest.approx(slope(X, (1, 2), loss), rel=1e-5)
    assert layer.get_grad("W")[1, 0, 1, 2] == pytest.approx(slope(W, (1, 0, 1, 2), loss), rel=1e-5)


def test_gradient_is_softmax_minus_softmax_of_the_cheapest():
    scores = np.log(np.array([[1.0, 2.0, 5.0]]))
    costs, valid = np.array([[1.0, 0.0, 0.0]]), np.array([[True, True, True]])
    loss, d_scores = score_gradient(scores, costs, valid)
    assert d_scores[0] == pytest.approx([1 / 8, 2 / 8 - 2 / 7, 5 / 8 - 5 / 7])
    assert loss == pytest.approx(float((d_scores**2).sum()))


def test_cheapest_valid_action_is_gold_when_free_ones_are_invalid():
    scores = np.zeros((1, 3))
    costs, valid = np.array([[0.0, 2.0, 1.0]]), np.array([[False, True, True]])
    _, d_scores = score_gradient(scores, costs, valid)
    assert d_scores[0] == pytest.approx([1 / 3, 1 / 3, -2 / 3])


def test_states_without_a_valid_class_count_for_nothing():
    scores = np.random.default_rng(0).normal(size=(3, 4))
    costs, valid = np.zeros((3, 4)), np.ones((3, 4), bool)
    valid[1] = False
    loss, d_scores = score_gradient(scores, costs, valid)
    others, d_others = score_gradient(scores[[0, 2]], costs[[0, 2]], valid[[0, 2]])
    assert not d_scores[1].any()
    np.testing.assert_allclose(d_scores[[0, 2]], d_others, rtol=1e-6)
    assert loss == pytest.approx(others)


def test_unseen_classes_get_no_gradient():
    scores = np.zeros((2, 3))
    _, d_scores = score_gradient(scores, np.ones((2, 3)), np.ones((2, 3), bool), unseen=[2])
    assert not d_scores[:, 2].any()


def test_gold_far_below_the_best_score_still_pulls():
    scores = np.array([[0.0, 400.0]], "float32")
    _, d_scores = score_gradient(scores, np.array([[0.0, 1.0]]), np.ones((1, 2), bool))
    assert d_scores[0] == pytest.approx([-1, 1])
