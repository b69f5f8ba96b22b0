"""The first version of the ensemble, with its own embedding and encoder.

Axes: B docs, W width, O labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from thinc.api import (
    Dropout,
    HashEmbed,
    Linear,
    Maxout,
    Model,
    ParametricAttention,
    Softmax,
    chain,
    clone,
    concatenate,
    expand_window,
    reduce_sum,
    residual,
    uniqued,
    with_array,
)

from kernel.ops import Floats, Packed
from kernel.registry import registry
from kernel.text import Doc
from kernel_plugin_textcat.bow import text_cat_bow_v1
from kernel_plugin_textcat.outputs import output_activation, pass_gradients, start_at_shares
from kernel_plugin_textcat.pooling import join_docs

_COLUMNS: Final = ["ORTH", "LOWER", "PREFIX", "SUFFIX", "SHAPE", "ID"]
_FIRST_SEED: Final = 10


def text_cat_ensemble_v1(
    width: int,
    embed_size: int,
    pretrained_vectors: bool | None,
    exclusive_classes: bool,
    ngram_size: int,
    window_size: int,
    conv_depth: int,
    dropout: float | None,
    nO: int | None = None,
) -> Model[list[Doc], Floats]:
    """Combine the scores of a bag of words and of a convolutional network with attention.

    width               W
    embed_size          rows of each hashed table
    pretrained_vectors  whether to include the word vectors of the vocabulary
    exclusive_classes   whether each doc has exactly one label
    ngram_size          maximum number of words in an n-gram
    window_size         words on each side that one layer of the encoder sees
    conv_depth          layers of the encoder
    dropout             dropout rate of the embeddings
    nO                  number of labels; null: taken from the data
    returns             B docs to (B, O), from 0 to 1

    Kept for existing configs and models; use `TextCatEnsemble.v2` for new ones.
    """
    words = _words(width, embed_size, window_size, conv_depth, dropout, pretrained_vectors)
    linear: Any = Linear(nO, width)
    network: Any = chain(
        words,
        join_docs(),
        ParametricAttention(width),
        reduce_sum(),
        residual(Maxout(width, width, nP=3)),
        linear,
        Dropout(0.0),
    )
    bow = text_cat_bow_v1(exclusive_classes, ngram_size, no_output_layer=False, nO=nO)
    pass_gradients(bow)
    output: Any = Softmax(nO) if exclusive_classes else Linear(nO)
    layers: list[Any] = [concatenate(bow, network), output]
    if not exclusive_classes:
        layers += [Dropout(0.0), output_activation(is_exclusive=False)]
    model: Any = chain(*layers)
    model.set_ref("tok2vec", words)
    model.set_ref("output_layer", output)
    model.attrs["multi_label"] = not exclusive_classes
    model.attrs["start_output"] = start_at_shares
    return model


def _words(
    width: int,
    embed_size: int,
    window_size: int,
    depth: int,
    dropout: float | None,
    with_vectors: bool | None,
) -> Any:
    """Return B docs to B of (n_i, W)."""
    sizes = [width, width // 2, width // 2, width // 2]
    tables: list[Any] = [
        HashEmbed(size, embed_size, seed=_FIRST_SEED + number, column=number + 1, dropout=dropout)
        for number, size in enumerate(sizes)
    ]
    mixer = Maxout(width, sum(sizes), nP=3, normalize=True)
    # Each distinct word is embedded once; the first column identifies it.
    table: Any = uniqued(chain(concatenate(*tables), mixer), column=0)
    embed: Any = chain(Model("extract_features", _extract), with_array(table))
    n_inputs = width
    if with_vectors:
        vectors = registry.layers.get("kernel.StaticVectors.v1")(width)
        embed, n_inputs = concatenate(embed, vectors), 2 * width
    window = width * (2 * window_size + 1)
    layer: Any = chain(expand_window(window_size), Maxout(width, window, nP=3, normalize=True))
    encoder: Any = chain(
        Maxout(width, n_inputs, nP=3, normalize=True), clone(residual(layer), depth)
    )
    words: Any = chain(embed, with_array(encoder, pad=depth))
    words.set_dim("nO", width)
    return words


def _extract(
    model: Any, docs: Sequence[Doc], is_train: bool
) -> tuple[Packed, Callable[[Any], list[Doc]]]:
    lengths = [len(doc) for doc in docs]
    none = np.zeros((0, len(_COLUMNS)), "uint64")
    columns = np.concatenate([none, *(doc.to_array(_COLUMNS) for doc in docs)], dtype="uint64")
    return Packed(model.ops.asarray(columns), lengths), lambda dY: []
