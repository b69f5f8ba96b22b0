"""The models: an encoder of single words, and the layer that reads its output elsewhere.

Axes: B docs, n_i tokens of doc i, F features, W width.
"""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import HashEmbed, Maxout, Model, chain, concatenate, with_array

import kernel
from kernel import Doc
from kernel.errors import KernelError

FEATURES = ("NORM", "PREFIX", "SUFFIX", "SHAPE")


def encoder(width: int = 64, rows: int = 2000) -> Model[list[Doc], list[Any]]:
    """Return a model that computes one vector per word: B docs to B of (n_i, W).

    width: The width of the vectors.
    rows: The rows of the table of each feature, into which its values are hashed.
    """
    tables = [HashEmbed(width, rows, column=i, seed=i) for i in range(len(FEATURES))]
    mix = Maxout(nO=width, nI=width * len(tables), nP=3, normalize=True, dropout=0.0)
    layers = chain(_features(), with_array(chain(concatenate(*tables), mix)))
    layers.set_dim("nO", width)
    return layers


@kernel.listens
def reader(width: int, upstream: str = "affixes") -> Model[Any, list[Any]]:
    """Return a layer without weights that returns the shared output of the component `upstream`.

    width: The width of the shared vectors.
    upstream: The name of the shared component.
    """
    attrs = {"listens_to": upstream}
    return Model("affixes-reader", _read, dims={"nO": width}, attrs=attrs)


def _features() -> Model[list[Doc], list[Any]]:
    return Model("affixes-features", _read_features)


def _read_features(
    model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool
) -> tuple[list[Any], Callable[[list[Any]], list[Doc]]]:
    # One array per doc, (n_i, F) uint64; features have no gradient.
    return [model.ops.asarray(doc.to_array(list(FEATURES))) for doc in docs], lambda _: []


def _read(
    model: Model[Any, list[Any]], docs: Any, is_train: bool
) -> tuple[Sequence[Any], Callable[[Any], list[Any]]]:
    upstream = model.attrs["listens_to"]
    shared = getattr(docs, "shared", {}).get(upstream)
    if shared is None:
        if is_train:
            raise KernelError(f"no component `{upstream}` ran before", hint="put it first")
        # During initialization, when shapes are inferred, there is no shared output.
        width = model.get_dim("nO")
        return [model.ops.alloc2f(len(doc), width) for doc in docs], lambda _: []

    def backprop(gradient: Any) -> list[Any]:
        shared.add_gradient(gradient)
        return []

    return shared.arrays, backprop
