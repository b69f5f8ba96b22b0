"""Embedding of lexical attributes by hash tables, mixed by one maxout layer.

Axes: N tokens, F features, U distinct combinations of them, W width, B docs.

A token's vector depends only on its features, so each distinct combination is embedded once per
batch. In prediction, it is embedded once until the weights change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen

from kernel.ops import (
    Floats,
    Ints,
    Packed,
    add_row_gradient,
    add_rows,
    cached,
    dropout_mask,
    for_each,
    gather_sum,
    hash_keys,
    no_backprop,
    packed,
    param_for_rows,
    stored_param,
)
from kernel.text import attr_name
from kernel_plugin_tok2vec import features, maxout_norm, nodes
from kernel_plugin_tok2vec.features import Ids
from kernel_plugin_tok2vec.maxout_norm import Gradients, Saved, Weights
from kernel_plugin_tok2vec.vector_cache import VectorCache

_PIECES: Final = 3
_FIRST_SEED: Final = 8


def make_hash_embedding(width: int, columns: Sequence[int], rows: Sequence[int]) -> Any:
    """Create a hash table per attribute, and the layer that mixes them.

    X        B docs or spans
    returns  `Packed`, B of (n_i, width)

    Layers: a hash embedding for each attribute, then a maxout, a layer norm and a dropout node.
    """
    tables = [
        nodes.hash_embed(width, n_rows, seed=_FIRST_SEED + number, column=number)
        for number, n_rows in enumerate(rows)
    ]
    mixer = nodes.make_block(width, width * len(tables), _PIECES)
    return nodes.make_root(
        "multi_hash_embed",
        _forward,
        [*tables, *mixer],
        dims={"nO": width},
        attrs={"columns": [attr_name(attr) for attr in columns]},
    )


def _forward(
    model: Any, docs: Sequence[Any], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Any]]:
    lengths = features.lengths_of(docs)
    columns = features.attribute_ids(model.attrs["columns"])
    if not is_train:
        return Packed(_predict(model, docs, columns), lengths), no_backprop
    found = features.extract(docs, columns)
    Y, backprop_rows = _train(model, found.values, model.ops.xp.asarray(found.indices))

    def backprop(dY: Sequence[Floats]) -> list[Any]:
        backprop_rows(packed(dY, width=Y.shape[1], xp=model.ops.xp).data)
        return []

    return Packed(Y, lengths), backprop


def _predict(model: Any, docs: Sequence[Any], columns: Sequence[int]) -> Floats:
    """Return the vector of each token, (N, W)."""
    table, rows = features.single_table(docs), None
    if table is not None and model.ops.xp is np:
        rows = features.variant_rows(docs, columns)
    if table is None or rows is None:
        found = features.extract(docs, columns)
        indices = model.ops.xp.asarray(found.indices)
        vectors: Floats = _embed(model, found.values).take(indices, axis=0)
        return vectors

    def make() -> VectorCache:
        return VectorCache(
            lambda table, rows: features.variant_values(table, rows, columns),
            lambda values: _embed(model, values),
            n_variants=features.N_VARIANTS,
        )

    cache: VectorCache = cached(model, "vectors", make)
    return cache.vectors(table, rows)


def _embed(model: Any, values: Ids) -> Floats:
    """Embed distinct features without dropout.

    values   (F, U)
    returns  (U, W)
    """
    X = _lookup_all(model, values)[1]
    weights = _mixer(model)
    Y: Floats = model.ops.xp.empty((len(X), model.get_dim("nO")), dtype=X.dtype)

    def run(part: slice) -> None:
        Y[part] = maxout_norm.predict(weights, X[part].T).T

    for_each(model.ops.xp, run, maxout_norm.in_parts(len(X)))
    return Y


def _train(model: Any, values: Ids, indices: Ints) -> tuple[Floats, Callable[[Floats], None]]:
    """Embed distinct features, and return the vector of each token, with dropout.

    values   (F, U)
    indices  (N,)
    returns  (N, W)
    """
    xp: Any = model.ops.xp
    lookups, X = _lookup_all(model, values, is_train=True)
    mixed, backprop_mixed = _mix(model, X)
    Y = mixed.take(indices, axis=0)  # (N, W)
    rate = nodes.dropout_rate(nodes.mixer(model).dropout)
    mask = dropout_mask(Y.shape, rate, xp) if rate else None
    if mask is not None:
        Y *= mask

    def backprop(dY: Floats) -> None:
        d_mixed = xp.zeros_like(mixed)
        add_rows(model.ops, d_mixed, indices, dY if mask is None else dY * mask)
        dX = backprop_mixed(d_mixed)
        for lookup, d_vectors in zip(lookups, xp.split(dX, len(lookups), axis=1), strict=True):
            lookup.backprop(d_vectors)

    return Y, backprop


def _mix(model: Any, X: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Mix the vectors of all features into one vector.

    X        (U, F * W + 1)  the last column is one
    returns  (U, W), and a function from its gradient to that of X, without the ones
    """
    xp: Any = model.ops.xp
    weights, parts = _mixer(model), maxout_norm.in_parts(len(X))
    Y: Floats = xp.empty((len(X), model.get_dim("nO")), dtype=X.dtype)

    def run(part: slice) -> Saved:
        mixed, saved = maxout_norm.forward(weights, X[part].T)
        Y[part] = mixed.T
        return saved

    tapes = for_each(model.ops.xp, run, parts)

    def backprop(dY: Floats) -> Floats:
        dX: Floats = xp.empty((len(X), X.shape[1] - 1), dtype=X.dtype)

        def run_back(job: tuple[slice, Saved]) -> Gradients:
            part, saved = job
            d_columns = xp.ascontiguousarray(dY[part].T)
            d_inputs, gradients = maxout_norm.backward(weights, saved, X[part].T, d_columns)
            dX[part] = d_inputs.T
            return gradients

        for gradients in for_each(model.ops.xp, run_back, list(zip(parts, tapes, strict=True))):
            gradients.add_to(nodes.mixer(model))
        return dX

    return Y, backprop


