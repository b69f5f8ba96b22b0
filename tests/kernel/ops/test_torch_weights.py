"""Torch modules in Thinc models and alone: their weights as arrays, and steps of optimizers."""

import copy

import numpy as np
import pytest
from thinc.api import Linear, PyTorchWrapper, chain

torch = pytest.importorskip("torch")

from kernel.errors import UnsupportedError  # noqa: E402
from kernel.ops import (  # noqa: E402
    NonFiniteGradientError,
    ThincWeights,
    TorchWeights,
    copy_model,
    finish_update,
    from_torch,
    gradients,
    to_torch,
    use_params,
)
from kernel.registry import registry  # noqa: E402

pytestmark = pytest.mark.needs("torch")


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(7, 4)
        self.norm = torch.nn.BatchNorm1d(4)
        self.out = torch.nn.Linear(4, 3)
        self.register_buffer("cache", torch.zeros(2), persistent=False)

    def forward(self, ids):
        return self.out(self.norm(self.words(ids)))


def make_net(seed=0):
    torch.manual_seed(seed)
    return Net()


def add_gradients(module, seed=0):
    torch.manual_seed(seed)
    (module(torch.tensor([1, 2, 2, 5])) * torch.randn(4, 3)).sum().backward()


def make_optimizer(name="Adam.v1", **settings):
    return registry.optimizers.get(name)(learn_rate=0.1, **settings)


def make_model(module):
    """A torch module between two layers of Thinc, with gradients."""
    model = chain(Linear(4, 5), PyTorchWrapper(module), Linear(2, 3))
    X = np.random.default_rng(0).normal(size=(6, 5)).astype("f")
    model.initialize(X=X)
    Y, backprop = model.begin_update(X)
    backprop(np.ones_like(Y))
    return model


def step(model, optimizer):
    for _, _, gradient in gradients(model):
        np.add(gradient, 1, out=gradient)
    finish_update(model, optimizer)


# -- the bridge


def test_arrays_and_tensors_share_memory():
    array = np.arange(6, dtype="f").reshape(2, 3)
    tensor = to_torch(array)
    tensor[1, 2] = -1
    assert array[1, 2] == -1
    from_torch(tensor, np)[0, 0] = 9
    assert array[0, 0] == 9


def test_tensor_of_the_bridge_has_a_gradient():
    tensor = to_torch(np.ones(3, dtype="f"), requires_grad=True)
    (2 * tensor).sum().backward()
    assert from_torch(tensor.grad).tolist() == [2, 2, 2]


def test_tensor_without_values_is_refused():
    with pytest.raises(UnsupportedError, match="`meta` cannot be an array of numpy"):
        from_torch(torch.empty(3, device="meta"))


# -- names


def test_tensors_are_named_by_node_shim_and_module():
    model = make_model(torch.nn.Linear(4, 3))
    weights = ThincWeights(model)
    assert sorted(weights.named_arrays()) == [
        "0/W",
        "0/b",
        "1/shims/0/bias",
        "1/shims/0/weight",
        "2/W",
        "2/b",
    ]
    assert sorted(weights.optimizer_keys().values()) == sorted(weights.named_arrays())
    assert sorted(name for name, _ in weights.gradients()) == sorted(weights.named_arrays())
    assert weights.foreign_layers() == []


def test_buffers_are_stored_and_have_no_gradient():
    weights = TorchWeights(make_net())
    buffers = {"norm.running_mean", "norm.running_var", "norm.num_batches_tracked"}
    assert weights.named_arrays().keys() - set(weights.optimizer_keys().values()) == buffers


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_arrays_of_every_type_are_loaded_again(dtype):
    net, other = make_net(0).to(dtype), make_net(1).to(dtype)
    TorchWeights(other).load_arrays(TorchWeights(net).named_arrays())
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name]), name


def test_keys_of_a_shim_and_of_a_node_with_its_number_differ():
    model = make_model(torch.nn.Linear(4, 3))
    model.layers[1].shims[0].id = model.layers[0].id
    copied = copy.deepcopy(model)  # known by the number of the shim
    assert len(ThincWeights(copied).optimizer_keys()) == 6


def test_module_used_twice_has_one_name():
    module = torch.nn.Linear(4, 4)
    model = chain(PyTorchWrapper(module), PyTorchWrapper(module))
    assert sorted(ThincWeights(model).named_arrays()) == ["0/shims/0/bias", "0/shims/0/weight"]


def test_tied_tensors_have_one_name():
    net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    net[1].weight = net[0].weight
    weights = TorchWeights(net)
    assert sorted(weights.named_arrays()) == ["0.bias", "0.weight", "1.bias"]
    assert sorted(weights.optimizer_keys().values()) == ["0.bias", "0.weight", "1.bias"]


# -- steps


@pytest.mark.parametrize("name", ["Adam.v1", "RAdam.v1", "SGD.v1"])
@pytest.mark.parametrize("settings", [{}, {"L2": 0.1}, {"L2": 0.1, "L2_is_weight_decay": False}])
def test_tensors_are_updated_like_arrays(name, settings):
    net = make_net()
    weights = TorchWeights(net)
    optimizer, reference = make_optimizer(name, **settings), make_optimizer(name, **settings)
    expected = {param: tensor.detach().numpy().copy() for param, tensor in net.named_parameters()}
    for step in range(7):
        add_gradients(net, step)
        for param, gradient in weights.gradients():
            reference((99, param), expected[param], gradient.copy())
        weights.finish_update(optimizer)
    for param, tensor in net.named_parameters():
        np.testing.assert_allclose(tensor.detach().numpy(), expected[param], atol=2e-6)
        assert not tensor.grad.any()


