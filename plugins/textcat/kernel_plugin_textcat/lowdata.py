"""A small network over static word vectors, for few examples.

Axes: B docs, O labels.
"""

from __future__ import annotations

from typing import Any

from thinc.api import (
    Dropout,
    Linear,
    Model,
    ParametricAttention,
    Relu,
    chain,
    clone,
    reduce_sum,
    residual,
)

from kernel.ops import Floats
from kernel.registry import registry
from kernel.text import Doc
from kernel_plugin_textcat.outputs import output_activation, start_at_shares
from kernel_plugin_textcat.pooling import join_docs


def text_cat_low_data(
    width: int, dropout: float | None, nO: int | None = None
) -> Model[list[Doc], Floats]:
    """Classify by the word vectors of the vocabulary alone, with few trained weights.

    width    size that the vectors are reduced to
    dropout  share of the output layer's scores that is dropped in training
    nO       number of labels; null: taken from the data
    returns  B docs to (B, O), independent scores from 0 to 1

    Raises RegistryError if no installed plugin has `StaticVectors.v2`.
    """
    static_vectors = registry.layers.get("kernel.StaticVectors.v2")
    output: Any = Linear(nO, width)
    layers = [
        static_vectors(width),
        join_docs(),
        ParametricAttention(width),
        reduce_sum(),
        clone(residual(Relu(width, width)), 2),
        output,
    ]
    if dropout:
        layers.append(Dropout(dropout))
    model: Any = chain(*layers, output_activation(is_exclusive=False))
    model.set_ref("output_layer", output)
    model.attrs["multi_label"] = True
    model.attrs["start_output"] = start_at_shares
    return model
