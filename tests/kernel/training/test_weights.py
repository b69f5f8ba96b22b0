"""A component with weights of another library is trained, checked, saved and resumed."""

import contextlib

import numpy as np
import pytest

from kernel import Language
from kernel.config import Config
from kernel.errors import CheckpointError
from kernel.ops import ThincWeights
from kernel.pipeline import Weighted
from kernel.training import NonFiniteError
from kernel.training.packing import read_arrays
from kernel.training.parameters import weights_of

N_BUCKETS = 16


class NumpyWeights:
    """A matrix, its gradient, and the component's own optimizer with momentum."""

    def __init__(self):
        self.matrix = np.zeros((N_BUCKETS, 2), "f")
        self.gradient = np.zeros_like(self.matrix)
        self.bias = np.zeros(2, "f")
        self.d_bias = np.zeros(2, "f")
        self.momentum = np.zeros(2, "f")

    def named_arrays(self):
        return {"matrix": self.matrix, "bias": self.bias, "momentum": self.momentum}

    def load_arrays(self, arrays):
        for name, array in arrays.items():
            getattr(self, name)[...] = array

    def optimizer_keys(self):
        return {("numpy", id(self), "matrix"): "matrix"}

    def gradients(self):
        yield "matrix", self.gradient
        yield "bias", self.d_bias

    def finish_update(self, optimizer):
        (key,) = self.optimizer_keys()
        optimizer(key, self.matrix, self.gradient)
        self.momentum[...] = 0.9 * self.momentum + self.d_bias
        self.bias -= 0.01 * self.momentum
        self.d_bias[...] = 0


class NumpyGuesser:
    """Predicts the category of a doc, without Thinc and without a base class."""

    name = "guess"
    is_trainable = True
    labels = ("early", "late")

    def __init__(self):
        self.weights = NumpyWeights()
        self.breaks_at = None

    def features(self, docs):
        counts = [np.bincount(doc.lex % N_BUCKETS, minlength=N_BUCKETS) for doc in docs]
        return np.array(counts, "f")

    def __call__(self, doc):
        scores = (self.features([doc]) @ self.weights.matrix + self.weights.bias)[0]
        doc.cats = dict(zip(self.labels, map(float, scores), strict=True))
        return doc

    def update(self, examples, *, drop, sgd, losses):
        X = self.features([eg.predicted for eg in examples])
        gold = np.array([[eg.reference.cats[label] for label in self.labels] for eg in examples])
        error = (X @ self.weights.matrix + self.weights.bias - gold).astype("f")
        self.weights.gradient += X.T @ error
        self.weights.d_bias += error.sum(axis=0)
        if self.breaks_at is not None and self.weights.matrix.any():
            self.weights.gradient[0, 0] = self.breaks_at
        losses[self.name] = losses.get(self.name, 0.0) + float((error**2).sum())
        return losses

    def finish_update(self, sgd):
        self.weights.finish_update(sgd)

    @contextlib.contextmanager
    def use_params(self, params):
        (key,) = self.weights.optimizer_keys()
        own = self.weights.matrix
        self.weights.matrix = params.get(key, own)
        try:
            yield
        finally:
            self.weights.matrix = own

    def score(self, examples):
        right = [
            max(eg.predicted.cats, key=eg.predicted.cats.get)
            == max(eg.reference.cats, key=eg.reference.cats.get)
            for eg in examples
        ]
        return {"toy_acc": float(np.mean(right))}

    def to_disk(self, path, *, exclude=()):
        path.mkdir()
        np.savez(path / "weights.npz", **self.weights.named_arrays())

    def from_disk(self, path, *, exclude=()):
        self.weights.load_arrays(read_arrays(path / "weights.npz"))
        return self


@Language.factory("numpy_guesser", default_score_weights={"toy_acc": 1.0})
def make_numpy_guesser(nlp, name):
    return NumpyGuesser()


