import numpy as np
import pytest
import torch

from kernel.errors import ArgumentError, UnsupportedError
from kernel_plugin_transformer.model import shim_of
from kernel_plugin_transformer.precision import Precision

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("mixed", "config", "message"),
    [
        (True, {"init_scal": 3.0}, "unknown setting `init_scal`"),
        (False, {"init_scale": 3.0}, "no effect without `mixed_precision"),
        (False, {"enabled": True}, "no effect without `mixed_precision"),
        (True, {"enabled": False, "init_scale": 3.0}, "no effect if `enabled` is false"),
    ],
)
def test_settings_without_effect_are_refused(mixed, config, message):
    with pytest.raises(ArgumentError, match=message):
        Precision.of(mixed, config)


def test_types_of_numbers(monkeypatch):
    for has_bfloat16, expected in (True, torch.bfloat16), (False, torch.float16):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda has=has_bfloat16: has)
        assert Precision.of(True, {}).dtype(GPU) == expected
        assert Precision.of(True, {"init_scale": 4.0}).dtype(GPU) == torch.float16
        assert Precision.of(False, {}).dtype(GPU) == torch.float32
        assert Precision.of(True, {}).dtype(CPU) == torch.bfloat16


def test_mixed_precision_computes_in_bfloat16_on_the_cpu(make_model, docs):
    exact, mixed = make_model(), make_model(mixed_precision=True)
    seen = []
    module = mixed.layers[0].shims[0].encoder.module
    module.encoder.layer[0].output.dense.register_forward_hook(
        lambda *call: seen.append(call[2].dtype)
    )
    encoded, finish = mixed.begin_update(docs)
    finish(np.ones_like(encoded.hidden))
    assert set(seen) == {torch.bfloat16}
    assert encoded.hidden.dtype == np.float32
    difference = np.abs(encoded.hidden - exact.predict(docs).hidden)
    assert 0 < difference.max() < 0.2
    assert module.encoder.layer[0].output.dense.weight.grad.dtype == torch.float32


def test_gradients_are_scaled_in_each_backward_pass(make_model, docs):
    class Scaler:
        """A gradient scaler for any device."""

        seen = ()

        def scale(self, tensors, inplace=False):
            for each in tensors if isinstance(tensors, list) else [tensors]:
                each.mul_(8)
            return tensors

        def unscale(self, tensors):
            self.seen = [each.abs().max().item() for each in tensors]
            for each in tensors:
                each.div_(8)

    plain, scaled = make_model(), make_model()
    scaler = shim_of(scaled)._grad_scaler = Scaler()
    for model in (plain, scaled):
        for _ in range(2):
            encoded, finish = model.begin_update(docs)
            finish(np.sin(encoded.hidden))
    expected = [each.grad for each in shim_of(plain).encoder.module.parameters()]
    for gradient, own in zip(
        shim_of(scaled)._gradients(), (e for e in expected if e is not None), strict=True
    ):
        torch.testing.assert_close(gradient, own)
    assert max(scaler.seen) > 4 * max(
        each.abs().max().item() for each in expected if each is not None
    )


def test_scaling_is_refused_where_it_has_no_effect(make_model, docs):
    model = make_model(mixed_precision=True, grad_scaler_config={"init_scale": 64.0})
    with pytest.raises(
        UnsupportedError, match="scales float16 gradients, which only a GPU computes"
    ):
        model.begin_update(docs)
    assert model.predict(docs).hidden.shape[1] == 32
