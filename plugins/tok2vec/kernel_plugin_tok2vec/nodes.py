"""The nodes that hold weights: Thinc's layers, initialized from the current random stream.

Each is a complete layer, so a saved model has the parameters, dimensions and attributes of Thinc's
layers. The fused models above them read the parameters and compute the results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from thinc.layers.dropout import forward as dropout_forward
from thinc.layers.hashembed import forward as hashembed_forward
from thinc.layers.layernorm import forward as layernorm_forward
from thinc.layers.maxout import forward as maxout_forward

from kernel import random
from kernel.ops import Floats, WeightNode
from kernel_plugin_tok2vec import layout

Node = WeightNode[Any, Any]


class MaxoutNode(WeightNode[Any, Any]):
    """A maxout layer whose weights and biases can be parts of one array."""

    def joint_views(
        self, names: Sequence[str]
    ) -> tuple[Sequence[str], int, Callable[[Floats], dict[str, Floats]]] | None:
        """Store `W` and `b` in one array for matrix products; see `WeightNode.joint_views`."""
        if not {"W", "b"} <= set(names):
            return None
        n_out, n_pieces, n_in = self.get_param("W").shape

        def views(flat: Floats) -> dict[str, Floats]:
            W, b = layout.split(flat.reshape((-1, n_in + 1)), n_out)
            return {"W": W, "b": b}

        return ("W", "b"), n_out * n_pieces * (n_in + 1), views

    def joined(self, W: Floats, b: Floats) -> Floats | None:
        """Return the array that `W` and `b` (weights or gradients) are parts of, or None.

        W        (O, P, I)
        b        (O, P)
        returns  (P * O, I + 1)
        """
        known: dict[int, Any] = self.__dict__.setdefault("_joined", {})
        # Comparing addresses takes time, and every step passes the same views.
        before = known.get(id(W))
        if before is None or before[0] is not W or before[1] is not b:
            if len(known) > 4:  # weights, their gradient and average, now and before
                known.clear()
            before = known[id(W)] = W, b, layout.joined(W, b)
        array: Floats | None = before[2]
        return array


class Block(NamedTuple):
    """The nodes of one layer, in the order of the model."""

    maxout: MaxoutNode
    norm: Node
    dropout: Node


def make_block(width: int, n_in: int, n_pieces: int) -> Block:
    """Create the nodes of one layer from size `n_in` to size `width`."""
    return Block(maxout(width, n_in, n_pieces), layer_norm(width), dropout())


def blocks(model: Any) -> list[Block]:
    """Return the blocks of a model that consists only of blocks."""
    layers = model.layers
    return [Block(*layers[start : start + 3]) for start in range(0, len(layers), 3)]


def mixer(model: Any) -> Block:
    """Return the block at the end of a model, which mixes the outputs of its sources."""
    return Block(*model.layers[-3:])


def sources(model: Any) -> Sequence[Any]:
    """Return the layers before the mixer."""
    return list(model.layers[:-3])


def hash_embed(width: int, n_rows: int, *, seed: int, column: int, drop: bool = True) -> Node:
    """Create a hash table of vectors: each value is the sum of four rows.

    Params: `E` (n_rows, width), uniform between -0.1 and 0.1.
    """
    attrs: dict[str, Any] = {"column": column, "seed": seed}
    if drop:
        attrs["dropout_rate"] = 0.0
    return WeightNode(
        "hashembed",
        hashembed_forward,
        init=_init_hash_embed,
        params={"E": None},
        dims={"nO": width, "nV": n_rows, "nI": None},
        attrs=attrs,
    )


def maxout(n_out: int, n_in: int, n_pieces: int) -> MaxoutNode:
    """Create a linear layer that takes the maximum of each `n_pieces` results.

    Params: `W` (n_out, n_pieces, n_in), uniform within ±sqrt(6 / (n_out + n_pieces)), and `b`
    (n_out, n_pieces), zero.
    """
    return MaxoutNode(
        "maxout",
        maxout_forward,
        init=_init_maxout,
        params={"W": None, "b": None},
        dims={"nO": n_out, "nI": n_in, "nP": n_pieces},
    )


def layer_norm(width: int) -> Node:
    """Create a layer norm.

    Params: `G` (width,), one, and `b` (width,), zero.
    """
    return WeightNode(
        "layernorm",
        layernorm_forward,
        init=_init_layer_norm,
        params={"G": None, "b": None},
        dims={"nO": width, "nI": width},
    )


def dropout() -> Node:
    """Create a node that holds a dropout rate."""
    return WeightNode("dropout", dropout_forward, attrs={"dropout_rate": 0.0, "is_enabled": True})


def dropout_rate(node: Any) -> float:
    """Return the dropout rate of a node, 0 if it is disabled or has none."""
    if not node.attrs.get("is_enabled", True):
        return 0.0
    return float(node.attrs.get("dropout_rate") or 0.0)


def initialize_layers(model: Any, X: Any = None, Y: Any = None) -> None:
    """Initialize all layers of a model; all sizes are known, so the examples are not used."""
    for layer in model.layers:
        layer.initialize()


def make_root(name: str, forward: Any, layers: Sequence[Node], **settings: Any) -> Any:
    """Create a model that computes with the weights of `layers`."""
    return WeightNode(name, forward, init=initialize_layers, layers=layers, **settings)


def _uniform(model: Any, shape: tuple[int, ...], bound: float) -> Floats:
    random.follow_global_seed()
    drawn = random.generator().uniform(-bound, bound, shape)
    values: Floats = model.ops.asarray(drawn.astype("float32"))
    return values


def _init_hash_embed(model: Any, X: Any = None, Y: Any = None) -> None:
    shape = (model.get_dim("nV"), model.get_dim("nO"))
    model.set_param("E", _uniform(model, shape, 0.1))


def _init_maxout(model: Any, X: Any = None, Y: Any = None) -> None:
    n_out, n_pieces = model.get_dim("nO"), model.get_dim("nP")
    shape = (n_out, n_pieces, model.get_dim("nI"))
    model.set_param("W", _uniform(model, shape, math.sqrt(6 / (n_out + n_pieces))))
    model.set_param("b", model.ops.alloc2f(n_out, n_pieces))


def _init_layer_norm(model: Any, X: Any = None, Y: Any = None) -> None:
    width = model.get_dim("nO")
    model.set_param("G", model.ops.alloc1f(width) + 1)
    model.set_param("b", model.ops.alloc1f(width))
