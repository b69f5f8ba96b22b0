"""The contract of a transition system: what components, models and training ask of it.

Axes: S states, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import DocBatch, Example
from kernel_plugin_transition.moves import Moves
from kernel_plugin_transition.scorer import StateScorer

Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]


@frozen
class FeatureTemplate:
    """The tokens that a state shows: its model reads their vectors, each with weights of its own.

    state_type  the registered name of the system
    names       of the tokens, in the order of the columns that `StateScorer.score` takes
    """

    state_type: str
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


class System(Protocol):
    """Actions that turn a doc into annotations, one after another, and what each of them costs.

    A system decides by itself how states are stored and stepped; `explore` and `decode` ask the
    scorer for the scores of as many states at once as they can. Tokens are numbered through the
    batch.
    """

    moves: Moves
    features: FeatureTemplate

    @classmethod
    def template(cls, *, extra: bool) -> FeatureTemplate:
        """Return the tokens that states show, with `extra_state_tokens` or without.

        Raises `KernelError` if the system has no such template.
        """

    def gold(self, examples: Sequence[Example]) -> Any:
        """Return what the costs of actions are counted by."""

    def cut(self, docs: DocBatch, gold: Any, max_moves: int) -> Any:
        """Return the states that training starts from; `len` of them says whether there are any.

        They lie on the path that gold annotation takes, at most `max_moves` actions apart.
        """

    def explore(
        self, scorer: StateScorer, states: Any, gold: Any, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions for `max_moves` actions at most.

        returns  (S, C) and (S, C): costs and validity at every state that was scored, in order

        A cost counts what the action makes unreachable of the gold annotation, in whole numbers.
        """

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Any:
        """Return the annotations that the best-scoring valid action at each state leads to."""
