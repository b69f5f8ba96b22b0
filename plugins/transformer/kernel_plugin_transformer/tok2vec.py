"""A transformer as a part of one component's model, which nobody shares.

Axes: B docs, n_i tokens of doc i, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kernel.ops import Floats, Packed, SteppingNode, packed
from kernel.text import Doc
from kernel_plugin_transformer.data import FullTransformerBatch
from kernel_plugin_transformer.grad_factor import GradFactor
from kernel_plugin_transformer.listener import set_width
from kernel_plugin_transformer.model import tokenizer_of
from kernel_plugin_transformer.pooling import pool

Backprop = Callable[[Any], list[Any]]
_LISTENER_SETTINGS: Final = ("pooling", "grad_factor")


class Tok2VecTransformer(SteppingNode[list[Doc], list[Floats]]):
    """Word vectors in context by a transformer of its own.

    layers  the transformer, and the pooling
    """

    def __init__(self, transformer: Any, pooling: Any, grad_factor: Any = 1.0) -> None:
        factor = grad_factor if isinstance(grad_factor, GradFactor) else GradFactor(grad_factor)
        super().__init__(
            "tok2vec-transformer",
            _forward,
            init=_init,
            layers=[transformer, pooling],
            dims={"nO": None},
            attrs={"grad_factor": factor},
        )


def own_transformer(transformer: Any, listener: Any, upstream: Any) -> Tok2VecTransformer:
    """Return a layer that replaces a listener, with a copy of the shared transformer.

    transformer  the copy
    listener     the layer that is replaced
    upstream     the model of the shared component
    """
    made = Tok2VecTransformer(transformer, listener.layers[0], listener.attrs["grad_factor"])
    made.step = listener.step
    if listener.has_dim("nO"):
        made.set_dim("nO", listener.get_dim("nO"))
    elif upstream.has_dim("nO"):
        set_width(made, upstream.get_dim("nO"))
    return made


def own_transformer_config(
    transformer: Mapping[str, Any], listener: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings of the layer that replaces a listener, from those of both."""
    name = str(transformer["@architectures"]).replace("TransformerModel", "Tok2VecTransformer")
    settings = {key: listener[key] for key in _LISTENER_SETTINGS if key in listener}
    return {**transformer, **settings, "@architectures": name}


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    transformer = model.layers[0]
    transformer.initialize(X=X)
    set_width(model, transformer.get_dim("nO"))


def _forward(model: Any, docs: Sequence[Doc], is_train: bool) -> tuple[Packed, Backprop]:
    transformer, pooling = model.layers
    factor = model.attrs["grad_factor"](model.step) if is_train else 0.0
    output, backprop_transformer = transformer(docs, bool(factor))
    batch = output
    if not isinstance(output, FullTransformerBatch):
        batch = FullTransformerBatch.of(output, docs, tokenizer_of(transformer))
    vectors, backprop_pool = pool(pooling, batch.token_rows)
    Y = Packed(vectors, [len(doc) for doc in docs])

    def backprop(dY: Any) -> list[Any]:
        if factor:
            d_vectors = packed(dY, width=vectors.shape[1], xp=model.ops.xp).data
            backprop_transformer(batch.like(backprop_pool(d_vectors * factor)))
        return []

    return Y, backprop
