import numpy as np
import pytest
import thinc.api

from kernel.ops import KernelOps
from kernel.registry import registry


@pytest.mark.parametrize("kind", ["initializers", "layers", "losses"])
def test_every_name_of_thinc_can_be_used(kind):
    names = getattr(thinc.registry, kind).get_all()

    assert names.keys() <= set(registry.of(kind).names())
    assert all(callable(registry.get(kind, name)) for name in names)


def test_layer_is_thincs():
    layer = registry.layers.get("Linear.v1")(nO=2, nI=3)
    layer.initialize()

    expected = np.ones((4, 3), "f") @ layer.get_param("W").T
    np.testing.assert_allclose(layer.predict(np.ones((4, 3), "f")), expected, rtol=1e-5)


def test_initializer_is_a_function_of_ops_and_shape():
    initializer = registry.initializers.get("glorot_uniform_init.v1")()
    drawn = initializer(KernelOps(), (50, 70))

    assert drawn.shape == (50, 70)
    assert 0.9 * np.sqrt(6 / 120) < abs(drawn).max() <= np.sqrt(6 / 120)


def test_unknown_attribute_is_named():
    from kernel_plugin_thinc import layers

    with pytest.raises(AttributeError, match=r"Thinc has no `Liner\.v1` among its layers"):
        _ = layers.Liner_v1
