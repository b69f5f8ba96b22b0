"""Weights of a file: they fit the model and are finite, or the model stays as it was."""

import numpy as np
import pytest
from thinc.api import Linear, chain

from kernel.errors import LoadError
from kernel.files import pack, unpack
from kernel.ops import WeightNode, load_weights


def scale(seen_labels=()):
    return WeightNode(
        "scale",
        lambda model, X, is_train: (X, lambda dY: dY),
        dims={"nO": 2},
        params={"W": np.ones((2, 3), "f")},
        attrs={"window": 1, "dropout_rate": 0.0, "seen": list(seen_labels)},
        shapes={"W": ("nO", 3)},
        changing_attrs={"seen": list[int]},
    )


@pytest.fixture
def model():
    return chain(Linear(2, 2), scale()).initialize(X=np.ones((1, 2), "f"), Y=np.ones((1, 2), "f"))


def change(data, path, value):
    fields = unpack(data)
    part = fields
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return pack(fields)


def test_weights_and_changing_attributes_are_loaded(model):
    model.layers[1].set_param("W", np.full((2, 3), 7, "f"))
    model.layers[1].attrs.update(dropout_rate=0.3, seen=[1, 2])
    loaded = chain(Linear(2, 2), scale())
    load_weights(loaded, model.to_bytes())
    assert loaded.to_bytes() == model.to_bytes()
    assert loaded.layers[1].attrs == {"window": 1, "dropout_rate": 0.3, "seen": [1, 2]}
    loaded.layers[1].set_param("W", np.zeros((2, 3), "f"))  # not read-only
    assert model.layers[1].get_param("W").tolist() == [[7] * 3] * 2


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["params", 2, "W"], np.full((2, 3), np.nan, "f"), "`W` has values that are not finite"),
        (["params", 1, "b"], np.array([1, np.inf], "f"), "`b` has values that are not finite"),
        (["params", 2, "W"], np.ones((3, 2), "f"), r"`W` has the shape \(3, 2\), not \(2, 3\)"),
        (["params", 1, "W"], np.ones((3, 2), "f"), r"`W` has the shape \(3, 2\), not \(2, 2\)"),
        (["params", 2, "W"], np.ones((2, 3)), "`W` has the type float64, not float32"),
        (["params", 2, "W"], np.array(["x"]), "`W` is not an array of numbers"),
        (["params", 2, "W"], [1.0], "`W` is not an array of numbers"),
        (["params", 2, "W"], None, "some parameters are missing"),
        (["params", 2], {}, r"its parameters are \[\], expected \['W'\]"),
        (["params"], [{}], "its lists differ in length: .*'params': 1"),
        (["nodes", 2, "dims", "nO"], 3, "layer 2, `scale`: `nO` is 3, expected 2"),
        (["nodes", 2, "dims", "nX"], 3, "it has no size `nX`"),
        (["nodes", 2, "refs", "x"], 0, "there is no layer `x`"),
        (["nodes", 2, "name"], "\ud83d", "layer 2 has the name"),
        (["attrs", 2, "window"], pack(2), "its attribute `window` is 2, expected 1"),
        (["attrs", 2, "window"], pack(True), "its attribute `window` is True, expected 1"),
        (["attrs", 2, "window"], b"\xc1", "the attribute `window` of the layer `scale` is damaged"),
        (["attrs", 2, "dropout_rate"], pack(1.5), "its attribute `dropout_rate` is 1.5"),
        (["attrs", 2, "seen"], pack(["a"]), r"its attribute `seen` is \['a'\]"),
        (["shims", 0], [1], r"`shims\[0\]\[0\]` is 1, expected bytes"),
        (["shims", 0], [b""], "it has 1 shims, expected 0"),
        (["nodes"], 1, "`nodes` is 1, expected list"),
    ],
)
def test_other_weights_are_refused_and_change_nothing(model, path, value, message):
    before = model.to_bytes()
    with pytest.raises(LoadError, match=message):
        load_weights(model, change(before, path, value))
    assert model.to_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: data + b"\0", lambda _: b""],
    ids=["truncated", "longer", "empty"],
)
def test_bytes_that_are_not_weights_are_refused(model, damage):
    with pytest.raises(LoadError, match="the file of weights is damaged"):
        load_weights(model, damage(model.to_bytes()))


def test_copies_keep_the_declared_shapes(model):
    copied = model.layers[1].copy()
    assert copied.param_shapes({"nO": 5}) == {"W": (5, 3)}
    assert copied.changing_attrs == {"seen": list[int]}
