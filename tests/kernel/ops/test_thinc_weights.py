"""The arrays of a model, by names."""

import numpy as np
from thinc.api import Linear

from kernel.ops import ThincWeights


def test_loaded_arrays_are_copied():
    model = Linear(2, 3)
    model.initialize()
    given = {"model/W": np.ones((2, 3), "float32")}
    ThincWeights(model).load_arrays(given)
    model.get_param("W")[...] += 1  # as optimizers do
    np.testing.assert_array_equal(given["model/W"], np.ones((2, 3)))
    np.testing.assert_array_equal(model.get_param("W"), np.full((2, 3), 2))
