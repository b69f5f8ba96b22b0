"""The BILUO transition system: one action per token.

Axes: B docs, N tokens of a batch, S states, C classes, E entities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import DocBatch, Example
from kernel_plugin_ner.batch import BiluoBatch, make_batch
from kernel_plugin_ner.classes import (
    BEGIN,
    IN,
    LAST,
    N_ACTIONS,
    OUT,
    TYPED,
    UNIT,
    Classes,
    Floats,
    Ints,
    Masks,
)
from kernel_plugin_ner.gold import BiluoGold, gold_entities, has_gold, make_gold
from kernel_plugin_ner.skipping import skip_through
from kernel_plugin_ner.states import (
    FEATURES,
    MORE_FEATURES,
    BiluoStates,
    begin_states,
    join_states,
    move_on,
    state_penalties,
)
from kernel_plugin_transition.moves import Moves
from kernel_plugin_transition.scorer import StateScorer
from kernel_plugin_transition.system import FeatureTemplate


@frozen
class Entities:
    """The entities found in a batch, including preset ones.

    starts   (E,)  first token, numbered through the batch
    ends     (E,)  the token after the last one
    labels   (E,)  hashes of the types
    """

    starts: Ints
    ends: Ints
    labels: npt.NDArray[np.uint64]


class BiluoSystem:
    """Actions begin, continue or end an entity, or mark a token as a whole entity or none."""

    def __init__(self, features: FeatureTemplate, negatives_key: str | None = None) -> None:
        self.moves = Moves(N_ACTIONS, {UNIT: {"": 1}, OUT: {"": 1}})
        self.features = features
        self.negatives_key = negatives_key
        self._classes: tuple[list[tuple[int, str]], Classes] | None = None

    @classmethod
    def template(cls, *, extra: bool) -> FeatureTemplate:
        """Return the feature tokens: two of the open entity, or, with `extra`, its first five."""
        return MORE_FEATURES if extra else FEATURES

    @property
    def classes(self) -> Classes:
        """The classes as arrays; made again after labels were added."""
        if self._classes is None or self._classes[0] is not self.moves.classes:
            self._classes = (self.moves.classes, Classes(self.moves.classes))
        return self._classes[1]

    def add_label(self, label: str) -> bool:
        """Add an entity type; returns whether it is new."""
        added = [self.moves.add(action, label) for action in TYPED]
        return any(added)

    def entities(self, actions: Ints) -> Entities:
        """Return the entities given by the class of each token, (N,)."""
        classes = self.classes
        starts, ends, types = gold_entities(classes.action[actions], classes.type[actions])
        return Entities(starts, ends, classes.hashes[types])

    # Costs

    def gold(self, examples: Sequence[Example]) -> BiluoGold:
        """Return the gold tags of the predicted tokens."""
        return make_gold(examples, self.classes, self.negatives_key)

    def costs(self, states: BiluoStates, gold: BiluoGold) -> Floats:
        """Return the cost of each class at each state, (S, C)."""
        classes = self.classes
        begun = gold.actions.take(states.start)
        is_begin = (begun == BEGIN) | (begun == UNIT)
        sunk = (states.open > 0) & ~(is_begin & (gold.types.take(states.start) == states.open))
        costs: Floats = classes.cost_table()[gold.kinds.take(states.at) * 2 + sunk]
        if len(gold.negatives):
            costs += self._negative_costs(states, gold)
        return costs

    def _negative_costs(self, states: BiluoStates, gold: BiluoGold) -> Floats:
        """Return the costs of actions after which an entity must be a negative span."""
        classes, at = self.classes, states.at[:, None]  # (S, 1)
        known = np.sort(_keys(*gold.negatives.T))
        unit = np.isin(_keys(classes.type, at, at + 1), known)
        last = np.isin(_keys(classes.type, states.start[:, None], at + 1), known)
        short = (states.batch.ends[states.at] - states.at < 3)[:, None]
        heads = np.unique(_keys(gold.negatives[:, 0], gold.negatives[:, 1], 0))
        begin = short & np.isin(_keys(classes.type, at, 0), heads)
        charged = np.zeros((len(at), len(classes.action)), np.float32)
        for action, mask in ((UNIT, unit), (LAST, last), (BEGIN, begin)):
            charged += mask & (classes.action == action)
        return charged

    # Lazy decoding

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Entities:
        """Return the entities that the best-scoring valid action at each state leads to."""
        batch = make_batch(docs, self.classes)
        states = begin_states(batch)
        visited = skip_through(scorer, states, self.classes, self.features)
        return self.entities(visited.actions)

    def explore(
        self, scorer: StateScorer, states: BiluoStates, gold: BiluoGold, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's predictions; returns costs and validity at all scored states, (S, C).

        For states that were scored but not reached, no class is valid.
        """
        stop = np.minimum(states.at.astype(np.int64) + max_moves, states.stop)
        states = states.copy()
        states.stop = stop.astype(np.int32)
        visited = skip_through(scorer, states, self.classes, self.features)
        everywhere = visited.all_states()
        valid = state_penalties(everywhere) == 0
        valid[: len(states.batch)] &= visited.reached[:, None]
        return self.costs(everywhere, gold), valid

    def begin(self, docs: DocBatch) -> BiluoStates:
        """Return the first state of each doc that is not empty."""
        return begin_states(make_batch(docs, self.classes))

    def cut(self, docs: DocBatch, gold: BiluoGold, max_moves: int) -> BiluoStates:
        """Return states on the gold path, `max_moves` apart, that training starts from.

        If the gold tags before a token are complete and valid, its state is known without stepping.
        """
        states = self.begin(docs)
        if not len(states):
            return states
        lengths = states.stop - states.at
        whole = lengths <= max_moves
        if not whole.all():
            long = states.select(~whole)
            starts = [states.select(whole), *self._cut_long(long, gold, max_moves)]
            states = join_states(starts)
        ends = np.minimum(states.at.astype(np.int64) + max_moves, states.stop)
        return states.select(has_gold(gold, states.at, ends))

    def _cut_long(self, states: BiluoStates, gold: BiluoGold, max_moves: int) -> list[BiluoStates]:
        path = self._gold_path(states.batch, gold)
        wrong = self._off_path(path, gold)
        total = np.concatenate([[0], np.cumsum(wrong)])
        legal = total[states.stop] == total[states.at]
        parts = []
        if legal.any():
            bounds = zip(states.at[legal].tolist(), states.stop[legal].tolist(), strict=True)
            rows = np.concatenate([np.arange(*bound, max_moves) for bound in bounds])
            parts.append(path.select(rows))
        if not legal.all():
            parts.append(self._cut_by_oracle(states.select(~legal), gold, max_moves))
        return parts

    def _cut_by_oracle(self, states: BiluoStates, gold: BiluoGold, max_moves: int) -> BiluoStates:
        """Follow the first valid action with the least cost; return every `max_moves`-th state."""
        starts = [states.copy()]
        n_moves = 0
        while len(states := states.select(states.at < states.stop)):
            if n_moves and n_moves % max_moves == 0:
                starts.append(states.copy())
            costs = self.costs(states, gold) - state_penalties(states)
            move_on(states, costs.argmin(axis=1), self.classes)
            n_moves += 1
        return join_states(starts)

    def _gold_path(self, batch: BiluoBatch, gold: BiluoGold) -> BiluoStates:
        """Return the state at each token, (N,), after the gold actions of all tokens before it."""
        is_open = (gold.actions == IN) | (gold.actions == LAST)
        rows = np.arange(len(batch), dtype=np.int32)
        begun = np.maximum.accumulate(np.where(gold.actions == BEGIN, rows, 0))
        start = np.where(is_open, begun, 0).astype(np.int32)
        types = np.where(is_open, gold.types[begun], 0).astype(np.int32)
        actions = np.zeros(len(batch), np.int32)
        return BiluoStates(batch, rows, batch.ends, start, types, actions)

    def _off_path(self, path: BiluoStates, gold: BiluoGold) -> Masks:
        """Return for each token whether its gold tag is missing, invalid or has a cost."""
        classes = self.classes
        is_gold = (classes.action == gold.actions[:, None]) & (classes.type == gold.types[:, None])
        right = is_gold & (state_penalties(path) == 0) & (self.costs(path, gold) == 0)
        off: Masks = np.logical_not(right.any(axis=1))
        return off


def _keys(types: Any, starts: Any, ends: Any) -> Ints:
    """Return a number for each span with a type; batches have far fewer than 2**24 tokens."""
    keys: Ints = (np.asarray(types, np.int64) << 48) + (np.asarray(starts, np.int64) << 24) + ends
    return keys
