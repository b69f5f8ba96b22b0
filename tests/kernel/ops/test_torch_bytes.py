"""Stored torch modules: no pickle is written, and what is read fits or is refused."""

import io

import numpy as np
import pytest
from thinc.api import Linear, PyTorchWrapper, PyTorchWrapper_v3, chain

torch = pytest.importorskip("torch")

from kernel.errors import LoadError, UnsupportedError  # noqa: E402
from kernel.files import pack, unpack  # noqa: E402
from kernel.ops import ThincWeights, dump_weights, load_weights  # noqa: E402

pytestmark = pytest.mark.needs("torch")


def make_model(module=None, seed=0):
    torch.manual_seed(seed)
    return chain(Linear(3, 2), PyTorchWrapper(module or make_module())).initialize()


def make_module():
    module = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3))
    module[1].running_mean.normal_()
    return module


def assert_same_weights(model, other):
    one, two = ThincWeights(model).named_arrays(), ThincWeights(other).named_arrays()
    assert one.keys() == two.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, two[name])


def change(data, change_arrays):
    """Change the arrays of the torch module in the bytes of a model."""
    fields = unpack(data)
    shim = unpack(fields["shims"][2][0])
    state = unpack(shim["state"])
    change_arrays(state["arrays"])
    fields["shims"][2][0] = pack({**shim, "state": pack(state)})
    return pack(fields)


def test_module_is_stored_without_pickle_and_loaded():
    model, other = make_model(seed=0), make_model(seed=1)
    data = dump_weights(model)
    assert b"PK\x03\x04" not in data
    assert b"torch._utils" not in data
    load_weights(other, data)
    assert_same_weights(model, other)
    assert dump_weights(other) == data


def test_loaded_module_can_be_trained():
    other = make_model(seed=1)
    load_weights(other, dump_weights(make_model()))
    Y, backprop = other.begin_update(np.ones((2, 2), "f"))
    backprop(np.ones_like(Y))
    assert other.layers[1].shims[0]._model[0].weight.grad is not None


def test_archive_of_thinc_is_read():
    model, other = make_model(seed=0), make_model(seed=1)
    data = model.to_bytes()
    assert b"PK\x03\x04" in data
    load_weights(other, data)
    assert_same_weights(model, other)


def test_pickle_in_an_archive_is_not_executed():
    class Evil:
        def __reduce__(self):
            return print, ("executed",)

    file = io.BytesIO()
    torch.save({"0.weight": Evil()}, file)
    fields = unpack(dump_weights(make_model()))
    fields["shims"][2][0] = pack({"config": {}, "state": file.getvalue()})
    with pytest.raises(LoadError, match="the tensors of a torch module are damaged"):
        load_weights(make_model(), pack(fields))


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("0.weight", np.ones((3, 2), "f"), r"`0.weight` has the shape \(3, 2\), not \(3, 3\)"),
        ("0.weight", np.ones((3, 3)), "`0.weight` has the type float64, not float32"),
        ("0.bias", np.array([1, 2, np.nan], "f"), "`0.bias` has values that are not finite"),
        ("0.bias", [1.0, 2.0, 3.0], "`0.bias` is not an array"),
        ("2.bias", np.ones(3, "f"), "it has no `2.bias`"),
        ("0.bias", None, "`0.bias` is missing"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(name, array, message):
    def put(arrays):
        if array is None:
            del arrays[name]
        else:
            arrays[name] = array

    model = make_model(seed=1)
    before = dump_weights(model)
    with pytest.raises(LoadError, match=message):
        load_weights(model, change(dump_weights(make_model()), put))
    assert dump_weights(model) == before


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x02}", pack({"arrays": 1}), pack([])])
def test_damaged_module_is_refused(data):
    fields = unpack(dump_weights(make_model()))
    fields["shims"][2][0] = pack({"config": {}, "state": data})
    with pytest.raises(LoadError, match="torch module"):
        load_weights(make_model(), pack(fields))


def test_tied_tensors_are_stored_once_and_stay_tied():
    def make():
        module = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
        module[1].weight = module[0].weight
        return module

    model, other, third = (make_model(make(), seed) for seed in range(3))
    load_weights(other, dump_weights(model))
    assert_same_weights(model, other)
    load_weights(third, chain(*model.layers).to_bytes())
    module = third.layers[1].shims[0]._model
    assert module[0].weight is module[1].weight


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_types_of_floats_are_stored_and_checked(dtype):
    model, other = make_model(make_module().to(dtype)), make_model(make_module().to(dtype), 1)
    load_weights(other, dump_weights(model))
    assert_same_weights(model, other)
    model.layers[1].shims[0]._model[0].bias.data[1] = torch.nan
    with pytest.raises(LoadError, match="not finite"):
        load_weights(other, dump_weights(model))


def test_format_of_the_user_is_kept():
    model, other = (
        PyTorchWrapper_v3(
            torch.nn.Linear(2, 2),
            serialize_model=lambda module: module.bias.detach().numpy().tobytes(),
            deserialize_model=read_bias,
        )
        for _ in range(2)
    )
    load_weights(other, dump_weights(model))
    assert torch.equal(model.shims[0]._model.bias, other.shims[0]._model.bias)
    assert not torch.equal(model.shims[0]._model.weight, other.shims[0]._model.weight)


def read_bias(module, data, device):
    module.bias.data = torch.frombuffer(bytearray(data), dtype=torch.float32)
    return module


def test_error_of_another_format_is_reported_with_the_layer():
    def fail(module, data, device):
        raise ZeroDivisionError("no such format")

    model = PyTorchWrapper_v3(torch.nn.Linear(2, 2), serialize_model=bytes, deserialize_model=fail)
    model.shims[0]._serialize_model = lambda _: b""
    with pytest.raises(LoadError, match=r"layer `pytorch`, of another library.*no such format"):
        load_weights(model, dump_weights(model))


def test_module_with_other_state_is_refused():
    class Counting(torch.nn.Linear):
        def get_extra_state(self):
            return {"n": 1}

        def set_extra_state(self, state):
            pass

    model = PyTorchWrapper(Counting(2, 2))
    assert ThincWeights(model).foreign_layers() == ["model"]
    with pytest.raises(UnsupportedError, match="`_extra_state` of the torch module `Counting`"):
        dump_weights(model)
