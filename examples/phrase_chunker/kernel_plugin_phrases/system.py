"""The transition system: a phrase is opened, extended word by word, and closed with a label.

BILUO tags choose the label when an entity begins. Here the label is chosen last, when all words of
the phrase are known; closing a phrase does not consume a word.

Axes: S states, C classes, N tokens of a batch, P phrases.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import define, frozen

from kernel.errors import KernelError
from kernel.text import DocBatch, Example
from kernel_plugin_transition.moves import Moves
from kernel_plugin_transition.scorer import StateScorer
from kernel_plugin_transition.system import FeatureTemplate

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]

OUT: Final = 0  # the next word is in no phrase
OPEN: Final = 1  # a phrase begins with the next word
TAKE: Final = 2  # the next word belongs to the open phrase
CLOSE: Final = 3  # the open phrase ends before the next word; takes a label
NAMES: Final = ("OUT", "OPEN", "TAKE", "CLOSE")

SPANS: Final = "phrases"  # the span group that phrases are read from and written to
FEATURES: Final = FeatureTemplate(
    "phrases", ("next", "after next", "first of phrase", "last of phrase", "before phrase")
)


@define
class PhraseStates:
    """A state in each row. Tokens are numbered through the batch.

    at     (S,)  the next token
    first  (S,)  the first token of the open phrase; -1: none
    begin  (S,)  the first token of the doc
    stop   (S,)  the token before which stepping ends
    end    (S,)  the token after the last one of the doc
    """

    at: Ints
    first: Ints
    begin: Ints
    stop: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.at)

    def unfinished(self) -> PhraseStates:
        """Return the states that are not finished."""
        has_to_close = (self.first >= 0) & (self.stop == self.end)
        rows = (self.at < self.stop) | has_to_close
        return self if rows.all() else self.select(rows)

    def select(self, rows: Ints | Masks) -> PhraseStates:
        """Return some of the states."""
        return PhraseStates(
            self.at[rows], self.first[rows], self.begin[rows], self.stop[rows], self.end[rows]
        )

    def features(self) -> Ints:
        """Return the feature tokens, in the order of `FEATURES`; -1: no such token.

        returns  (S, 5)
        """
        at, first = self.at, self.first
        is_open = first >= 0
        before = np.where(is_open, first, at) - 1
        return np.stack(
            [
                np.where(at < self.end, at, -1),
                np.where(at + 1 < self.end, at + 1, -1),
                first,
                np.where(is_open, at - 1, -1),
                np.where(before >= self.begin, before, -1),
            ],
            axis=1,
        )

    def valid(self, actions: Ints) -> Masks:
        """Return which classes are valid at each state.

        actions  (C,)
        returns  (S, C)
        """
        is_open, has_next = self.first >= 0, self.at < self.end
        table = np.stack(
            [~is_open & has_next, ~is_open & has_next, is_open & has_next, is_open]
        )  # (4, S)
        return table[actions].T

    def apply(self, actions: Ints) -> None:
        """Take an action at each state, in place.

        actions  (S,)
        """
        opens, closes = actions == OPEN, actions == CLOSE
        self.first = np.where(opens, self.at, np.where(closes, -1, self.first))
        self.at = self.at + ~closes


@frozen
class Gold:
    """The gold phrases, by their first token.

    ends    (N + 1,)  the token after the last one of the phrase; -1: none begins here
    labels  (N + 1,)  the class that closes it; -1: its label is unknown
    known   (N,)      whether the doc is annotated
    inside  (N,)      the first token of the phrase around a token that does not begin one, or -1
    """

    ends: Ints
    labels: Ints
    known: Masks
    inside: Ints


@frozen
class Phrases:
    """The predicted phrases of a batch, in the order of tokens.

    starts   (P,)
    ends     (P,)
    classes  (P,)  the classes that closed them
    """

    starts: Ints
    ends: Ints
    classes: Ints


class PhraseSystem:
    """The actions and their costs; all states of a batch are stepped together."""

    def __init__(self) -> None:
        self.moves = Moves(len(NAMES), {OUT: {"": 1}, OPEN: {"": 1}, TAKE: {"": 1}})
        self.features = FEATURES

    @classmethod
    def template(cls, *, extra: bool) -> FeatureTemplate:
        """Return the feature tokens of states."""
        if extra:
            raise KernelError(
                "states of phrases have five feature tokens and no extra ones",
                hint="set `extra_state_tokens` to false",
            )
        return FEATURES

    @property
    def actions(self) -> Ints:
        """The action of each class, (C,)."""
        return np.array([action for action, _ in self.moves.classes], np.intp)

    # Gold

    def gold(self, examples: Sequence[Example]) -> Gold:
        """Return the gold phrases of the predicted tokens."""
        closing = {label: row for row, (_, label) in enumerate(self.moves.classes) if label}
        lengths = [len(example.predicted) for example in examples]
        n_tokens = sum(lengths)
        ends, labels = np.full(n_tokens + 1, -1), np.full(n_tokens + 1, -1)
        known, inside = np.zeros(n_tokens, np.bool_), np.full(n_tokens, -1)
        offset = 0
        for example, length in zip(examples, lengths, strict=True):
            if SPANS in example.reference.spans:
                known[offset : offset + length] = True
                spans = list(example.reference.spans[SPANS])
                for span in example.get_aligned_spans_y2x(spans):
                    start, end = offset + span.start, offset + span.end
                    ends[start], labels[start] = end, closing.get(span.label_, -1)
                    inside[start + 1 : end] = start
            offset += length
        return Gold(ends, labels, known, inside)

    def costs(self, states: PhraseStates, gold: Gold) -> Floats:
        """Return the cost of each class: gold phrases lost, and wrong phrases begun: (S, C).

        A phrase that is already wrong does not cause further costs.
        """
        at, first = states.at, states.first
        begins = gold.ends[at] >= 0
        end = gold.ends[first]  # the index -1 (no phrase) selects the last value, -1
        is_right = (first >= 0) & (end >= at)
        costs = np.zeros((len(NAMES), len(states)), np.float32)
        costs[OUT] = begins
        costs[OPEN] = ~begins
        costs[TAKE] = (is_right & (at == end)) + begins.astype(np.float32)
        costs[CLOSE] = is_right & (at < end)
        table = costs[self.actions].T  # (S, C)
        closes = self.actions == CLOSE
        wrong = np.arange(len(closes)) != gold.labels[first][:, None]
        table += (is_right & (at == end))[:, None] & closes & wrong
        return np.ascontiguousarray(table)

    # Training

    def begin(self, docs: DocBatch) -> PhraseStates:
        """Return the first state of each doc that is not empty."""
        begins, ends = docs.offsets[:-1].astype(np.intp), docs.offsets[1:].astype(np.intp)
        states = PhraseStates(begins, np.full(len(docs), -1, np.intp), begins, ends, ends)
        return states.unfinished()

    def cut(self, docs: DocBatch, gold: Gold, max_moves: int) -> PhraseStates:
        """Return the states that training starts from: on the gold path, `max_moves` apart.

        A word needs at most two moves: one that consumes it, and one that closes a phrase before
        it.
        """
        n_words = max(1, max_moves // 2)
        offsets = docs.offsets.tolist()
        starts, begins, stops, ends = [], [], [], []
        for begin, end in itertools.pairwise(offsets):
            if begin < end and gold.known[begin]:
                at = range(begin, end, n_words)
                starts += at
                stops += [min(start + n_words, end) for start in at]
                begins += [begin] * len(at)
                ends += [end] * len(at)
        at = np.array(starts, np.intp)
        first = gold.inside[at].astype(np.intp)
        return PhraseStates(
            at, first, np.array(begins, np.intp), np.array(stops, np.intp), np.array(ends, np.intp)
        )

    def explore(
        self, scorer: StateScorer, states: PhraseStates, gold: Gold, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions.

        returns  (S, C) and (S, C): costs and validity at every scored state, in order
        """
        actions, costs, valid = self.actions, [], []
        for _ in range(max_moves):
            states = states.unfinished()
            if not len(states):
                break
            scores = scorer.score(states.features())
            costs.append(self.costs(states, gold))
            valid.append(states.valid(actions))
            states.apply(actions[_best(scores, valid[-1])])
        return np.concatenate(costs), np.concatenate(valid)

    # Prediction

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Phrases:
        """Return the phrases that the best-scoring valid action at each state leads to."""
        actions, found = self.actions, [np.zeros((3, 0), np.intp)]
        states = self.begin(docs)
        scorer.precompute()
        while len(states := states.unfinished()):
            valid = states.valid(actions)
            best = _best(scorer.score(states.features()), valid)
            closing = np.flatnonzero(actions[best] == CLOSE)
            found.append(np.stack([states.first[closing], states.at[closing], best[closing]]))
            states.apply(actions[best])
        starts, stops, classes = np.concatenate(found, axis=1)
        order = np.argsort(starts)
        return Phrases(starts[order], stops[order], classes[order])


def _best(scores: Floats, valid: Masks) -> Ints:
    best: Ints = np.where(valid, scores, -np.inf).argmax(axis=1)
    return best
