"""The arc-eager transition system.

Axes: B docs, N tokens of a batch, S states, F features, C classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.text import Doc, DocBatch, Example
from kernel_plugin_parser.costs import Trace
from kernel_plugin_parser.gold import ArcGold, make_gold
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.one import OneArcEagerState
from kernel_plugin_parser.oracle import DocTree, GoldPath, Start, whole
from kernel_plugin_parser.rules import BREAK, LEFT, N_ACTIONS, RIGHT, ROOT, VALID
from kernel_plugin_parser.slots import make_slots
from kernel_plugin_parser.starting import make_window, tops, track, window_slots
from kernel_plugin_parser.states import ArcEagerStates
from kernel_plugin_transition.moves import Moves
from kernel_plugin_transition.scorer import StateScorer

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]

# Up to so many docs, stepping them one by one is faster than stepping them together.
FEW_DOCS = 4
# Bytes for the features of a group of docs, which are multiplied ahead: 12 KB a token with usual
# settings. With less than half of it so few states step together that it takes longer. In training
# a batch is not divided; where it takes more, states are multiplied instead.
GROUP_BYTES = 200_000_000
# Docs whose gold paths are remembered, two bytes a token: data is seen more than once.
KNOWN_PATHS = 50_000


@frozen
class Arcs:
    """The arcs that were found in a batch.

    heads    (N,)  numbered through the batch; a token without a head is its own
    classes  (N,)  of the labels; -1 for a token without a head
    """

    heads: Ints
    classes: Ints


@frozen
class Begun:
    """States that training starts from, of the docs of one batch."""

    starts: list[Start]
    docs: DocBatch

    def __len__(self) -> int:
        return len(self.starts)


class ArcEagerSystem:
    """Shift, reduce, attach to the left and to the right, and break between sentences."""

    def __init__(self, n_features: int) -> None:
        self.moves = Moves(N_ACTIONS)
        self.n_features = n_features
        self._classes: ArcClasses | None = None
        self._room: Floats | None = None
        self._paths: dict[bytes, bytes] = {}  # actions of gold paths, by what they depend on

    @property
    def classes(self) -> ArcClasses:
        """The classes as arrays; made anew when labels were added."""
        if self._classes is None or self._classes.classes is not self.moves.classes:
            self._classes = ArcClasses(self.moves.classes)
        return self._classes

    def add_label(self, label: str) -> bool:
        """Add a label of arcs, or `ROOT`; returns whether it is new."""
        actions = (BREAK,) if label == ROOT else (LEFT, RIGHT)
        added = [self.moves.add(action, label) for action in actions]
        return any(added)

    # Prediction

    def begin(self, docs: Sequence[Doc]) -> ArcEagerStates:
        """Return the first state of each doc; all have tokens."""
        offsets = np.cumsum([0, *map(len, docs)])
        ends = np.zeros(int(offsets[-1]), np.bool_)
        ends[offsets[1:] - 1] = True
        slots = make_slots(preset_starts(docs), ends)
        none = np.full(len(docs), -1, np.intp)
        return ArcEagerStates(
            slots, offsets[:-1].copy(), none, self.n_features, joins=self.classes.joins
        )

    def begin_one(self, doc: Doc) -> OneArcEagerState:
        """Return the first state of one doc, which has tokens."""
        starts = doc.get_column("sent_start")
        classes = self.classes
        return OneArcEagerState(
            len(doc),
            None if starts is None else starts.tolist(),
            classes.listed,
            classes.penalties,
            extra=self.n_features == 13,
            joins=classes.joins,
        )

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Arcs:
        """Return the arcs that the best-scoring valid action at each state leads to."""
        offsets = docs.offsets
        heads = np.arange(int(offsets[-1]), dtype=np.intp)
        classes = np.full(len(heads), -1, np.intp)
        groups = _groups(docs.lengths, _most_tokens(scorer))
        sizes = [int(docs.lengths[group].sum()) for group in groups if len(group) > FEW_DOCS]
        room = self._take_room(scorer, max(sizes, default=0))
        for group in groups:
            first = offsets[group]
            lengths = docs.lengths[group]
            rows = np.arange(int(lengths.sum())) + np.repeat(
                first - np.cumsum(lengths) + lengths, lengths
            )
            part = scorer.part(rows)
            if len(group) > FEW_DOCS:
                part.precompute(room)
            found, labels = self._decode_group(part, [docs[i] for i in group])
            there = found >= 0
            heads[rows[there]] = rows[found[there]]
            classes[rows] = labels
        self._room = room
        return Arcs(heads, classes)

    def _take_room(self, scorer: StateScorer, n_tokens: int) -> Floats | None:
        """Return memory for the features of so many tokens, that of the last batch if it is enough.

        Fresh memory costs more than the multiplication. It is handed back when the batch is done,
        so that two threads never write to the same.
        """
        room, self._room = self._room, None
        size = scorer.weights.pad.size
        if n_tokens and (room is None or len(room) <= n_tokens or room.shape[1] != size):
            room = scorer.room(n_tokens)
        return room

    def _decode_group(self, scorer: StateScorer, docs: list[Doc]) -> tuple[Ints, Ints]:
        """Return heads, -1 for none, and classes of all tokens of some docs."""
        if len(docs) > FEW_DOCS:
            slots = self.step_together(scorer, docs).slots
            return slots.head[:-2], slots.label[:-2]
        heads, labels, offset = [], [], 0
        for doc in docs:
            state = self.step_one(scorer.part(slice(offset, offset + len(doc))), doc)
            heads.append(np.array([h + offset if h >= 0 else -1 for h in state.head], np.intp))
            labels.append(np.array(state.label, np.intp))
            offset += len(doc)
        return np.concatenate(heads), np.concatenate(labels)

    def step_together(self, scorer: StateScorer, docs: Sequence[Doc]) -> ArcEagerStates:
        """Step the states of all docs at once to their ends."""
        states = self.begin(docs)
        classes = self.classes
        while states.masks.any():
            scores = scorer.score(states.registers[:-1].T)
            scores += classes.penalties.take(states.masks, axis=0)
            best = scores.argmax(axis=1)
            states.apply(classes.actions.take(best), best)
            states.drop_final()
        return states

    def step_one(self, scorer: StateScorer, doc: Doc) -> OneArcEagerState:
        """Step the state of one doc with Python numbers."""
        state = self.begin_one(doc)
        goes_on = state.mask > 0
        while goes_on:
            scores = scorer.score_one(state.features())
            goes_on = state.apply(int((scores + state.penalties()).argmax()))
        return state

    # Training

    def gold(self, examples: Sequence[Example]) -> ArcGold:
        """Return the gold trees, for the predicted tokens."""
        return make_gold(examples, self.classes)

    def cut(self, docs: DocBatch, gold: ArcGold, max_moves: int) -> Begun:
        """Return the states that training starts from: every `max_moves` actions on the gold path.

        Those whose next `max_moves` actions come to no gold annotation are left out.
        """
        known = np.append(0, np.cumsum(gold.known))
        found: list[Start] = []
        offsets = docs.offsets.tolist()
        for index, doc in enumerate(docs):
            first, end = offsets[index : index + 2]
            if known[end] == known[first]:
                continue
            if len(doc) < max_moves:
                found.append(whole(index))
                continue
            starts, nexts = self._gold_path(index, doc, gold, slice(first, end), max_moves)
            for start, at, until in zip(starts, nexts, nexts[1:], strict=False):
                if known[first + until] > known[first + at]:
                    found.append(start)
        return Begun(found, docs)

    def _gold_path(
        self, index: int, doc: Doc, gold: ArcGold, part: slice, max_moves: int
    ) -> tuple[list[Start], list[int]]:
        """Return the states on the gold path of a doc; see `GoldPath.follow`."""
        heads = gold.heads[part]
        heads = np.where(heads >= 0, heads - part.start, -1)
        preset = doc.get_column("sent_start")
        parts = (heads, gold.starts[part], np.zeros(0) if preset is None else preset)
        key = hashlib.blake2b(b"|".join(p.tobytes() for p in parts), digest_size=16).digest()
        classes = self.classes
        path = GoldPath(
            len(doc), None if preset is None else preset.tolist(), classes.listed, classes.penalties
        )
        tree = DocTree(heads.tolist(), gold.starts[part].tolist())
        starts, nexts, actions = path.follow(index, tree, max_moves, self._paths.get(key))
        if len(self._paths) >= KNOWN_PATHS:
            self._paths.clear()
        self._paths[key] = actions
        return starts, nexts

    def explore(
        self, scorer: StateScorer, begun: Begun, gold: ArcGold, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions for `max_moves` actions at most.

        returns  (R, C) and (R, C): costs and validity at every state that was scored, in order
        """
        classes, starts, docs = self.classes, begun.starts, begun.docs
        offsets = docs.offsets
        preset = preset_starts(docs)
        preset = np.zeros(int(offsets[-1]), np.int8) if preset is None else preset
        window = make_window(starts, offsets, max_moves)
        slots = window_slots(window, starts, preset, offsets)
        states = ArcEagerStates(
            slots, *tops(window, starts, offsets), self.n_features, joins=classes.joins
        )
        trace = Trace(track(window, starts, gold, preset, offsets), window.tokens, states)
        if int(offsets[-1]) <= _most_tokens(scorer):
            scorer.precompute()
        for _ in range(max_moves):
            states.drop_final(at_once=True)
            if not len(states):
                break
            trace.note(states)
            scores = scorer.score(window.tokens.take(states.registers[:-1].T))
            best = (scores + classes.penalties.take(states.masks, axis=0)).argmax(axis=1)
            trace.move(states, classes.actions.take(best), best)
        costs, codes = trace.costs(gold, classes)
        return costs, classes.penalties.take(VALID.take(codes), axis=0) == 0


def preset_starts(docs: Sequence[Doc]) -> npt.NDArray[np.int8] | None:
    """Return the preset sentence starts of all docs, None if there are none: (N,)."""
    columns = [doc.get_column("sent_start") for doc in docs]
    if all(column is None for column in columns):
        return None
    whole_column: npt.NDArray[np.int8] = np.concatenate(
        [
            np.zeros(len(doc), np.int8) if column is None else column
            for doc, column in zip(docs, columns, strict=True)
        ]
    )
    return whole_column


def _most_tokens(scorer: StateScorer) -> int:
    """Return how many tokens' features fit into `GROUP_BYTES`."""
    return max(1, GROUP_BYTES // scorer.weights.pad.nbytes)


def _groups(lengths: Ints, most_tokens: int) -> list[Ints]:
    """Return the docs that have tokens in groups, those of like length together."""
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    if not len(order):
        return []
    number = (np.cumsum(lengths[order]) - lengths[order]) // most_tokens
    return np.split(order, np.flatnonzero(np.diff(number)) + 1)
