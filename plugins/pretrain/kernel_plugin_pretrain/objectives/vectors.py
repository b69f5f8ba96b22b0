"""The objective to predict the word vectors of hidden words.

Axes: S selected tokens, D width of the word vectors.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from thinc.api import Linear, Maxout, Model, chain, zero_init

from kernel.errors import ArgumentError
from kernel.ops import Floats, Ints, array_module
from kernel.text import Doc, DocBatch, Vocab
from kernel_plugin_pretrain.objectives.characters import CreateModel
from kernel_plugin_pretrain.objectives.masked import check_size, masked_model

_EPSILON = 1e-8


def pretrain_vectors(
    maxout_pieces: int, hidden_size: int, loss: Literal["cosine", "L2"]
) -> CreateModel:
    """Predict the word vectors of hidden words.

    maxout_pieces  number of linear functions per value of the hidden layer
    hidden_size    width of the hidden layer
    loss           the distance from the word's vector: "cosine" or "L2"

    Words without a vector count as zeros with "L2", and are left out with "cosine".

    Raises ArgumentError for a size below 1.
    """
    check_size(maxout_pieces=maxout_pieces, hidden_size=hidden_size)
    if loss not in _DISTANCES:
        raise ArgumentError(f"`loss` is one of {', '.join(_DISTANCES)}, not {loss!r}")
    distance = _DISTANCES[loss]

    def create(vocab: Vocab, tok2vec: Any) -> Model[list[Doc], Floats]:
        if not vocab.has_vectors:
            raise ArgumentError(
                "the objective predicts word vectors, but the vocabulary has none",
                hint="create them with `kernel init vectors`, and set `paths.vectors` to that "
                "folder",
            )
        output: Any = chain(
            Maxout(nO=hidden_size, nP=maxout_pieces, normalize=True, dropout=0.0),
            Linear(nO=vocab.vectors_length, nI=hidden_size, init_W=zero_init),
        )

        def prediction_loss(
            ops: Any, docs: DocBatch, selected: Ints, predicted: Floats
        ) -> tuple[float, Floats]:
            return distance(predicted, ops.xp.asarray(_known(vocab, docs, selected)))

        return masked_model(tok2vec, output, prediction_loss)

    return create


def cosine_distance(predicted: Floats, known: Floats) -> tuple[float, Floats]:
    """Return the sum of 1 - cosine over rows, and its gradient; rows of zeros are left out.

    predicted  (S, D)
    known      (S, D)
    returns    (S, D)  the gradient of `predicted`
    """
    xp: Any = array_module(predicted)
    is_known = known.any(axis=1, keepdims=True)  # (S, 1)
    y, target = predicted + _EPSILON, known + _EPSILON
    norm = xp.linalg.norm(y, axis=1, keepdims=True)  # (S, 1)
    scale = norm * xp.linalg.norm(target, axis=1, keepdims=True)
    cosine = (y * target).sum(axis=1, keepdims=True) / scale
    gradient = (cosine * y / (norm * norm) - target / scale) * is_known
    return float(((1 - cosine) * is_known).sum()), gradient


def squared_distance(predicted: Floats, known: Floats) -> tuple[float, Floats]:
    """Return the sum of squared differences, and half of its gradient, as in spaCy.

    predicted  (S, D)
    known      (S, D)
    returns    (S, D)  the gradient of `predicted`
    """
    gradient = predicted - known
    return float((gradient * gradient).sum()), gradient


_DISTANCES = {"cosine": cosine_distance, "L2": squared_distance}


def _known(vocab: Vocab, docs: DocBatch, selected: Ints) -> Floats:
    """Return the vectors of words, zeros for a word without a vector.

    selected  (S,)  among all tokens
    returns   (S, D)
    """
    keys = docs[0].lexemes.column(vocab.vectors_attr)[docs.lex()[selected]]
    vectors: Floats = vocab.vectors.get_batch(keys)
    is_known = vocab.vectors.are_known(keys)
    if not is_known.all():
        vectors = vectors.copy()
        vectors[np.flatnonzero(~is_known)] = 0
    return vectors
