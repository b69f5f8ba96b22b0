"""Several embeddings of a word, mixed by one maxout layer.

Axes: N tokens, U distinct words, I width of all embeddings together, W width, B docs.

The embedding of a word depends only on its type, so each distinct word is embedded once per batch:
as a token of a doc that contains all of them.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import numpy as np

from kernel.ops import (
    Floats,
    Ints,
    Packed,
    WeightNode,
    add_rows,
    cached,
    distinct_rows,
    dropout_mask,
    no_backprop,
    packed,
)
from kernel.text import ORTH, Doc, LexemeTable, Vocab, attr_name, attributes
from kernel_plugin_tok2vec import features, maxout_norm, nodes
from kernel_plugin_tok2vec.maxout_norm import Saved, Weights
from kernel_plugin_tok2vec.vector_cache import VectorCache

_PIECES: Final = 3

Backprop = Callable[[Floats], None]


def make_word_embedding(
    name: str, sources: Sequence[Any], width: int, columns: Sequence[int], *, keep: bool = True
) -> Any:
    """Concatenate the embeddings of a word from all `sources`, and mix them.

    X        B docs or spans
    returns  `Packed`, B of (n_i, width)

    sources  models with a width `nO`, from B docs to B of (n_i, nO)
    columns  the token attributes that they use, besides the text
    keep     whether predictions depend only on weights and attributes, so that results can be
             cached until these change

    Layers: the sources, then a maxout, a layer norm and a dropout node.
    """
    n_in = sum(source.get_dim("nO") for source in sources)
    mixer = nodes.make_block(width, n_in, _PIECES)
    return WeightNode(
        name,
        _forward,
        init=_init,
        layers=[*sources, *mixer],
        dims={"nO": width},
        attrs={"columns": [attr_name(attr) for attr in columns], "keep": keep},
    )


def _init(model: Any, X: Any = None, Y: Any = None) -> None:
    for source in nodes.sources(model):
        source.initialize(X=X)
    for node in nodes.mixer(model):
        node.initialize()


def _forward(
    model: Any, docs: Sequence[Any], is_train: bool
) -> tuple[Packed, Callable[[Sequence[Floats]], Any]]:
    lengths = features.lengths_of(docs)
    if not is_train:
        return Packed(_predict(model, docs), lengths), no_backprop
    words, indices = _distinct_words(model, docs)
    mixed, backprop_words = _embed(model, words, is_train=True)
    Y, backprop_tokens = _spread(model, mixed, model.ops.xp.asarray(indices))

    def backprop(dY: Sequence[Floats]) -> list[Any]:
        gradients = packed(dY, width=Y.shape[1], xp=model.ops.xp)
        backprop_words(backprop_tokens(gradients.data))
        return []

    return Packed(Y, lengths), backprop


# Distinct words


def _distinct_words(model: Any, docs: Sequence[Any]) -> tuple[Sequence[Any], Ints]:
    """Return docs that contain each distinct word of `docs`, and the index of each token's word.

    returns  docs, and (N,) indices
    """
    table = _shared_table(model, docs)
    if table is None:
        return docs, np.arange(int(features.lengths_of(docs).sum()))
    all_rows = features.table_rows(docs)
    rows, indices = distinct_rows(all_rows, int(all_rows.max(initial=-1)) + 1)
    return [_as_doc(docs[0].doc.vocab, table, rows)], indices


def _shared_table(model: Any, docs: Sequence[Any]) -> LexemeTable | None:
    """Return the shared lexeme table, if its rows determine everything that the model uses."""
    columns = features.attribute_ids(model.attrs["columns"])
    return features.single_table(docs) if all(map(attributes.is_lexical, columns)) else None


def _as_doc(vocab: Vocab, table: LexemeTable, rows: Ints) -> Doc:
    return Doc.from_rows(vocab, rows.astype(np.int32), np.ones(len(rows), np.bool_), table)


# Prediction


def _predict(model: Any, docs: Sequence[Any]) -> Floats:
    """Return the vector of each token, (N, W)."""
    table = _shared_table(model, docs)
    if table is None or not model.attrs["keep"] or model.ops.xp is not np:
        words, indices = _distinct_words(model, docs)
        vectors, _ = _embed(model, words, is_train=False)
        spread: Floats = vectors.take(model.ops.xp.asarray(indices), axis=0)
        return spread

    def make() -> weakref.WeakKeyDictionary[LexemeTable, VectorCache]:
        return weakref.WeakKeyDictionary()

    caches = cached(model, "vectors", make)
    if table not in caches:
        caches[table] = _make_cache(model, docs[0].doc.vocab, table)
    found: Floats = caches[table].vectors(table, features.table_rows(docs))
    return found


def _make_cache(model: Any, vocab: Vocab, table: LexemeTable) -> VectorCache:
    columns = [ORTH, *features.attribute_ids(model.attrs["columns"])]
    # The caller holds both; the cache must not keep them alive.
    known_vocab, known_table = weakref.ref(vocab), weakref.ref(table)

    def extract(table: Any, rows: Ints) -> Any:
        values = features.lexical_values(table, rows, columns)
        return np.concatenate([values, rows[None].astype(values.dtype)])

    def embed(values: Any) -> Floats:
        vocab, table = cast("Vocab", known_vocab()), cast("LexemeTable", known_table())
        return _embed(model, [_as_doc(vocab, table, values[-1])], is_train=False)[0]

    return VectorCache(extract, embed)


# Embedding and mixing


def _embed(model: Any, words: Sequence[Any], *, is_train: bool) -> tuple[Floats, Backprop]:
    """Embed the tokens of `words` by all sources, and mix the results.

    returns  (U, W), and a function that takes its gradient
    """
    sources, weights = nodes.sources(model), _mixer(model)
    n_words = int(features.lengths_of(words).sum())
    X = model.ops.alloc2f(n_words, weights.W.shape[1], dtype=weights.W.dtype, zeros=False)
    X[:, -1] = 1
    backprops, start = [], 0
    for source in sources:
        Y, backprop_source = source(words, is_train)
        stop = start + source.get_dim("nO")
        X[:, start:stop] = packed(Y, width=stop - start, xp=model.ops.xp).data
        backprops.append((slice(start, stop), backprop_source))
        start = stop
    if not is_train:
        return maxout_norm.predict(weights, X.T).T, no_backprop
    mixed, saved = maxout_norm.forward(weights, X.T)

    def backprop(dY: Floats) -> None:
        dX = _backprop_mixed(model, weights, saved, X, dY)  # (U, I)
        for part, backprop_source in backprops:
            backprop_source(Packed(dX[:, part], features.lengths_of(words)))

    return mixed.T, backprop


def _mixer(model: Any) -> Weights:
    return cached(model, "mixer", lambda: Weights.of(nodes.mixer(model)))


def _backprop_mixed(model: Any, weights: Weights, saved: Saved, X: Floats, dY: Floats) -> Floats:
    d_columns = model.ops.xp.ascontiguousarray(dY.T)
    d_inputs, gradients = maxout_norm.backward(weights, saved, X.T, d_columns)
    gradients.add_to(nodes.mixer(model))
    return d_inputs.T


def _spread(model: Any, mixed: Floats, indices: Ints) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Return the vector of each token's word, with dropout.

    mixed    (U, W)
    indices  (N,)
    returns  (N, W), and a function from its gradient to that of `mixed`
    """
    xp: Any = model.ops.xp
    Y = mixed.take(indices, axis=0)
    rate = nodes.dropout_rate(nodes.mixer(model).dropout)
    mask = dropout_mask(Y.shape, rate, xp) if rate else None
    if mask is not None:
        Y *= mask

    def backprop(dY: Floats) -> Floats:
        d_mixed: Floats = xp.zeros(mixed.shape, dtype=mixed.dtype)
        add_rows(model.ops, d_mixed, indices, dY if mask is None else dY * mask)
        return d_mixed

    return Y, backprop
