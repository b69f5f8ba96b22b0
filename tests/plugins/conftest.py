"""Fixtures for the tests of several components."""

import numpy as np
import pytest


@pytest.fixture
def sgd():
    """Gradient descent with a fixed maximum step size."""

    def step(key, weights, gradient, lr_scale=1.0):
        weights -= 0.02 * gradient / max(1.0, float(np.abs(gradient).max()))
        gradient[...] = 0
        return weights, gradient

    return step


@pytest.fixture
def shake():
    """Sets the output layer of a model to random weights, so that it predicts all classes."""

    def run(model, seed, scale=1.0):
        rng = np.random.default_rng(seed)
        layer = model.get_ref("upper" if model.attrs["has_upper"] else "lower")
        for name in ("W", "b"):
            shape = layer.get_param(name).shape
            layer.set_param(name, (scale * rng.normal(size=shape)).astype("float32"))

    return run
