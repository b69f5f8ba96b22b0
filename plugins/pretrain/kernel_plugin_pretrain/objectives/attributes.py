"""The objective to predict lexical attributes of hidden words.

Axes: S selected tokens, R rows of an attribute, K rows of all attributes.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any, Final

from thinc.api import LayerNorm, Linear, Maxout, Model, chain, zero_init

from kernel.errors import ArgumentError
from kernel.ops import Floats, Ints, hash_keys
from kernel.text import Doc, DocBatch, Vocab, attributes
from kernel_plugin_pretrain.objectives.characters import CreateModel
from kernel_plugin_pretrain.objectives.masked import check_size, masked_model
from kernel_plugin_pretrain.objectives.masking import Masking

# The seed of the first attribute's hash function; that of the embedding is 8.
_FIRST_SEED: Final = 108


def pretrain_attributes(
    maxout_pieces: int = 3,
    hidden_size: int = 128,
    attrs: list[str | int] | None = None,
    rows: list[int] | None = None,
    mask_rate: float = 0.3,
) -> CreateModel:
    """Predict lexical attributes of hidden words, such as the norm and the shape.

    maxout_pieces  number of linear functions per value of the hidden layer
    hidden_size    width of the hidden layer
    attrs          the attributes; default NORM, SHAPE, PREFIX and SUFFIX
    rows           the number of rows of each attribute; default 5000, 200, 200 and 1000
    mask_rate      the share of words to predict

    This is the masked language model of BERT (Devlin et al. 2019), with a softmax per attribute
    over the rows of a hash table (Weinberger et al. 2009, "Feature Hashing for Large Scale
    Multitask Learning"), so that it needs no list of words: rare words share rows. The loss is the
    sum of the cross-entropies, in nats.

    Raises ArgumentError if `attrs` and `rows` differ in length or are empty, for a size below 1, or
    for attributes that depend on the sentence; TextError for an unknown attribute.
    """
    check_size(maxout_pieces=maxout_pieces, hidden_size=hidden_size)
    attrs = attrs if attrs is not None else ["NORM", "SHAPE", "PREFIX", "SUFFIX"]
    rows = rows if rows is not None else [5000, 200, 200, 1000]
    ids = _checked(attrs, rows)
    masking = Masking(rate=mask_rate)

    def create(vocab: Vocab, tok2vec: Any) -> Model[list[Doc], Floats]:
        output: Any = chain(
            Maxout(nO=hidden_size, nP=maxout_pieces),
            LayerNorm(nI=hidden_size),
            Linear(nO=sum(rows), nI=hidden_size, init_W=zero_init),
        )

        def loss(
            ops: Any, docs: DocBatch, selected: Ints, predicted: Floats
        ) -> tuple[float, Floats]:
            lex = docs.lex()[selected]
            total, gradient = 0.0, ops.xp.empty_like(predicted)
            bounds = pairwise(accumulate(rows, initial=0))
            for number, (attr, (start, end)) in enumerate(zip(ids, bounds, strict=True)):
                values = ops.asarray(docs[0].lexemes.column(attr)[lex])
                known = hash_keys(ops, values, seed=_FIRST_SEED + number, n_rows=end - start)[0]
                part = slice(start, end)
                own, gradient[:, part] = cross_entropy(predicted[:, part], known, ops.xp)
                total += own
            return total, gradient

        return masked_model(tok2vec, output, loss, masking)

    return create


def cross_entropy(predicted: Floats, known: Ints, xp: Any) -> tuple[float, Floats]:
    """Return the cross-entropy of a softmax, summed over tokens, in nats, and its gradient.

    predicted  (S, R)  the inputs of the softmax
    known      (S,)    the right rows
    returns    (S, R)  the gradient of `predicted`
    """
    shifted = predicted - predicted.max(axis=1, keepdims=True)
    right = xp.arange(len(shifted)), known
    at_right = shifted[right]
    gradient = xp.exp(shifted, out=shifted)
    sums = gradient.sum(axis=1, keepdims=True)  # (S, 1)
    gradient /= sums
    gradient[right] -= 1
    return float((xp.log(sums[:, 0]) - at_right).sum()), gradient


def _checked(attrs: list[str | int], rows: list[int]) -> list[int]:
    """Return the ids of attributes; see `pretrain_attributes` for the errors."""
    if len(attrs) != len(rows):
        raise ArgumentError(
            f"`attrs` names {len(attrs)} attributes, but `rows` gives {len(rows)} numbers of rows",
            hint="give one number of rows for each attribute",
        )
    if not attrs:
        raise ArgumentError("`attrs` is empty, so there is nothing to predict")
    for attr, n_rows in zip(attrs, rows, strict=True):
        if n_rows < 2:
            raise ArgumentError(f"`rows` must be at least 2 for {attr}, got {n_rows!r}")
    ids = [attributes.attr_id(attr) for attr in attrs]
    for attr, number in zip(attrs, ids, strict=True):
        if not attributes.is_lexical(number):
            raise ArgumentError(
                f"`attrs` contains {attr}, which depends on the sentence",
                hint="raw text has only lexical attributes, such as NORM and SHAPE",
            )
    return ids
