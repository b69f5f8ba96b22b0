"""The listener: the word vectors of a shared transformer in another component's model.

Axes: B docs, n_i tokens of doc i, N tokens of all docs, R rows (word pieces), W width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from thinc.api import Model
from thinc.types import Ragged

import kernel
from kernel.errors import ArgumentError, ShapeError
from kernel.ops import Floats, Packed, SteppingNode, packed
from kernel.pipeline import Varying, find_shared, missing_upstream
from kernel.text import Doc, DocBatch
from kernel_plugin_transformer.data import TransformerData
from kernel_plugin_transformer.grad_factor import GradFactor
from kernel_plugin_transformer.pooling import TokenRows, pool
from kernel_plugin_transformer.shared import SharedPieces

Pooling = Model[Ragged, Floats]
Backprop = Callable[[Any], list[Any]]


class TransformerListener(SteppingNode[list[Doc], list[Floats]]):
    """A layer that pools the output of a shared transformer, and returns the gradient to it.

    `redirected_to` is the name of another component that it reads instead, "" for none; None: the
    component that its settings name. It is not saved.
    """

    redirected_to: str | None = None

    def __init__(self, upstream_name: str, pooling: Any, grad_factor: Varying = 1.0) -> None:
        super().__init__(
            "transformer-listener",
            _forward,
            init=_init,
            layers=[pooling],
            dims={"nO": None},
            attrs={"listens_to": upstream_name, "grad_factor": GradFactor(grad_factor)},
        )

    @property
    def upstream_name(self) -> str:
        """The name of the component that it listens to; "*": the last transformer before."""
        if self.redirected_to is not None:
            return self.redirected_to
        return str(self.attrs["listens_to"])

    @property
    def factor(self) -> float:
        """What the gradient is multiplied by in this step."""
        factor: float = self.attrs["grad_factor"](self.step)
        return factor


@kernel.listens
def transformer_listener(
    pooling: Pooling, grad_factor: Varying = 1.0, upstream: str = "*"
) -> TransformerListener:
    """Read the word vectors of a shared transformer, and return the gradient to it.

    pooling      makes one vector of the word pieces of each token, such as `reduce_mean.v1`
    grad_factor  what the gradient is multiplied by, a number or a schedule; while it is 0 for all
                 listeners of a transformer, its weights do not change
    upstream     name of the shared transformer; "*": the last one before this component
    returns      a model, B docs to B of (n_i, W)

    If no transformer has processed this batch, the vectors are those of `doc._.trf_data`.
    """
    return TransformerListener(upstream, pooling, grad_factor)


def set_width(listener: Any, width: int) -> None:
    """Tell a listener the size of the transformer's vectors, if it has no size yet.

    Raises `ArgumentError` if its layer for pooling does not take word pieces as Ragged.
    """
    if listener.has_dim("nO") is None:
        pooling = listener.layers[-1]
        xp, ragged = listener.ops.xp, Ragged
        sample: Any = ragged(xp.zeros((1, width), "float32"), xp.ones(1, "int32"))
        try:
            pooling.initialize(X=sample)
            n_out = pooling.predict(sample).shape[1]
        except (AttributeError, TypeError, ValueError) as error:
            raise ArgumentError(
                f"`pooling` is the layer `{pooling.name}`, which does not make one vector of the "
                f"word pieces of a token: {error}",
                hint='use a layer from Ragged to an array, such as `@layers = "reduce_mean.v1"`',
            ) from error
        listener.set_dim("nO", n_out)


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    for doc in X or ():
        data = doc._.trf_data if doc.has_extension("trf_data") else None
        if isinstance(data, TransformerData):
            set_width(model, data.width)
            return


def _forward(model: Any, docs: Sequence[Doc], is_train: bool) -> tuple[Packed, Backprop]:
    shared = find_shared(docs, model.upstream_name, SharedPieces)
    if shared is None:
        # A plain list has the docs from which a model infers its shapes, before any vectors exist.
        is_needed = is_train or isinstance(docs, DocBatch)
        return _read_docs(model, docs, is_needed=is_needed), lambda dY: []
    pooled = shared.pooled(model.layers[0])
    Y = pooled.vectors
    _check_width(model, Y.data)
    factor = model.factor

    def backprop(dY: Any) -> list[Any]:
        if factor:
            pooled.add_gradient(packed(dY, width=Y.data.shape[1], xp=model.ops.xp).data, factor)
        return []

    return Y, backprop


def _read_docs(model: Any, docs: Sequence[Doc], *, is_needed: bool) -> Packed:
    """Return the vectors of tokens from `doc._.trf_data`; without need, zeros where it is unset."""
    lengths = [len(doc) for doc in docs]
    data = [_data_of(doc) for doc in docs]
    is_missing = any(len(doc) and not each for doc, each in zip(docs, data, strict=True))
    if is_needed and is_missing:
        raise missing_upstream(model.upstream_name, "have no `trf_data`")
    if not any(data):
        width = model.maybe_get_dim("nO")
        if width is None:
            raise missing_upstream(model.upstream_name, "have no `trf_data`")
        return Packed(model.ops.alloc2f(sum(lengths), width), lengths)
    vectors, _ = pool(model.layers[0], _joined(model.ops, docs, data))
    _check_width(model, vectors)
    return Packed(vectors, lengths)


def _data_of(doc: Doc) -> TransformerData | None:
    data = doc._.trf_data if doc.has_extension("trf_data") else None
    return data if isinstance(data, TransformerData) and len(doc) else None


def _joined(ops: Any, docs: Sequence[Doc], data: Sequence[TransformerData | None]) -> TokenRows:
    """Return the rows of all docs, one after the other."""
    rows, index, lengths, start = [], [], [], 0
    for doc, each in zip(docs, data, strict=True):
        if each is None:
            lengths.append(np.zeros(len(doc), "int32"))
            continue
        own = each.token_rows
        if len(own.lengths) != len(doc):
            raise ArgumentError(
                f"`trf_data` of a doc with {len(doc)} tokens is for {len(own.lengths)} tokens: "
                f"{doc.text!r:.60}",
                hint="the doc was changed afterwards; run the transformer again",
            )
        rows.append(ops.asarray(own.rows))
        index.append(ops.asarray(own.index) + start)
        lengths.append(own.lengths)
        start += len(own.rows)
    xp = ops.xp
    return TokenRows(
        rows=xp.concatenate(rows),
        index=xp.concatenate(index),
        lengths=np.concatenate(lengths),
        doc_lengths=np.fromiter(map(len, docs), "int32", len(docs)),
    )


def _check_width(model: Any, vectors: Floats) -> None:
    width = model.maybe_get_dim("nO")
    if width is None:
        model.set_dim("nO", vectors.shape[1])
    elif vectors.shape[1] != width:
        raise ShapeError(
            f"a layer expects {width} dimensions of the transformer, which has {vectors.shape[1]}",
            hint="the component was trained with another transformer",
        )
