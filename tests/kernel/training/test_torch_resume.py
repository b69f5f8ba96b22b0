"""A run with a torch module in a Thinc model: resumed, frozen, saved and stopped by name."""

import numpy as np
import pytest
from thinc.api import Model, PyTorchWrapper, Softmax, chain

torch = pytest.importorskip("torch")

from kernel import Language, load  # noqa: E402
from kernel.errors import CheckpointError  # noqa: E402
from kernel.ops import ThincWeights  # noqa: E402
from kernel.training.packing import read_arrays  # noqa: E402
from kernel.training.steps import NonFiniteError  # noqa: E402

pytestmark = [pytest.mark.needs("torch"), pytest.mark.usefixtures("quick_disk")]


class Net(torch.nn.Module):
    """Dropout draws from torch's generator, and the buffer changes in training."""

    def __init__(self, width):
        super().__init__()
        self.hidden = torch.nn.Linear(width, 8)
        self.drop = torch.nn.Dropout(0.3)
        self.register_buffer("mean", torch.zeros(8))

    def forward(self, X):
        Y = self.hidden(X)
        if self.training:
            self.mean.lerp_(Y.detach().mean(0), 0.1)
        return self.drop(torch.relu(Y - self.mean))


@pytest.fixture(scope="module")
def guesser(toys):
    """The factory of a component whose model has a torch module between layers of Thinc."""

    class TorchGuesser(toys.Guesser):
        def __init__(self, nlp, name):
            super().__init__(nlp, name)
            features = Model("features", lambda model, docs, is_train: (toys.features(docs), list))
            self.model = chain(features, PyTorchWrapper(Net(toys.N_BUCKETS)), Softmax(2, 8))

        def initialize(self, get_examples, *, nlp=None):
            self.found = ["early", "late"]
            self.model.initialize()

    @Language.factory("toy_torch_guesser", default_score_weights={"toy_acc": 1.0})
    def make(nlp, name):
        return TorchGuesser(nlp, name)

    return "toy_torch_guesser"


@pytest.mark.parametrize("step", [0, 6, 11, 19])
@pytest.mark.parametrize("training", [{}, {"accumulate_gradient": 3}], ids=["plain", "parts"])
def test_resumed_run_ends_with_the_same_bytes(
    guesser, fit, crash, bytes_of, tmp_path, step, training
):
    fit(tmp_path / "whole", factory=guesser, **training)
    crash(tmp_path / "cut", step, factory=guesser, **training)
    fit(tmp_path / "cut", factory=guesser, resume=True, **training)
    found = bytes_of(tmp_path / "cut")
    assert found == bytes_of(tmp_path / "whole")
    assert "raw guess/1/shims/0/hidden.weight" in found
    assert "raw guess/1/shims/0/mean" in found


def test_frozen_module_with_other_weights_is_refused(guesser, fit, crash, tmp_path):
    fit(tmp_path / "source", factory=guesser, max_steps=1)
    training = {
        "pipeline": ["other", "guess"],
        "factory": guesser,
        "sources": {"other": tmp_path / "source" / "model-last"},
        "frozen_components": ["other"],
    }
    crash(tmp_path / "cut", 8, **training)
    fit(tmp_path / "source", factory=guesser, max_steps=1, seed=77, overwrite=True)
    with pytest.raises(CheckpointError, match="that are not trained have changed"):
        fit(tmp_path / "cut", resume=True, **training)


def test_saved_model_has_averages_of_tensors(guesser, fit, tmp_path):
    fit(tmp_path, factory=guesser, max_steps=12)
    raw = read_arrays(tmp_path / "checkpoint" / "weights.npz")
    model = load(tmp_path / "model-last").get_pipe("guess").model
    saved = ThincWeights(model).named_arrays()
    assert (raw["guess/1/shims/0/hidden.weight"] != saved["1/shims/0/hidden.weight"]).any()
    # There are no averages of buffers.
    np.testing.assert_array_equal(raw["guess/1/shims/0/mean"], saved["1/shims/0/mean"])


def test_run_with_a_gradient_that_is_not_finite_names_the_tensor(guesser, fit, monkeypatch):
    forward = Net.forward

    def exploding(self, X):
        Y = forward(self, X)
        Y.register_hook(lambda gradient: gradient / 0.0)
        return Y

    monkeypatch.setattr(
        Net, "forward", lambda self, X: (exploding if self.training else forward)(self, X)
    )
    with pytest.raises(
        NonFiniteError, match=r"gradient of `guess`, for `hidden\.\w+` of the layer `Net`"
    ):
        fit(factory=guesser)