def test_adam_on_tensors_is_the_adam_of_torch():
    net, other = make_net(), make_net()
    optimizer = make_optimizer(grad_clip=0.0, use_averages=False, eps=1e-8)
    theirs = torch.optim.Adam(other.parameters(), lr=0.1)
    for step in range(5):
        add_gradients(net, step)
        TorchWeights(net).finish_update(optimizer)
        add_gradients(other, step)
        theirs.step()
        theirs.zero_grad()
    for ours, expected in zip(net.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(ours, expected, atol=2e-4, rtol=0)


def test_optimizer_of_thinc_updates_tensors():
    from thinc.api import SGD

    model = make_model(module := torch.nn.Linear(4, 3))
    before, gradient = module.bias.detach().clone(), module.bias.grad.clone()
    finish_update(model, SGD(0.5, grad_clip=0.0, L2=0.0, use_averages=False))
    torch.testing.assert_close(module.bias.detach(), before - 0.5 * gradient)
    assert not module.bias.grad.any()


def test_parameters_without_a_gradient_are_left():
    net = make_net()
    net.words.weight.requires_grad_(False)
    before = net.words.weight.clone()
    add_gradients(net)
    TorchWeights(net).finish_update(make_optimizer(L2=0.5))
    assert torch.equal(net.words.weight, before)
    assert not torch.equal(net.out.weight, make_net().out.weight)


def test_gradients_of_several_batches_add_up_after_a_step():
    net, other = make_net(), make_net()
    for module, n_parts in ((net, 1), (other, 2)):
        weights, optimizer = TorchWeights(module), make_optimizer("SGD.v1", grad_clip=0.0)
        for _ in range(3):
            for _ in range(n_parts):
                (module(torch.tensor([1, 2])).sum() / n_parts).backward()
            weights.finish_update(optimizer)
    torch.testing.assert_close(net.out.weight, other.out.weight)


def test_gradient_that_is_not_finite_is_named_before_a_change():
    model = make_model(module := torch.nn.Linear(4, 3))
    before = module.bias.detach().clone()
    module.weight.grad[1, 1] = np.nan
    with pytest.raises(NonFiniteGradientError, match="`weight` of the layer `Linear`"):
        finish_update(model, make_optimizer())
    assert torch.equal(module.bias, before)


def test_sparse_gradient_is_applied():
    dense, sparse = make_net(), make_net()
    sparse.words.sparse = True
    for net in (dense, sparse):
        weights, optimizer = TorchWeights(net), make_optimizer()
        for step in range(4):
            add_gradients(net, step)
            weights.finish_update(optimizer)
    torch.testing.assert_close(dense.words.weight, sparse.words.weight)


# -- averages


def test_averages_are_used_in_the_block_and_restored_after_an_error():
    model = make_model(module := torch.nn.Linear(4, 3))
    optimizer = make_optimizer()
    for _ in range(3):
        step(model, optimizer)
    key = next(k for k, n in ThincWeights(model).optimizer_keys().items() if n.endswith("bias"))
    raw = module.bias.detach().clone()
    with use_params(model, optimizer.averages):
        assert module.bias.detach().numpy().tolist() == optimizer.averages[key].tolist()
        assert not torch.equal(module.bias, raw)
    assert torch.equal(module.bias, raw)
    with pytest.raises(ZeroDivisionError), use_params(model, optimizer.averages):
        1 / 0  # noqa: B018
    assert torch.equal(module.bias, raw)


# -- copies


def test_copy_has_weights_and_keys_of_its_own():
    model = make_model(torch.nn.Linear(4, 3))
    optimizer = make_optimizer()
    finish_update(model, optimizer)
    copied = copy_model(model)
    before = ThincWeights(copied).named_arrays()
    before = {name: array.copy() for name, array in before.items()}
    assert (
        not ThincWeights(model).optimizer_keys().keys()
        & ThincWeights(copied).optimizer_keys().keys()
    )
    step(model, optimizer)
    for name, array in ThincWeights(copied).named_arrays().items():
        np.testing.assert_array_equal(array, before[name])
    assert (ThincWeights(model).named_arrays()["1/shims/0/bias"] != before["1/shims/0/bias"]).all()


def test_deep_copy_keeps_keys_and_has_weights_of_its_own():
    model = make_model(torch.nn.Linear(4, 3))
    copied = copy.deepcopy(model)
    assert (
        ThincWeights(model).optimizer_keys().keys() == ThincWeights(copied).optimizer_keys().keys()
    )
    copied.layers[1].shims[0]._model.bias.data.fill_(5)
    assert not (ThincWeights(model).named_arrays()["1/shims/0/bias"] == 5).any()


# -- devices


@pytest.mark.parametrize("name", ["Adam.v1", "SGD.v1"])
def test_tensors_are_updated_by_arrays_of_a_device(name):
    from kernel.testing.device import device_double

    def trained():
        net = make_net()
        model, optimizer = PyTorchWrapper(net), make_optimizer(name)
        for number in range(4):
            add_gradients(net, number)
            finish_update(model, optimizer)
        raw = {key: array.copy() for key, array in ThincWeights(model).named_arrays().items()}
        with use_params(model, optimizer.averages):
            averages = ThincWeights(model).named_arrays()
            return raw, {key: array.copy() for key, array in averages.items()}

    expected = trained()
    with device_double():
        found = trained()
    for ours, theirs in zip(found, expected, strict=True):
        for key, array in ours.items():
            np.testing.assert_allclose(array, theirs[key], atol=1e-6)
