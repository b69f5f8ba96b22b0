import numpy as np

from kernel.testing.device import DeviceArray, device_double
from kernel_plugin_transformer.model import shim_of
from kernel_plugin_transformer.span_getters import strided_spans


def gradients_of(model):
    module = shim_of(model).encoder.module
    return {n: each.grad.numpy() for n, each in module.named_parameters() if each.grad is not None}


def test_results_on_the_device_are_those_on_the_host(make_model, docs):
    settings = {"transformer_config": {"output_attentions": True}}
    model = make_model(strided_spans(12, 8), **settings)
    expected, finish = model.begin_update(docs)
    finish(np.sin(expected.hidden))
    with device_double():
        on_device = make_model(strided_spans(12, 8), **settings)
        found, finish = on_device.begin_update(docs)
        finish(on_device.ops.xp.sin(found.hidden))
        assert isinstance(found.hidden, DeviceArray)
        assert isinstance(found.outputs["attentions"][0][0], DeviceArray)
        np.testing.assert_allclose(found.hidden.get(), expected.hidden, atol=1e-5)
        assert found.align.dataXd.get().tolist() == expected.align.dataXd.tolist()
        assert found.align.lengths.tolist() == expected.align.lengths.tolist()
    for name, gradient in gradients_of(model).items():
        np.testing.assert_allclose(gradients_of(on_device)[name], gradient, atol=1e-4)
