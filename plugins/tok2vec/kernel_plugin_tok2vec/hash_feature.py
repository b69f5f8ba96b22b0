"""The embedding of one attribute of words by a hash table.

Axes: N tokens, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kernel.ops import (
    Floats,
    Ints,
    Packed,
    WeightNode,
    add_row_gradient,
    dropout_mask,
    gather_sum,
    hash_keys,
    packed,
    param_for_rows,
)
from kernel.text import attr_name
from kernel_plugin_tok2vec import features, nodes


def hash_feature(
    attr: int, width: int, n_rows: int, *, seed: int, drop: bool = True
) -> WeightNode[Any, Any]:
    """Embed one attribute of each token.

    X        B docs or spans
    returns  `Packed`, B of (n_i, width)

    Layers: the hash embedding. In training, one dropout mask, (width,), is used for the whole
    batch.
    """
    table = nodes.hash_embed(width, n_rows, seed=seed, column=0, drop=drop)
    return WeightNode(
        "hash_feature",
        _forward,
        init=nodes.initialize_layers,
        layers=[table],
        dims={"nO": width},
        attrs={"column": attr_name(attr)},
    )


def _forward(
    model: Any, docs: Sequence[Any], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Any]]:
    (node,) = model.layers
    ops = node.ops
    ids = ops.asarray(_values(docs, model.attrs["column"]))
    keys = hash_keys(ops, ids, seed=node.attrs["seed"], n_rows=node.get_dim("nV"))
    Y = gather_sum(param_for_rows(node, "E", keys), keys)  # (N, W)
    rate = nodes.dropout_rate(node) if is_train else 0.0
    mask = dropout_mask((Y.shape[1],), rate, ops.xp) if rate else None
    if mask is not None:
        Y *= mask

    def backprop(dY: Sequence[Floats]) -> list[Any]:
        d_vectors = packed(dY, width=Y.shape[1], xp=ops.xp).data
        d_rows = ops.as_contig(d_vectors) if mask is None else d_vectors * mask
        add_row_gradient(node, "E", keys, d_rows)
        return []

    return Packed(Y, features.lengths_of(docs)), backprop


def _values(docs: Sequence[Any], attr: str) -> Ints:
    """Return an attribute of each token.

    returns  (N,)  uint64
    """
    arrays = [doc.to_array(attr) for doc in docs]
    values: Ints = np.concatenate(arrays) if arrays else np.zeros(0, "uint64")
    return values
