"""A bidirectional encoder: PyTorch's LSTM, with weights held by a Thinc model.

Axes: N tokens of docs that are not empty, W width, H = W / 2 width of a direction, L layers.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model, noop

from kernel import random
from kernel.errors import ArgumentError, PluginError
from kernel.ops import Floats, Packed, WeightNode, from_torch, packed, to_torch


def torch_bilstm_encoder(
    width: int, depth: int, dropout: float
) -> Model[list[Floats], list[Floats]]:
    """Encode each word in the context of the whole doc, read in both directions.

    width    size of each word's vector, in the input and output; even
    depth    number of layers; 0 returns the vectors unchanged
    dropout  dropout rate between layers
    returns  B of (n_i, width) to B of (n_i, width)

    Docs are read without padding, so the result for a doc does not depend on the rest of its batch.
    spaCy uses padding; its results are the same for single docs.

    Params: those of `torch.nn.LSTM` by its names, uniform within ±1/sqrt(width / 2).
    Raises `PluginError` without PyTorch, `ArgumentError` for an odd width.
    """
    if depth == 0:
        return noop()
    if width % 2:
        raise ArgumentError(f"`width` must be even for two directions, got {width!r}")
    _import_torch()
    return WeightNode(
        "torch_bilstm",
        _forward,
        init=_init,
        dims={"nO": width, "nI": width},
        params=dict.fromkeys(_shapes(width, depth)),
        shapes=_shapes(width, depth),
        attrs={"depth": depth, "lstm_dropout": dropout},
    )


def _import_torch() -> Any:
    # Not at the top of the module: importing PyTorch is slow, and it is optional.
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise PluginError(
            "`kernel.TorchBiLSTMEncoder.v1` needs PyTorch, which is not installed",
            hint="pip install torch, or use `kernel.MaxoutWindowEncoder.v2`",
        ) from error


def _shapes(width: int, depth: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter, in the order in which PyTorch takes them."""
    half = width // 2
    return {
        f"{kind}_l{layer}{direction}": shape
        for layer in range(depth)
        for direction in ("", "_reverse")
        for kind, shape in (
            ("weight_ih", (4 * half, width)),
            ("weight_hh", (4 * half, half)),
            ("bias_ih", (4 * half,)),
            ("bias_hh", (4 * half,)),
        )
    }


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    width = model.get_dim("nO")
    bound = 1 / math.sqrt(width // 2)
    random.follow_global_seed()
    for name, shape in _shapes(width, model.attrs["depth"]).items():
        drawn = random.generator().uniform(-bound, bound, shape).astype("float32")
        model.set_param(name, model.ops.asarray(drawn))


def _forward(
    model: Any, X: Sequence[Floats], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Packed]]:
    rows = packed(X, width=model.get_dim("nI"), xp=model.ops.xp)
    if not len(rows.data):
        return rows, lambda dY: rows
    torch, xp = _import_torch(), model.ops.xp
    names = _shapes(model.get_dim("nO"), model.attrs["depth"])
    with torch.set_grad_enabled(is_train):
        weights = [to_torch(model.get_param(name), requires_grad=is_train) for name in names]
        inputs = to_torch(rows.data, requires_grad=is_train)
        outputs = _run(torch, model, weights, inputs, rows.lengths.tolist(), is_train=is_train)

    def backprop(dY: Sequence[Floats]) -> Packed:
        gradient = packed(dY, width=rows.data.shape[1], xp=xp)
        torch.autograd.backward([outputs], [to_torch(gradient.data)])
        for name, weight in zip(names, weights, strict=True):
            model.inc_grad(name, from_torch(weight.grad, xp))
        return rows.like(from_torch(inputs.grad, xp))

    return rows.like(from_torch(outputs, xp)), backprop


def _run(
    torch: Any, model: Any, weights: list[Any], inputs: Any, lengths: list[int], *, is_train: bool
) -> Any:
    """Run the LSTM over docs of these lengths.

    inputs   (N, W)  tensor
    returns  (N, W)  tensor
    """
    rnn, depth = torch.nn.utils.rnn, model.attrs["depth"]
    docs = torch.split(inputs, [length for length in lengths if length])
    sequence = rnn.pack_sequence(docs, enforce_sorted=False)
    start = inputs.new_zeros(2 * depth, len(docs), inputs.shape[1] // 2)  # (2L, docs, H)
    data, *_ = torch.lstm(
        sequence.data,
        sequence.batch_sizes,
        (start, start),
        weights,
        # No keywords are possible; these flags mean biases and both directions.
        True,
        depth,
        model.attrs["lstm_dropout"],
        is_train,
        True,
    )
    return torch.cat(rnn.unpack_sequence(sequence._replace(data=data)))
