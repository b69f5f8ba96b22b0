"""States of the BILUO system.

Axes: S states. Tokens are numbered through the batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import define, evolve

from kernel_plugin_ner.batch import BiluoBatch
from kernel_plugin_ner.classes import Classes, Floats, Ints, Masks
from kernel_plugin_transition.system import FeatureTemplate

# The next token, then tokens of the open entity, if one is open.
FEATURES = FeatureTemplate("ner", ("next", "first", "previous"))
MORE_FEATURES = FeatureTemplate("ner", ("next", "first", "second", "third", "fourth", "fifth"))


@define
class BiluoStates:
    """A state in each row.

    at       (S,)  the next token, B0
    stop     (S,)  the token at which the state is final
    start    (S,)  the first token of the open entity
    open     (S,)  its type; 0: none is open
    actions  (N,)  the class taken at each token of the batch; shared by all its states
    """

    batch: BiluoBatch
    at: Ints
    stop: Ints
    start: Ints
    open: Ints
    actions: Ints

    def __len__(self) -> int:
        return len(self.at)

    def copy(self) -> BiluoStates:
        """Return a copy that does not change when these states move on."""
        return evolve(
            self,
            at=self.at.copy(),
            start=self.start.copy(),
            open=self.open.copy(),
            actions=self.actions.copy(),
        )

    def select(self, rows: Ints | Masks | slice) -> BiluoStates:
        """Return some of the states; they share `actions` with these."""
        return BiluoStates(
            self.batch,
            self.at[rows],
            self.stop[rows],
            self.start[rows],
            self.open[rows],
            self.actions,
        )


def begin_states(batch: BiluoBatch) -> BiluoStates:
    """Return the first state of each doc that has tokens, longest doc first."""
    lengths = batch.offsets[1:] - batch.offsets[:-1]
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    at = batch.offsets[order].astype(np.int32)
    zeros = np.zeros(len(at), np.int32)
    return BiluoStates(
        batch, at, batch.offsets[order + 1], zeros, zeros.copy(), np.zeros(len(batch), np.int32)
    )


def join_states(states: Sequence[BiluoStates]) -> BiluoStates:
    """Join states of one batch."""
    at, stop, start, types = (
        np.concatenate([getattr(part, name) for part in states])
        for name in ("at", "stop", "start", "open")
    )
    return BiluoStates(states[0].batch, at, stop, start, types, states[0].actions)


def show_tokens(states: BiluoStates, features: FeatureTemplate) -> Ints:
    """Return the feature tokens of each state; -1: no such token.

    returns  (S, F)
    """
    at, start = states.at, states.start
    is_open = states.open > 0
    if features == FEATURES:
        return np.stack([at, np.where(is_open, start, -1), np.where(is_open, at - 1, -1)], axis=1)
    within = start[:, None] + np.arange(len(features) - 1, dtype=np.int32)
    shown = np.where(is_open[:, None] & (within < at[:, None]), within, -1)
    return np.concatenate([at[:, None], shown], axis=1)


def state_penalties(states: BiluoStates) -> Floats:
    """Return 0 where a class is valid, -inf elsewhere.

    returns  (S, C)
    """
    batch = states.batch
    return batch.penalties.take(batch.blocks.take(states.at) + states.open, axis=0)


def move_on(states: BiluoStates, actions: Ints, classes: Classes) -> None:
    """Take the action of one class at each state, in place.

    actions  (S,)
    """
    states.actions[states.at] = actions
    states.start = np.where(classes.begins.take(actions), states.at, states.start)
    states.open = classes.opens.take(actions)
    states.at = states.at + 1
