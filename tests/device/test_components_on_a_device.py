"""Every component, in every architecture and with every optimizer, computes the same on a device.

On the device double in every run; on a GPU with `make gpu-check`.
"""

import pytest

from kernel.registry import registry
from kernel.testing import device_checks, device_double, gpu
from tests.device.cases import CASES, TORCH_CASES, make_examples, transformer_cases

DEVICES = [pytest.param(device_double, id="double"), pytest.param(gpu, marks=pytest.mark.gpu)]
LEARNS, MOVES, REHEARSES = range(3)


@pytest.fixture
def linear():
    """A torch module under a name for configs."""
    torch = pytest.importorskip("torch")

    @registry.layers("test.device_linear.v1")
    def make_linear(width: int):
        return torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.GELU())


def check(case, which, device, optimizer=None, cases=CASES):
    factory, config, prepare = cases[case]
    checks = device_checks(
        factory,
        make_examples,
        config=config,
        prepare=prepare,
        optimizer=optimizer,
        device=device,
    )
    checks[which]()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", CASES)
def test_it_learns_and_predicts_the_same(case, device):
    check(case, LEARNS, device)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("which", [LEARNS, MOVES, REHEARSES])
@pytest.mark.parametrize("case", TORCH_CASES)
def test_models_of_torch_compute_the_same(case, which, device, linear):
    check(case, which, device, cases=TORCH_CASES)


@pytest.mark.needs("torch", "kernel_plugin_transformer")
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("case", "which"),
    [
        ("tagger", LEARNS),
        ("max-pooling", LEARNS),
        ("ner", LEARNS),
        ("ner", MOVES),
        ("own-transformer", LEARNS),
        ("own-transformer", MOVES),
    ],
)
def test_transformers_compute_the_same(case, which, device, tiny_encoder):
    check(case, which, device, cases=transformer_cases(tiny_encoder))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", ["ner", "listener", "floret-vectors", "static-vectors", "textcat"])
def test_files_do_not_depend_on_the_device(case, device):
    check(case, MOVES, device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", ["ner", "parser", "listener", "textcat"])
def test_it_rehearses_the_same(case, device):
    check(case, REHEARSES, device)


OPTIMIZERS = {
    "adam": ("Adam.v1", {"learn_rate": 0.01}),
    "adam-decay-in-the-gradient": (
        "Adam.v1",
        {"learn_rate": 0.01, "L2": 0.01, "L2_is_weight_decay": False},
    ),
    "adam-clipped": ("Adam.v1", {"learn_rate": 0.01, "grad_clip": 0.01}),
    "adam-without-averages": ("Adam.v1", {"learn_rate": 0.01, "use_averages": False}),
    "radam": ("RAdam.v1", {"learn_rate": 0.01}),
    "sgd": ("SGD.v1", {"learn_rate": 0.01}),
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_update_the_same(name, device):
    function, settings = OPTIMIZERS[name]
    check("ner", LEARNS, device, lambda: registry.optimizers.get(function)(**settings))
