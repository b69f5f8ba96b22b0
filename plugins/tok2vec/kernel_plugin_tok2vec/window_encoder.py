"""The convolutional encoder: residual layers over windows of neighbouring tokens.

Axes: W width, N rows of a part (tokens and the padding around docs), w window, L layers.

Docs are concatenated, with L * w rows of zeros before, between and after them. These rows are then
computed like all others, and not set to zero between layers. A doc never sees another doc across
them. The batch is therefore split between docs into parts; all layers of one part are computed
before the next part, so that its arrays stay in the processor's cache. In prediction, long docs are
split too: a token sees L * w others on each side, so a part reads that many more tokens than it
writes. Each vector is a column; see `kernel.ops`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen

from kernel.ops import (
    Floats,
    Ints,
    Packed,
    array_module,
    backprop_window_columns,
    cached,
    draw_bits,
    for_each,
    mask_of_bits,
    no_backprop,
    packed,
    window_columns,
)
from kernel_plugin_tok2vec import maxout_norm, nodes
from kernel_plugin_tok2vec.maxout_norm import Gradients, Saved, Weights

# Rows of a part: enough for an efficient matrix product, few enough for the cache.
MAX_PART_ROWS: Final = 800
# Below this many rows, a second thread costs more than it saves.
SERIAL_BELOW_ROWS: Final = 800
_NAME: Final = "maxout_window_encoder"


def make_window_encoder(width: int, window: int, n_pieces: int, depth: int) -> Any:
    """Create `depth` layers x + dropout(layer norm(maxout(window of x))).

    X        B of (n_i, width)
    returns  `Packed`, B of (n_i, width)

    Layers: for each of the `depth`, a maxout, a layer norm and a dropout node.
    """
    return _make_encoder(_forward, width, window, n_pieces, depth)


def make_array_encoder(width: int, window: int, n_pieces: int, depth: int) -> Any:
    """Create the layers of `make_window_encoder` for one sequence.

    X        (N, width), without padding: each layer sees zeros before and after it; or B of
             (n_i, width), which are encoded like in `make_window_encoder`
    returns  (N, width), or `Packed`
    """
    encoder = _make_encoder(_forward_array, width, window, n_pieces, depth)
    encoder.attrs["receptive_field"] = window * depth
    return encoder


def pads_docs(encoder: Any) -> bool:
    """Return whether `encoder` takes a list of docs, and puts padding between them."""
    return bool(encoder.name == _NAME)


def _make_encoder(forward: Any, width: int, window: int, n_pieces: int, depth: int) -> Any:
    n_in = width * (2 * window + 1)
    blocks = [nodes.make_block(width, n_in, n_pieces) for _ in range(depth)]
    return nodes.make_root(
        _NAME,
        forward,
        [node for block in blocks for node in block],
        dims={"nO": width, "nI": width},
        attrs={"window_size": window, "pad": window * depth},
    )


def _forward_array(model: Any, X: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    if isinstance(X, list):
        return _forward(model, X, is_train)
    Y, backprop = _encode(model, Packed(X, [len(X)]), is_train, pad=0)

    def backprop_array(dY: Floats) -> Floats:
        return backprop(Packed(dY, [len(dY)])).data

    return Y.data, backprop_array


def _forward(
    model: Any, X: Sequence[Floats], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Packed]]:
    rows = packed(X, width=model.get_dim("nO"), xp=model.ops.xp)
    return _encode(model, rows, is_train, pad=model.attrs["pad"])


def _encode(
    model: Any, rows: Packed, is_train: bool, *, pad: int
) -> tuple[Packed, Callable[[Sequence[Floats]], Packed]]:
    """Encode docs with `pad` rows of zeros before, between and after them."""
    layout = _Layout.of(model, rows.lengths, pad=pad, is_train=is_train)
    weights = _weights(model)
    if not is_train:
        return rows.like(_predict(weights, layout, rows.data)), no_backprop
    Y, tapes = _train(model, weights, layout, rows.data)

    def backprop(dY: Sequence[Floats]) -> Packed:
        gradients = packed(dY, width=rows.data.shape[1], xp=model.ops.xp)
        return rows.like(_backward(model, weights, layout, tapes, gradients.data))

    return rows.like(Y), backprop


def _weights(model: Any) -> list[Weights]:
    return cached(model, "weights", lambda: [*map(Weights.of, nodes.blocks(model))])


@frozen(eq=False)
class _Part:
    """Tokens that are processed together.

    reads    tokens of the batch
    rows     (n_reads,)   their rows in the part
    writes   those of them whose results are complete
    inner    (n_writes,)  their rows in the part
    """

    reads: slice
    rows: Ints
    writes: slice
    inner: Ints

    @property
    def n_rows(self) -> int:
        """The number of rows up to the last token."""
        return int(self.rows[-1]) + 1


@frozen(eq=False)
class _Layout:
    """The positions of the docs of a batch, and their parts."""

    window: int
    pad: int
    parts: list[_Part]

    @classmethod
    def of(cls, model: Any, lengths: Ints, *, pad: int, is_train: bool) -> _Layout:
        window, reach = model.attrs["window_size"], model.attrs["pad"]
        parts = _cut(lengths, pad) if is_train else _cut_long(lengths, pad, reach)
        return cls(window, pad, parts)

    def spread(self, part: _Part, rows: Floats) -> Floats:
        """Copy the tokens of a part into an array with padding and the window's margins.

        rows     (n_tokens, W)  of the whole batch
        returns  (W, N + 2w)
        """
        xp: Any = array_module(rows)
        n_rows = part.n_rows + self.pad
        X: Floats = xp.zeros((n_rows + 2 * self.window, rows.shape[1]), dtype=rows.dtype)
        X[xp.asarray(part.rows + self.window)] = rows[part.reads]
        columns: Floats = xp.ascontiguousarray(X.T)
        return columns

    def pick(self, part: _Part, X: Floats, out: Floats) -> None:
        """Write the tokens of a part to their rows of the batch.

        X    (W, N)
        out  (n_tokens, W)  of the whole batch
        """
        xp: Any = array_module(X)
        out[part.writes] = X.T[xp.asarray(part.inner)]


def _cut_long(lengths: Ints, pad: int, reach: int) -> list[_Part]:
    """Return the parts of a batch; docs much longer than a part are cut.

    reach    how many others a token sees on each side
    """
    parts: list[_Part] = []
    start = 0
    for is_long, group in itertools.groupby(lengths.tolist(), lambda n: n > 2 * MAX_PART_ROWS):
        if is_long:
            for length in group:
                parts += _pieces(start, length, pad, reach)
                start += length
        else:
            own = np.array(list(group))
            parts += _cut(own, pad, start)
            start += int(own.sum())
    return parts


def _pieces(start: int, length: int, pad: int, reach: int) -> list[_Part]:
    """Return the parts of one doc; each reads up to `reach` more tokens on each side.

    start    the first token of the doc
    """
    n_pieces = math.ceil(length / MAX_PART_ROWS)
    bounds = [length * piece // n_pieces for piece in range(n_pieces + 1)]
    parts = []
    for first, end in itertools.pairwise(bounds):
        low, high = max(first - reach, 0), min(end + reach, length)
        rows = np.arange(high - low) + pad
        parts.append(
            _Part(
                reads=slice(start + low, start + high),
                rows=rows,
                writes=slice(start + first, start + end),
                inner=rows[first - low : end - low],
            )
        )
    return parts


def _cut(lengths: Ints, pad: int, start: int = 0) -> list[_Part]:
    """Return the parts of docs, split between docs.

    start    the first token of the first doc
    """
    ends = (lengths + pad).cumsum()  # (B,)
    total = int(ends[-1]) if len(ends) else 0
    n_parts = math.ceil(total / MAX_PART_ROWS)
    if total >= SERIAL_BELOW_ROWS:
        n_parts = max(2, n_parts)
    bounds = [total * part / n_parts for part in range(1, n_parts)]
    borders = [0, *(np.searchsorted(ends, bounds) + 1).tolist(), len(lengths)]
    tokens = start + np.concatenate(([0], lengths.cumsum()))  # (B + 1,)
    parts = []
    for first, last in itertools.pairwise(borders):
        own = lengths[first:last]
        if own.sum():
            rows = np.arange(own.sum()) + np.repeat(np.arange(1, len(own) + 1) * pad, own)
            own_tokens = slice(int(tokens[first]), int(tokens[last]))
            parts.append(_Part(own_tokens, rows, own_tokens, rows))
    return parts


def _predict(weights: list[Weights], layout: _Layout, rows: Floats) -> Floats:
    """Run all layers over each part.

    rows     (n_tokens, W)
    returns  (n_tokens, W)
    """
    xp: Any = array_module(rows)
    Y: Floats = xp.empty_like(rows)
    window = layout.window

    def run(part: _Part) -> None:
        X = layout.spread(part, rows)
        inner = X[:, window : X.shape[1] - window]
        columns, pieces = _buffers(weights, X, window)
        for block in weights:
            window_columns(X, window, out=columns[:-1])
            inner += maxout_norm.predict(block, columns, buffer=pieces)
        layout.pick(part, inner, Y)

    for_each(xp, run, layout.parts)
    return Y


def _buffers(weights: list[Weights], X: Floats, window: int) -> tuple[Floats, Floats]:
    """Return buffers for the windows of X, including the row of ones for the bias, and for pieces.

    X        (W, N + 2w)
    returns  ((2w + 1) * W + 1, N) and (P * W, N)

    All layers use the same buffers, which then stay in the cache.
    """
    xp: Any = array_module(X)
    n_rows = X.shape[1] - 2 * window
    columns: Floats = xp.empty((len(X) * (2 * window + 1) + 1, n_rows), dtype=X.dtype)
    columns[-1] = 1
    pieces: Floats = xp.empty((len(weights[0].W) if weights else 0, n_rows), dtype=X.dtype)
    return columns, pieces


@frozen(eq=False)
class _Tape:
    """Values saved for the backward pass of a part: input, saved values and dropout of each layer.

    Windows are computed again, which is faster than reading them from memory.

    inputs  (W, N + 2w)
    masks   (W, N)
    """

    inputs: list[Floats]
    saved: list[Saved]
    masks: list[Floats | None]


def _train(
    model: Any, weights: list[Weights], layout: _Layout, rows: Floats
) -> tuple[Floats, list[_Tape]]:
    """Run all layers over each part and save the values for the backward pass."""
    xp: Any = array_module(rows)
    Y: Floats = xp.empty_like(rows)
    window = layout.window
    rates = [nodes.dropout_rate(block.dropout) for block in nodes.blocks(model)]

    def run(job: tuple[_Part, list[Ints | None]]) -> _Tape:
        part, drawn = job
        X = layout.spread(part, rows)
        columns, pieces = _buffers(weights, X, window)
        tape = _Tape([], [], [])
        for block, rate, bits in zip(weights, rates, drawn, strict=True):
            window_columns(X, window, out=columns[:-1])
            delta, saved = maxout_norm.forward(block, columns, buffer=pieces)
            mask = None if bits is None else mask_of_bits(bits, delta.shape, rate, xp)
            if mask is not None:
                delta *= mask
            tape.inputs.append(X)
            tape.saved.append(saved)
            tape.masks.append(mask)
            X = X.copy()
            X[:, window : X.shape[1] - window] += delta
        layout.pick(part, X[:, window : X.shape[1] - window], Y)
        return tape

    # Random bits are drawn here, because other threads do not use the current random stream.
    jobs = [(part, _draw(rates, part, layout.pad, rows.shape[1])) for part in layout.parts]
    return Y, for_each(xp, run, jobs)


def _draw(rates: list[float], part: _Part, pad: int, width: int) -> list[Ints | None]:
    n_rows = part.n_rows + pad
    return [draw_bits(width * n_rows) if rate else None for rate in rates]


def _backward(
    model: Any, weights: list[Weights], layout: _Layout, tapes: list[_Tape], dY: Floats
) -> Floats:
    """Run the backward pass of all layers; add the weights' gradients, return the inputs'.

    dY       (n_tokens, W)
    returns  (n_tokens, W)
    """
    xp: Any = array_module(dY)
    d_rows: Floats = xp.empty_like(dY)
    window = layout.window

    def run(job: tuple[_Part, _Tape]) -> list[Gradients]:
        part, tape = job
        dX = layout.spread(part, dY)
        columns, pieces = _buffers(weights, dX, window)
        dX = dX[:, window : dX.shape[1] - window].copy()
        found = []
        layers = list(zip(weights, tape.inputs, tape.saved, tape.masks, strict=True))
        for block, X, saved, mask in reversed(layers):
            window_columns(X, window, out=columns[:-1])
            d_delta = dX if mask is None else dX * mask
            d_columns, gradients = maxout_norm.backward(
                block, saved, columns, d_delta, buffer=pieces
            )
            backprop_window_columns(d_columns, window, out=dX)
            found.append(gradients)
        layout.pick(part, dX, d_rows)
        return found

    for found in for_each(xp, run, list(zip(layout.parts, tapes, strict=True))):
        for block, gradients in zip(nodes.blocks(model), reversed(found), strict=True):
            gradients.add_to(block)
    return d_rows