@pytest.fixture
def fit_numpy(toys, fit, monkeypatch):
    """Return a function that trains the component, as `fit` does."""
    make = toys.make_config

    def make_config(**training):
        config = dict(make(**training))
        return Config({**config, "components": {"guess": {"factory": "numpy_guesser"}}})

    monkeypatch.setattr(toys, "make_config", make_config)
    return fit


@pytest.mark.usefixtures("quick_disk")
def test_resumed_run_ends_with_the_same_weights(fit_numpy, tmp_path):
    straight, output = fit_numpy(tmp_path / "straight", max_steps=20)
    fit_numpy(tmp_path / "resumed", max_steps=9)
    resumed, again = fit_numpy(tmp_path / "resumed", resume=True, max_steps=20)

    one, other = (nlp.get_pipe("guess").weights.named_arrays() for nlp in (straight, resumed))
    assert set(one) == {"matrix", "bias", "momentum"}
    for name, array in one.items():
        assert array.any()
        assert (array == other[name]).all(), name
    averaged = [read_arrays(path / "guess" / "weights.npz")["matrix"] for path in (output, again)]
    assert (averaged[0] == averaged[1]).all()
    assert (averaged[0] != one["matrix"]).any()
    raw = read_arrays(tmp_path / "straight" / "checkpoint" / "weights.npz")
    assert (raw["guess/matrix"] == one["matrix"]).all()


@pytest.mark.usefixtures("quick_disk")
def test_checkpoint_of_other_weights_is_refused(fit_numpy, tmp_path, monkeypatch):
    fit_numpy(tmp_path / "out", max_steps=6)
    monkeypatch.setattr(NumpyWeights, "named_arrays", lambda self: {"matrix": self.matrix})

    with pytest.raises(
        CheckpointError, match="the weights `guess/bias` are in the checkpoint only"
    ):
        fit_numpy(tmp_path / "out", resume=True, max_steps=12)


def test_gradient_that_is_not_finite_is_named(fit_numpy, monkeypatch):
    def make_broken(component):
        component.weights, component.breaks_at = NumpyWeights(), np.nan

    monkeypatch.setattr(NumpyGuesser, "__init__", make_broken)
    with pytest.raises(
        NonFiniteError, match="the gradient of `guess`, for `matrix`, is not finite at step 1"
    ):
        fit_numpy(max_steps=4)


class OwnOptimizer:
    """Learns one number with its own optimizer; its `weights` do not follow the protocol."""

    name = "guess"
    weights = (0.5,)

    def __init__(self):
        self.steps = 0

    def __call__(self, doc):
        return doc

    def update(self, examples, *, drop, sgd, losses):
        losses[self.name] = losses.get(self.name, 0.0) + 1.0
        return losses

    def finish_update(self, sgd):
        self.steps += 1

    def score(self, examples):
        return {"toy_acc": 1.0}


def test_component_without_named_weights_learns_and_cannot_be_resumed(
    fit_numpy, tmp_path, monkeypatch, caplog
):
    made = OwnOptimizer()
    monkeypatch.setattr(f"{__name__}.NumpyGuesser", lambda: made)
    fit_numpy(tmp_path / "out", max_steps=3)
    assert made.steps == 4  # steps 0 to 3
    assert "this run cannot be resumed: the component `guess` has no `weights`" in caplog.text


def test_weights_are_those_of_the_component_or_of_its_model(toys):
    guesser = NumpyGuesser()

    assert isinstance(guesser, Weighted)
    assert weights_of(guesser) is guesser.weights
    assert weights_of(lambda doc: doc) is None
    trained = toys.init_nlp(toys.make_config())
    weights = weights_of(trained.get_pipe("guess"))
    assert isinstance(weights, ThincWeights)
    assert set(weights.named_arrays()) == {"model/W", "model/b"}
    assert set(weights.optimizer_keys().values()) == {"model/W", "model/b"}
