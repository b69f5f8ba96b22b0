"""The protocol of transition systems, used by components, models and training.

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
    """The feature tokens of a state. The model reads their vectors, with weights for each feature.

    state_type  the registered name of the system
    names       of the features, in the order of the columns that `StateScorer.score` takes
    """

    state_type: str
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


class System(Protocol):
    """A sequence of actions that turns a doc into annotations, and the cost of each action.

    A system decides how its states are stored and stepped; `explore` and `decode` should score as
    many states as possible in one call. Tokens are numbered through the batch.
    """

    moves: Moves
    features: FeatureTemplate

    @classmethod
    def template(cls, *, extra: bool) -> FeatureTemplate:
        """Return the feature tokens of states, with or without `extra_state_tokens`.

        Raises `ArgumentError` if the system has no such template.
        """

    def gold(self, examples: Sequence[Example]) -> Any:
        """Return the gold annotation from which the costs of actions are computed."""

    def begin(self, docs: DocBatch) -> Any:
        """Return the first state of each doc that is not empty."""

    def cut(self, docs: DocBatch, gold: Any, max_moves: int) -> Any:
        """Return the states that training starts from; their `len` may be 0.

        They are on the path of the gold annotation, at most `max_moves` actions apart.
        """

    def explore(
        self, scorer: StateScorer, states: Any, gold: Any, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions for `max_moves` actions at most.

        returns  (S, C) and (S, C): costs and validity at every scored state, in order

        A cost is the number of gold annotations that the action makes unreachable.
        """

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Any:
        """Return the annotations that the best-scoring valid action at each state leads to."""