def _mixer(model: Any) -> Weights:
    return cached(model, "mixer", lambda: Weights.of(nodes.mixer(model)))


@frozen(eq=False)
class _Lookup:
    """The lookup of distinct values in one table.

    keys  (4, U)
    mask  (W,)    one dropout mask for the whole batch, or None
    """

    node: Any
    keys: Ints
    mask: Floats | None

    def backprop(self, d_vectors: Floats) -> None:
        """Add the gradient of each vector to the gradients of its four rows.

        d_vectors  (U, W)
        """
        ops = self.node.ops
        values = ops.as_contig(d_vectors) if self.mask is None else d_vectors * self.mask
        add_row_gradient(self.node, "E", self.keys, values)


def _lookup_all(model: Any, values: Ids, *, is_train: bool = False) -> tuple[list[_Lookup], Floats]:
    """Look up distinct features, each in its own table.

    values   (F, U)
    returns  (U, F * W + 1)  the last column is one, for the bias
    """
    tables = nodes.sources(model)
    width = model.get_dim("nO")
    shape = values.shape[1], len(tables) * width + 1
    X: Floats = model.ops.xp.empty(shape, dtype=stored_param(tables[0], "E").dtype)
    X[:, -1] = 1
    masks = _masks(tables, width) if is_train else [None] * len(tables)
    lookups = []
    for number, (node, mask) in enumerate(zip(tables, masks, strict=True)):
        ids = node.ops.asarray(values[node.attrs["column"]])
        keys = hash_keys(node.ops, ids, seed=node.attrs["seed"], n_rows=node.get_dim("nV"))
        found = gather_sum(param_for_rows(node, "E", keys), keys)
        if mask is not None:
            found *= mask
        X[:, number * width : (number + 1) * width] = found
        lookups.append(_Lookup(node=node, keys=keys, mask=mask))
    return lookups, X


def _masks(tables: Sequence[Any], width: int) -> Sequence[Floats | None]:
    """Draw a dropout mask per table, (W,), for the whole batch; None for no dropout."""
    xp, rates = tables[0].ops.xp, [nodes.dropout_rate(node) for node in tables]
    if all(rates) and len(set(rates)) == 1:
        return list(dropout_mask((len(tables), width), rates[0], xp))
    return [dropout_mask((width,), rate, xp) if rate else None for rate in rates]
