"""Scores of states, computed from the vectors of their feature tokens.

Axes: N tokens of a batch, S states, F features, I width of a token vector, P pieces,
H hidden width, M = P * H, C classes.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.ops import (
    add_rows,
    backprop_maxout,
    default_ops,
    distinct_rows,
    dropout_mask,
    gather_sum,
    matmul,
    maxout,
    parallel,
)
from kernel_plugin_transition.weights import StepGradients, StepWeights

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]

DROPOUT_RATE = 0.1
# Number of states whose dropout masks are drawn together: one draw is as slow as many.
DROPOUT_CHUNK_STATES = 512

# Up to this many states, gathering all rows at once is faster than feature by feature.
ONE_GATHER_MAX_STATES = 64

# Number of tokens precomputed together for a single state; limits the memory for long docs.
WINDOW_TOKENS = 4096


@frozen
class _Record:
    """Values saved for the backward pass of one call of `score`."""

    source: Ints | slice  # (S, F) token rows, or the rows of single tokens
    hidden: Floats  # (S, H) after dropout
    won: Masks  # (P-1, S, H) which piece was largest; with one piece, whether it was positive
    kept: Any  # (S, H) the dropout mask, None without an upper layer


class StateScorer:
    """Scores the states of one batch of docs, and backpropagates gradients in training.

    `score` can be called with any states; in training it records them in order, and `backprop`
    takes the gradients of all of them at once. Classes in `unseen` get the lowest score of their
    state, so that they are never predicted.
    """

    def __init__(
        self,
        X: Floats,
        weights: StepWeights,
        *,
        unseen: Collection[int] = (),
        is_train: bool = False,
    ) -> None:
        self.X = X
        self.weights = weights
        self.unseen = sorted(unseen)
        self.is_train = is_train
        self._records: list[_Record] = []
        self._scores: list[Floats] = []
        self._masks: Floats = np.zeros((0, weights.width), "float32")
        self._n_drawn = 0
        self._table: Floats | None = None
        self._low = self._high = 0  # the range of tokens of `_window`
        self._window: Floats = weights.pad
        self._alone = weights.b + weights.pad[1:].sum(axis=0)  # (M,)
        self._roles = np.arange(weights.n_features)[:, None]  # (F, 1)

    def part(self, rows: Ints | slice) -> StateScorer:
        """Return a scorer of some tokens for prediction; these are numbered from 0."""
        return StateScorer(self.X[rows], self.weights, unseen=self.unseen)

    def score(self, ids: Ints) -> Floats:
        """Score states by their feature tokens.

        ids      (S, F)  rows of tokens in the batch; -1: no such token
        returns  (S, C)
        """
        if self._table is not None:
            keys = ids.T * self.weights.n_features
            keys += self._roles
            return self._finish(_sum_rows(self._table, keys), ids)
        n_features, width, n_out = self.weights.W.shape
        tokens = self.X.take(ids, axis=0, mode="clip")  # (S, F, I)
        missing = ids < 0
        if missing.any():
            tokens[missing] = 0
        affine = tokens.reshape((len(ids), n_features * width)) @ self.weights.W.reshape(
            (-1, n_out)
        )
        affine += self.weights.b
        if missing.any():
            affine += missing.astype(affine.dtype) @ self.weights.pad
        return self._finish(affine, ids)

    def score_alone(self, rows: slice) -> Floats:
        """Score states whose first feature is a token and whose other features are missing.

        rows     the range of S tokens of the batch
        returns  (S, C)
        """
        affine = self.X[rows] @ self.weights.W[0]  # (S, M)
        affine += self._alone
        return self._finish(affine, rows)

    def score_one(self, ids: list[int]) -> Floats:
        """Score one state with precomputed values of the tokens around it.

        ids      F rows of tokens, as in `score`
        returns  (C,)
        """
        if self._table is None and not self._reach(ids):
            return self.score(np.array([ids], np.intp))[0]
        weights, shift = self.weights, self._low
        n_features = weights.n_features
        # -1 selects the last rows, which are those of missing tokens.
        keys = [
            (row - shift if row >= 0 else -1) * n_features + feature
            for feature, row in enumerate(ids)
        ]
        affine = np.add.reduce(self._window.take(keys, axis=0), axis=0)
        if weights.n_pieces > 1:
            hidden = np.maximum.reduce(affine.reshape((weights.n_pieces, -1)), axis=0)
        else:
            hidden = np.maximum(affine, 0) if weights.is_rectified else affine
        return self._hold_back(self._upper(hidden))

    def _reach(self, ids: list[int]) -> bool:
        """Move the window to these tokens; return whether they fit into one window."""
        high = max(ids)
        low = min([row for row in ids if row >= 0], default=0)
        if low < self._low or high >= self._high:
            if high - low > WINDOW_TOKENS // 2:
                return False
            self._move_window(low)
        return True

    def _move_window(self, low: int) -> None:
        """Precompute the tokens from a little before `low` on, or all tokens if they are few."""
        n_tokens = len(self.X)
        if n_tokens <= WINDOW_TOKENS:
            self.precompute()
            return
        self._low = max(0, low - WINDOW_TOKENS // 8)
        self._high = min(self._low + WINDOW_TOKENS, n_tokens)
        self._window = self.part(slice(self._low, self._high)).precompute()

    def new_buffer(self, n_tokens: int) -> Floats:
        """Return memory for the result of `precompute` for `n_tokens`: (n_tokens + 1, F * M)."""
        n_features, _, n_out = self.weights.W.shape
        return np.empty((n_tokens + 1, n_features * n_out), self.X.dtype)

    def precompute(self, buffer: Floats | None = None) -> Floats:
        """Multiply every token with the weights of every feature; scoring then only adds rows.

        This is faster if tokens are often the same feature of several states, or if states are
        scored one by one.

        buffer   (at least N + 1, F * M)  memory for the result; used memory is faster than new
        returns  ((N + 1) * F, M) the last F rows are those of missing tokens; the first feature
                 includes the bias
        """
        if self._table is not None:
            return self._table
        n_out = self.weights.W.shape[2]
        if buffer is None:
            buffer = self.new_buffer(len(self.X))
        table = buffer[: len(self.X) + 1]
        matmul(self.X, self.weights.stacked, out=table[:-1])
        table[-1] = self.weights.pad.reshape(-1)  # the row of index -1
        table[:, :n_out] += self.weights.b  # once per state, with its first token
        self._table = self._window = table.reshape((-1, n_out))
        self._low = 0
        return self._table

    def scores(self) -> Floats:
        """Return the scores of all states recorded in training, including unseen classes.

        returns  (S, C)
        """
        if not self._scores:
            return np.zeros((0, self.weights.n_classes), "float32")
        return np.concatenate(self._scores)

    def score_again(self, other: StateScorer) -> Floats:
        """Return the scores that another model gives the states recorded in training.

        returns  (S, C'), without regard to unseen classes
        """
        scored = [
            other.score_alone(record.source)
            if isinstance(record.source, slice)
            else other.score(record.source)
            for record in self._records
        ]
        return np.concatenate([np.zeros((0, other.weights.n_classes), "float32"), *scored])

    def backprop(self, d_scores: Floats) -> tuple[Floats, StepGradients]:
        """Return the gradients of the token vectors and of the weights.

        d_scores (S, C)  of all scored states, in the same order
        returns  (N, I), and the gradients of the weights in their shapes
        """
        dX = np.zeros_like(self.X)
        gradients = StepGradients.zeros(self.weights)
        start = 0
        for record in _merged(self._records):
            stop = start + len(record.hidden)
            d_affine = self._backprop_upper(record, d_scores[start:stop], gradients)
            d_b = add_up(d_affine)
            np.add(gradients.b, d_b, out=gradients.b)
            if isinstance(record.source, slice):
                gradients.pad[1:] += d_b
                self._backprop_alone(record.source, d_affine, dX, gradients)
            else:
                self._backprop_features(record.source, d_affine, dX, gradients)
            start = stop
        return dX, gradients

    def _finish(self, affine: Floats, source: Ints | slice) -> Floats:
        if not self.is_train:
            is_linear = self.weights.n_pieces == 1 and not self.weights.is_rectified
            hidden = affine if is_linear else _forward_maxout(affine, self.weights.n_pieces, None)
            return self._hold_back(self._upper(hidden))
        n_masks = max(self.weights.n_pieces - 1, 1)
        won = np.empty((n_masks, len(affine), self.weights.width), np.bool_)
        hidden = _forward_maxout(affine, self.weights.n_pieces, won)
        kept = None
        if self.weights.upper is not None:
            kept = self._draw_kept(len(hidden))
            hidden *= kept
        scores = self._upper(hidden)
        self._records.append(_Record(source, hidden, won, kept))
        self._scores.append(scores)
        return self._hold_back(scores)

    def _draw_kept(self, n_states: int) -> Floats:
        """Return a dropout mask, (n_states, H); masks are drawn for many states together."""
        start, stop = self._n_drawn, self._n_drawn + n_states
        if stop > len(self._masks):
            start, stop = 0, n_states
            self._masks = dropout_mask(
                (max(n_states, DROPOUT_CHUNK_STATES), self.weights.width), DROPOUT_RATE
            )
        self._n_drawn = stop
        return self._masks[start:stop]

    def _upper(self, hidden: Floats) -> Floats:
        upper = self.weights.upper
        if upper is None:
            return hidden
        scores: Floats = hidden @ upper.W
        scores += upper.b
        return scores

    def _hold_back(self, scores: Floats) -> Floats:
        return hold_back(scores, self.unseen) if self.unseen else scores

    def _backprop_upper(
        self, record: _Record, d_scores: Floats, gradients: StepGradients
    ) -> Floats:
        d_hidden = d_scores
        upper, d_upper = self.weights.upper, gradients.upper
        if upper is not None and d_upper is not None:
            np.add(d_upper.W, record.hidden.T @ d_scores, out=d_upper.W)
            np.add(d_upper.b, add_up(d_scores), out=d_upper.b)
            d_hidden = np.multiply(d_scores @ upper.W.T, record.kept)
        n_states, width = d_hidden.shape
        if self.weights.n_pieces == 1:
            positive: Floats = d_hidden * record.won[0]
            return positive
        d_affine = np.empty((n_states, self.weights.n_pieces * width), d_hidden.dtype)
        backprop_maxout(d_hidden, record.won, out=_pieces(d_affine, self.weights.n_pieces))
        return d_affine

    def _backprop_alone(
        self, rows: slice, d_affine: Floats, dX: Floats, gradients: StepGradients
    ) -> None:
        gradients.W[0] += self.X[rows].T @ d_affine
        dX[rows] += d_affine @ self.weights.W[0].T

    def _backprop_features(
        self, ids: Ints, d_affine: Floats, dX: Floats, gradients: StepGradients
    ) -> None:
        if ids.size > len(self.X):
            self._backprop_table(ids, d_affine, dX, gradients)
            return
        for feature, column in enumerate(ids.T):
            there = column >= 0
            d_there, rows = d_affine, column
            if not there.all():
                gradients.pad[feature] += add_up(d_affine[~there])
                d_there, rows = d_affine[there], column[there]
            gradients.W[feature] += self.X[rows].T @ d_there
            add_rows(default_ops(), dX, rows, d_there @ self.weights.W[feature].T)

    def _backprop_table(
        self, ids: Ints, d_affine: Floats, dX: Floats, gradients: StepGradients
    ) -> None:
        """Add up the gradients of each token and feature first, then multiply.

        On average, a feature occurs with half of the tokens; only these are multiplied.
        """
        n_tokens = len(self.X)

        def run(feature: int) -> tuple[Ints, Floats]:
            column = np.where(ids[:, feature] >= 0, ids[:, feature], n_tokens)
            rows, inverse = distinct_rows(column, n_tokens + 1)
            d_rows = np.zeros((len(rows), d_affine.shape[1]), d_affine.dtype)
            add_rows(default_ops(), d_rows, inverse, d_affine)
            if len(rows) and rows[-1] == n_tokens:
                gradients.pad[feature] += d_rows[-1]
                rows, d_rows = rows[:-1], d_rows[:-1]
            gradients.W[feature] += self.X[rows].T @ d_rows
            return rows, d_rows @ self.weights.W[feature].T

        for rows, d_tokens in parallel(run, range(self.weights.n_features)):
            dX[rows] += d_tokens


def _merged(records: list[_Record]) -> Iterator[_Record]:
    """Yield records; adjacent records of single tokens in a row are merged."""
    for alone, group in itertools.groupby(records, lambda record: isinstance(record.source, slice)):
        part = list(group)
        if alone or len(part) == 1:
            yield from part
            continue
        yield _Record(
            source=np.concatenate([record.source for record in part]),
            hidden=np.concatenate([record.hidden for record in part]),
            won=np.concatenate([record.won for record in part], axis=1),
            kept=None if part[0].kept is None else np.concatenate([record.kept for record in part]),
        )


def _sum_rows(table: Floats, keys: Ints) -> Floats:
    """Add up F rows of the table for each state.

    table    (V, M)
    keys     (F, S)
    returns  (S, M)
    """
    if keys.shape[1] > ONE_GATHER_MAX_STATES:
        return gather_sum(table, keys)
    summed: Floats = np.add.reduce(table.take(keys, axis=0), axis=0)
    return summed


def add_up(rows: Floats) -> Floats:
    """Return the sum of all rows; a matrix product is several times faster than `sum`.

    rows     (S, M)
    returns  (M,)
    """
    total: Floats = np.ones(len(rows), rows.dtype) @ rows
    return total


def hold_back(scores: Floats, unseen: list[int]) -> Floats:
    """Set the scores of some classes to the lowest score of their state.

    scores   (..., C)
    returns  (..., C)  a copy
    """
    lowest = scores.min(axis=-1, keepdims=True)
    held: Floats = scores.copy()
    held[..., unseen] = lowest
    return held


def _pieces(affine: Floats, n_pieces: int) -> Floats:
    """Return (S, M) as (P, S, H), a view."""
    n_states, n_out = affine.shape
    return affine.reshape((n_states, n_pieces, n_out // n_pieces)).transpose(1, 0, 2)


def _forward_maxout(affine: Floats, n_pieces: int, won: Masks | None) -> Floats:
    """Return the maximum over pieces; for a single piece, its positive values (ReLU)."""
    if n_pieces > 1:
        return maxout(_pieces(affine, n_pieces), masks=won)
    if won is not None:
        np.greater_equal(affine, 0, out=won[0])
    return np.maximum(affine, 0)
