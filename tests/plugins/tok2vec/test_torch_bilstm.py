"""The LSTM encoder compared with a textbook LSTM, and without PyTorch."""

import sys

import numpy as np
import pytest

from kernel import random
from kernel.errors import KernelError, PluginError
from kernel.ops import Packed
from kernel.registry import registry

WIDTH = 4


@pytest.fixture
def make_encoder():
    pytest.importorskip("torch")

    def make(*, depth=2, dropout=0.0, dtype="float32"):
        get = registry.architectures.get("spacy.TorchBiLSTMEncoder.v1")
        with random.Streams(0).use("init"):
            model = get(width=WIDTH, depth=depth, dropout=dropout).initialize()
        for name in model.param_names:
            model.set_param(name, 2 * model.get_param(name).astype(dtype))
        return model

    return make


def draw(*lengths, dtype="float32", seed=0):
    data = np.random.default_rng(seed).normal(size=(sum(lengths), WIDTH)).astype(dtype)
    return Packed(data, lengths)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def read(X, params, suffix):
    """One direction of one layer, a word at a time: Hochreiter & Schmidhuber's cell with biases."""
    hidden, cell, outputs = np.zeros(WIDTH // 2), np.zeros(WIDTH // 2), []
    for x in X[::-1] if suffix.endswith("reverse") else X:
        gates = params[f"weight_ih{suffix}"] @ x + params[f"bias_ih{suffix}"]
        gates = gates + params[f"weight_hh{suffix}"] @ hidden + params[f"bias_hh{suffix}"]
        into, forget, value, out = np.split(gates, 4)
        cell = sigmoid(forget) * cell + sigmoid(into) * np.tanh(value)
        hidden = sigmoid(out) * np.tanh(cell)
        outputs.append(hidden)
    return np.array(outputs[::-1] if suffix.endswith("reverse") else outputs)


def expected(model, X):
    params = {name: model.get_param(name) for name in model.param_names}
    for layer in range(model.attrs["depth"]):
        sides = [read(X, params, f"_l{layer}{side}") for side in ("", "_reverse")]
        X = np.concatenate(sides, axis=1)
    return X


@pytest.mark.parametrize("lengths", [(5, 0, 3, 1), (0,), (), (2,)], ids=str)
@pytest.mark.parametrize("is_train", [False, True])
def test_each_doc_is_read_by_itself_from_both_ends(make_encoder, lengths, is_train):
    model, X = make_encoder(), draw(*lengths)
    Y, _ = model(X, is_train)
    assert [len(array) for array in Y] == list(lengths)
    for made, array in zip(Y, X, strict=True):
        if len(array):
            np.testing.assert_allclose(made, expected(model, array), rtol=1e-4, atol=1e-5)


def test_gradients_match_finite_differences(make_encoder):
    model, X = make_encoder(dtype="float64"), draw(3, 0, 2, dtype="float64")
    weight = np.random.default_rng(1).normal(size=X.data.shape)
    Y, backprop = model.begin_update(X)
    dX = backprop(Y.like(weight))

    def loss():
        return (model.predict(X).data * weight).sum()

    params = [(model.get_param(name), model.get_grad(name)) for name in model.param_names]
    for values, gradient in [*params, (X.data, dX.data)]:
        for index in list(np.ndindex(values.shape))[::5]:
            kept = values[index]
            values[index] = kept + 1e-6
            above = loss()
            values[index] = kept - 1e-6
            below = loss()
            values[index] = kept
            assert gradient[index] == pytest.approx((above - below) / 2e-6, abs=1e-4)


def test_dropout_between_layers_comes_from_the_stream_in_use(make_encoder):
    model, X, streams = make_encoder(dropout=0.5), draw(5, 4), random.Streams(3)
    made = []
    for _ in range(2):
        with random.Streams(3).use("dropout"):
            made.append(model.begin_update(X)[0].data)
    with streams.use("dropout"):
        model.begin_update(X)
        made.append(model.begin_update(X)[0].data)
    np.testing.assert_array_equal(made[0], made[1])
    assert (made[0] != made[2]).any()
    assert (model.predict(X).data != made[0]).any()


def test_weights_are_parameters_of_the_model(make_encoder):
    model, X = make_encoder(), draw(3)
    other = make_encoder()
    for name in other.param_names:
        other.set_param(name, np.zeros_like(other.get_param(name)))
    other.from_bytes(model.to_bytes())
    np.testing.assert_array_equal(other.predict(X).data, model.predict(X).data)
    assert model.get_param("weight_hh_l1_reverse").shape == (8, 2)


def test_no_layers_change_nothing():
    model = registry.architectures.get("kernel.TorchBiLSTMEncoder.v1")(7, depth=0, dropout=0.0)
    X = draw(3)
    assert model.predict(X) is X


def test_odd_width_is_refused():
    with pytest.raises(KernelError, match=r"`width` must be even .* got 3"):
        registry.architectures.get("kernel.TorchBiLSTMEncoder.v1")(3, depth=1, dropout=0.0)


def test_missing_pytorch_gives_a_hint(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(PluginError, match=r"(?s)needs PyTorch.*pip install torch"):
        registry.architectures.get("kernel.TorchBiLSTMEncoder.v1")(4, depth=1, dropout=0.0)
