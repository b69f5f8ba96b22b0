"""The objective to predict the characters of hidden words.

Axes: S selected tokens, C bytes of a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from thinc.api import LayerNorm, Maxout, Model, MultiSoftmax, chain

from kernel.ops import Floats, Ints
from kernel.text import Doc, DocBatch, LexemeTable, Vocab
from kernel_plugin_pretrain.objectives.masked import check_size, masked_model

_N_BYTES: Final = 256

CreateModel = Callable[[Vocab, Any], Model[list[Doc], Floats]]


def pretrain_characters(maxout_pieces: int, hidden_size: int, n_characters: int) -> CreateModel:
    """Predict the first and last characters of hidden words.

    maxout_pieces  number of linear functions per value of the hidden layer
    hidden_size    width of the hidden layer
    n_characters   number of UTF-8 bytes to predict: first, last, second, last but one, ...

    The loss is the sum of squared differences between a score for each value of a byte, and 1 for
    the right value or 0 for another one. As in spaCy, the scores are linear: despite its name,
    Thinc's `MultiSoftmax` does not compute a softmax. Raises ArgumentError for a size below 1.
    """
    check_size(maxout_pieces=maxout_pieces, hidden_size=hidden_size, n_characters=n_characters)

    def create(vocab: Vocab, tok2vec: Any) -> Model[list[Doc], Floats]:
        output: Any = chain(
            Maxout(nO=hidden_size, nP=maxout_pieces),
            LayerNorm(nI=hidden_size),
            MultiSoftmax((_N_BYTES,) * n_characters, nI=hidden_size),
        )

        def loss(
            ops: Any, docs: DocBatch, selected: Ints, predicted: Floats
        ) -> tuple[float, Floats]:
            known = word_bytes(docs, selected, n_characters)
            return byte_loss(predicted, ops.xp.asarray(known), ops.xp)

        return masked_model(tok2vec, output, loss)

    return create


def word_bytes(docs: DocBatch, tokens: Ints, n_bytes: int) -> npt.NDArray[np.uint8]:
    """Return the first and last bytes of words, in the order of `Doc.to_utf8_array`.

    tokens   (S,)  among all tokens of the docs, which share their lexeme table
    returns  (S, n_bytes)
    """
    vocab = docs[0].vocab

    def make(table: LexemeTable, start: int) -> npt.NDArray[np.uint8]:
        rows = np.arange(start, len(table), dtype=np.int32)
        words = Doc.from_rows(vocab, rows, np.zeros(len(rows), np.bool_), table)
        return words.to_utf8_array(n_bytes)

    table = docs[0].lexemes
    known: npt.NDArray[np.uint8] = table.derived(("word_bytes", n_bytes), make)
    return known[docs.lex()[tokens]]


def byte_loss(predicted: Floats, known: Ints, xp: Any) -> tuple[float, Floats]:
    """Return the sum of squared differences from the right scores, and half of its gradient.

    predicted  (S, C * 256)  scores
    known      (S, C)        bytes
    returns    (S, C * 256)  the gradient of `predicted`
    """
    gradient = predicted.copy()
    each = gradient.reshape((-1, _N_BYTES))  # (S * C, 256)
    each[xp.arange(len(each)), known.reshape(-1)] -= 1
    return float((gradient * gradient).sum()), gradient
