"""What a transition system has to give, and the ways of stepping that all of them share.

Axes: S states, F features, C classes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from kernel.text import DocBatch, Example
from kernel_plugin_transition.moves import Moves
from kernel_plugin_transition.scorer import StateScorer

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]

# Up to so many docs, stepping them one by one is faster than stepping them together.
FEW_DOCS = 2


class States(Protocol):
    """States of several docs, one array for each thing that is known of them."""

    def __len__(self) -> int: ...

    def copy(self) -> Self:
        """Return states that stay as they are when these move on."""


class OneState(Protocol):
    """One state, in plain Python numbers."""

    def features(self) -> list[int]:
        """Return the F rows of tokens that the state shows; -1: no such token."""

    def penalties(self) -> Floats:
        """Return 0 for each class that is valid, -inf for the others: (C,)."""

    def apply(self, action: int) -> bool:
        """Take the action of class `action`; returns whether the state goes on."""


class System(Protocol):
    """What a component asks of a transition system."""

    moves: Moves

    def gold(self, examples: Sequence[Example]) -> Any:
        """Return what the costs of actions are counted by."""

    def cut(self, docs: DocBatch, gold: Any, max_moves: int) -> Any:
        """Return the states that training starts from; `len` of them says whether there are any."""

    def explore(
        self, scorer: StateScorer, states: Any, gold: Any, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions for `max_moves` actions at most.

        returns  (S, C) and (S, C): costs and validity at every state that was scored, in order
        """

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Any:
        """Return the annotations that the best-scoring valid action at each state leads to."""


StatesT = TypeVar("StatesT", bound=States)
GoldT = TypeVar("GoldT")


class TransitionSystem(ABC, Generic[StatesT, GoldT]):
    """Actions that turn docs into annotations, as functions of whole arrays of states.

    The methods below step states together; a system whose states depend on less than all
    actions before them may replace `decode` and `explore` by something faster, which has to
    visit the same states.
    """

    moves: Moves

    @abstractmethod
    def begin(self, docs: DocBatch) -> StatesT:
        """Return the first state of each doc that has tokens, longest doc first."""

    @abstractmethod
    def begin_one(self, docs: DocBatch, index: int) -> OneState:
        """Return the first state of one doc of the batch, which has tokens."""

    @abstractmethod
    def unfinished(self, states: StatesT) -> StatesT:
        """Return those states that are not final; what they write goes to the same place."""

    @abstractmethod
    def features(self, states: StatesT) -> Ints:
        """Return the rows of the tokens that each state shows, (S, F); -1: no such token."""

    @abstractmethod
    def penalties(self, states: StatesT) -> Floats:
        """Return 0 where a class is valid, -inf where it is not, (S, C); some class always is."""

    @abstractmethod
    def apply(self, states: StatesT, actions: Ints) -> None:
        """Move each state on by the action of its class, (S,), in place."""

    @abstractmethod
    def result(self, docs: DocBatch, states: Sequence[Any]) -> Any:
        """Return the annotations of `docs`, from all states that `begin` or `begin_one` gave."""

    @abstractmethod
    def gold(self, examples: Sequence[Example]) -> GoldT:
        """Return what the costs of actions are counted by."""

    @abstractmethod
    def has_gold(self, states: StatesT, gold: GoldT, max_moves: int) -> Masks:
        """Say of each state whether its next `max_moves` actions touch gold annotation, (S,)."""

    @abstractmethod
    def costs(self, states: StatesT, gold: GoldT) -> Floats:
        """Return how much of the gold annotation each class makes unreachable, (S, C)."""

    @abstractmethod
    def select(self, states: StatesT, rows: Ints | Masks) -> StatesT:
        """Return some of the states, as copies."""

    @abstractmethod
    def join(self, states: Sequence[StatesT]) -> StatesT:
        """Return all of these states together; at least one array of them is given."""

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Any:
        """Return the annotations that the best-scoring valid action at each state leads to."""
        full = [index for index, length in enumerate(docs.lengths.tolist()) if length]
        scorer.precompute()
        if len(full) > FEW_DOCS:
            return self.result(docs, [self.step_together(scorer, docs)])
        return self.result(docs, [self.step_one(scorer, docs, index) for index in full])

    def step_together(self, scorer: StateScorer, docs: DocBatch) -> StatesT:
        """Step the states of all docs at once; returns the states that were begun with."""
        begun = self.begin(docs)
        states = self.unfinished(begun)
        while len(states):
            scores = scorer.score(self.features(states))
            scores += self.penalties(states)
            self.apply(states, scores.argmax(axis=1))
            states = self.unfinished(states)
        return begun

    def step_one(self, scorer: StateScorer, docs: DocBatch, index: int) -> OneState:
        """Step the state of one doc with Python numbers."""
        state = self.begin_one(docs, index)
        goes_on = True
        while goes_on:
            scores = scorer.score_one(state.features())
            goes_on = state.apply(int((scores + state.penalties()).argmax()))
        return state

    def explore(
        self, scorer: StateScorer, states: StatesT, gold: GoldT, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions for `max_moves` actions at most.

        returns  (S, C) and (S, C): costs and validity at every state that was scored, in order
        """
        costs, valid = [], []
        states = self.unfinished(states)
        for _ in range(max_moves):
            if not len(states):
                break
            penalties = self.penalties(states)
            scores = scorer.score(self.features(states))
            costs.append(self.costs(states, gold))
            valid.append(penalties == 0)
            self.apply(states, (scores + penalties).argmax(axis=1))
            states = self.unfinished(states)
        if not costs:
            nothing = np.zeros((0, len(self.moves)), "float32")
            return nothing, nothing == 0
        return np.concatenate(costs), np.concatenate(valid)

    def cut(self, docs: DocBatch, gold: GoldT, max_moves: int) -> StatesT:
        """Return the states that training starts from: every `max_moves` actions on the gold path.

        Those that lead to no gold annotation are left out.
        """
        starts = self.cut_by_oracle(self.begin(docs), gold, max_moves)
        return self.select(starts, self.has_gold(starts, gold, max_moves))

    def cut_by_oracle(self, states: StatesT, gold: GoldT, max_moves: int) -> StatesT:
        """Follow the first valid action of least cost; return every `max_moves`-th state."""
        starts = [states.copy()]
        states = self.unfinished(states)
        n_moves = 0
        while len(states):
            if n_moves and n_moves % max_moves == 0:
                starts.append(states.copy())
            costs = self.costs(states, gold) - self.penalties(states)
            self.apply(states, costs.argmin(axis=1))
            states = self.unfinished(states)
            n_moves += 1
        return self.join(starts)
