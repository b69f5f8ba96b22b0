"""From the vectors of word pieces to one vector per token.

Axes: B docs, N tokens of all docs, R rows (word pieces, perhaps with padding), W width, K pairs of
a token and one of its rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from attrs import frozen
from thinc.api import reduce_mean
from thinc.types import Ragged

from kernel.ops import Floats, Ints, add_rows
from kernel_plugin_transformer.encoded import offsets, ranges


@frozen(eq=False)
class TokenRows:
    """The vectors of word pieces, and which of them each token has.

    rows         (R, W)
    index        (K,)  the rows of each token, one token after the other; on the device of `rows`
    lengths      (N,)  rows per token; on the host
    doc_lengths  (B,)  tokens per doc; on the host
    """

    rows: Floats
    index: Ints
    lengths: Ints
    doc_lengths: Ints


Backprop = Callable[[Floats], Floats]


def pool(layer: Any, tokens: TokenRows) -> tuple[Floats, Backprop]:
    """Let a pooling layer make one vector for each token; a token without rows gets zeros.

    layer    a Thinc model from Ragged, (K, W), to (N, W)
    returns  (N, W), and a function from its gradient to that of the rows, (R, W)
    """
    pool_rows = _pool_mean if is_mean(layer) else functools.partial(_pool_by_layer, layer)
    return pool_rows(layer.ops, tokens)


def sharing_key(layer: Any) -> Hashable:
    """Return a value that is equal for pooling layers that compute the same."""
    is_plain = not (layer.param_names or layer.layers or layer.shims or layer.attrs)
    return _function_of(layer) if is_plain else id(layer)


def is_mean(layer: Any) -> bool:
    """Return whether a pooling layer is Thinc's `reduce_mean`."""
    return _function_of(layer) is _mean_function()


@functools.cache
def _mean_function() -> Any:
    return _function_of(reduce_mean())


def _function_of(layer: Any) -> Any:
    return layer._func  # noqa: SLF001 — names of layers are not unique


def _pool_mean(ops: Any, tokens: TokenRows) -> tuple[Floats, Backprop]:
    """Average the rows of each token; most tokens have one row, which is copied."""
    rows, index, lengths = tokens.rows, tokens.index, tokens.lengths
    starts = offsets(lengths)[:-1]
    single, several = np.flatnonzero(lengths == 1), np.flatnonzero(lengths > 1)
    if len(single) == len(lengths):
        Y = rows[index]  # (N, W)
    else:
        Y = ops.xp.zeros((len(lengths), rows.shape[1]), dtype=rows.dtype)
        Y[ops.asarray(single)] = rows[index[ops.asarray(starts[single])]]
    if len(several):
        inner = ops.asarray(ranges(starts[several], lengths[several]))
        means = ops.reduce_mean(rows[index[inner]], ops.asarray1i(lengths[several]))
        Y[ops.asarray(several)] = means

    def backprop(dY: Floats) -> Floats:
        share = ops.asarray((1 / np.maximum(lengths, 1)).astype("float32"))  # (N,)
        return _spread(ops, tokens, (dY * share[:, None])[_owners(ops, lengths)])

    return Y, backprop


def _pool_by_layer(layer: Any, ops: Any, tokens: TokenRows) -> tuple[Floats, Backprop]:
    # Some layers, such as `reduce_max`, cannot pool nothing.
    found = np.flatnonzero(tokens.lengths)
    lengths = ops.asarray1i(tokens.lengths[found])
    n_tokens, n_found = len(tokens.lengths), len(found)
    if not n_found:
        Y = ops.xp.zeros((n_tokens, tokens.rows.shape[1]), dtype=tokens.rows.dtype)
        return Y, lambda dY: ops.xp.zeros_like(tokens.rows)
    ragged: Any = Ragged
    pooled, backprop_layer = layer.begin_update(ragged(tokens.rows[tokens.index], lengths))
    where = ops.asarray(found)
    Y = pooled
    if n_found < n_tokens:
        Y = ops.xp.zeros((n_tokens, pooled.shape[1]), dtype=pooled.dtype)
        Y[where] = pooled

    def backprop(dY: Floats) -> Floats:
        d_pooled = dY if n_found == n_tokens else dY[where]
        return _spread(ops, tokens, backprop_layer(ops.as_contig(d_pooled)).dataXd)

    return Y, backprop


def _owners(ops: Any, lengths: Ints) -> Ints:
    """Return the token of each pair.

    lengths  (N,)
    returns  (K,)  on the device
    """
    owners: Ints = ops.asarray(np.repeat(np.arange(len(lengths)), lengths))
    return owners


def _spread(ops: Any, tokens: TokenRows, values: Floats) -> Floats:
    """Add the gradient of each pair of a token and a row to the row.

    values   (K, W)
    returns  (R, W)
    """
    d_rows: Floats = ops.xp.zeros(tokens.rows.shape, dtype=tokens.rows.dtype)
    add_rows(ops, d_rows, tokens.index, values)
    return d_rows
