"""Lazy decoding: follow the model's predictions, but step only through the tokens of entities.

While no entity is open, the features of a state depend only on its next token. The states of all
tokens outside entities can therefore be scored at once, before it is known which of them are
reached. Only the insides of entities have to be stepped through token by token.

Axes: N tokens of a batch, S states, C classes.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from kernel.ops import parallel
from kernel_plugin_ner.batch import BiluoBatch
from kernel_plugin_ner.classes import Classes, Ints, Masks
from kernel_plugin_ner.states import BiluoStates, show_tokens, state_penalties
from kernel_plugin_transition.scorer import StateScorer
from kernel_plugin_transition.system import FeatureTemplate

# Rows that are scored together in prediction: their intermediate results fit into the cache.
ROWS_PER_CHUNK = 1024


@frozen
class Visited:
    """The actions of a batch, and the states that were scored.

    actions  (N,)  the class taken at the token, or the one that would be taken outside entities
    reached  (N,)  in training, whether the token was reached with no entity open
    opened   the states inside entities that were stepped through, in the order of scoring
    """

    batch: BiluoBatch
    actions: Ints
    reached: Masks
    opened: list[BiluoStates]

    def all_states(self) -> BiluoStates:
        """Return every state that was scored: each token with no entity open, then `opened`."""
        at, stop, start, types = (
            np.concatenate([first, *(getattr(part, name) for part in self.opened)])
            for name, first in self._outside().items()
        )
        return BiluoStates(self.batch, at, stop, start, types, self.actions)

    def _outside(self) -> dict[str, Ints]:
        rows = np.arange(len(self.batch), dtype=np.int32)
        zeros = np.zeros(len(rows), np.int32)
        return {"at": rows, "stop": self.batch.ends, "start": zeros, "open": zeros}


def skip_through(
    scorer: StateScorer, states: BiluoStates, classes: Classes, features: FeatureTemplate
) -> Visited:
    """Follow the predictions from `states` to their ends; their ranges do not overlap.

    Scores all N tokens first (in training in one call of the scorer), then states inside entities.
    """
    batch = states.batch
    actions = _act_outside(scorer, batch)
    reached = _cover(states, len(batch)) if scorer.is_train else np.zeros(len(batch), np.bool_)
    opened: list[BiluoStates] = []
    begins = np.append(np.flatnonzero(classes.begins[actions]), len(batch)).astype(np.int32)
    inside = _next_inside(states, begins, actions, classes)
    while len(inside):
        scores = scorer.score(show_tokens(inside, features))
        chosen = (scores + state_penalties(inside)).argmax(axis=1)
        opened.append(inside)
        actions[inside.at] = chosen
        reached[inside.at] = False
        moved = BiluoStates(
            batch, inside.at + 1, inside.stop, inside.start, classes.opens[chosen], inside.actions
        )
        inside = _next_inside(moved, begins, actions, classes)
    return Visited(batch, actions, reached, opened)


def _act_outside(scorer: StateScorer, batch: BiluoBatch) -> Ints:
    """Return the best valid class at each token if no entity is open.

    returns  (N,)
    """
    n_tokens = len(batch)
    size = max(n_tokens if scorer.is_train else ROWS_PER_CHUNK, 1)
    actions = np.zeros(n_tokens, np.int32)

    def act(rows: slice) -> None:
        scores = scorer.score_alone(rows)
        actions[rows] = (scores + batch.penalties.take(batch.blocks[rows], axis=0)).argmax(axis=1)

    starts = range(0, n_tokens, size)
    parallel(act, [slice(start, min(start + size, n_tokens)) for start in starts])
    return actions


def _next_inside(states: BiluoStates, begins: Ints, actions: Ints, classes: Classes) -> BiluoStates:
    """Move the states outside entities to the token after the first one of the next entity.

    begins   (?,)  tokens where an entity begins, and N
    actions  (N,)  classes taken outside entities
    returns  the states that are inside an entity and not at their end
    """
    closed = states.open == 0
    if closed.any():
        begin = begins[np.searchsorted(begins, states.at)]
        found = closed & (begin < states.stop)
        # A state that reaches no other entity is finished.
        at = np.where(found, begin + 1, np.where(closed, states.stop, states.at))
        start = np.where(found, begin, states.start)
        types = np.where(found, classes.opens[actions[begin * found]], states.open)
        states = BiluoStates(states.batch, at, states.stop, start, types, states.actions)
    goes_on = states.at < states.stop
    return states if goes_on.all() else states.select(goes_on)


def _cover(states: BiluoStates, n_tokens: int) -> Masks:
    """Return for each token whether it lies between a state and its end.

    returns  (N,)
    """
    depth = np.zeros(n_tokens + 1, np.int32)
    depth[states.at] += 1
    depth[states.stop] -= 1
    covered: Masks = np.cumsum(depth[:-1]) > 0
    return covered
