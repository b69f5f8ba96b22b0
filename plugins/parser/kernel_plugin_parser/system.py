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
from kernel_plugin_parser.decoding import Arcs, Decoder, n_tokens_that_fit, preset_starts
from kernel_plugin_parser.gold import ArcGold, make_gold
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.oracle import DocTree, GoldPath, Path, Start, whole
from kernel_plugin_parser.rules import BREAK, LEFT, N_ACTIONS, RIGHT, ROOT, VALID
from kernel_plugin_parser.starting import make_window, tops, track, window_slots
from kernel_plugin_parser.states import FEATURES, MORE_FEATURES, ArcEagerStates
from kernel_plugin_transition.moves import Moves
from kernel_plugin_transition.scorer import StateScorer
from kernel_plugin_transition.system import FeatureTemplate

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]

# Bytes for the precomputed features of a training batch; for larger ones, states are multiplied.
TABLE_BYTES = 200_000_000
# Number of docs whose gold paths are cached for later epochs, about four bytes per token.
MAX_CACHED_PATHS = 50_000


@frozen
class StartStates:
    """The states of a batch that training starts from."""

    starts: list[Start]
    docs: DocBatch

    def __len__(self) -> int:
        return len(self.starts)


class ArcEagerSystem:
    """Shift, reduce, attach to the left and to the right, and break between sentences."""

    def __init__(self, features: FeatureTemplate) -> None:
        self.moves = Moves(N_ACTIONS)
        self.features = features
        self._classes: ArcClasses | None = None
        self._buffers: list[Floats] = []  # arrays for features, kept for the next batch
        self._paths: dict[bytes, Path] = {}  # by everything that they depend on

    @classmethod
    def template(cls, *, extra: bool) -> FeatureTemplate:
        """Return the feature tokens; with `extra`, more children of the tops are included."""
        return MORE_FEATURES if extra else FEATURES

    @property
    def classes(self) -> ArcClasses:
        """The classes as arrays; made again after labels were added."""
        if self._classes is None or self._classes.classes is not self.moves.classes:
            self._classes = ArcClasses(self.moves.classes)
        return self._classes

    def add_label(self, label: str) -> bool:
        """Add a label of arcs, or `ROOT`; returns whether it is new."""
        actions = (BREAK,) if label == ROOT else (LEFT, RIGHT)
        added = [self.moves.add(action, label) for action in actions]
        return any(added)

    # Prediction

    def decode(self, scorer: StateScorer, docs: DocBatch) -> Arcs:
        """Return the arcs that the best-scoring valid action at each state leads to."""
        return Decoder(
            scorer, docs, self.classes, features=self.features, buffers=self._buffers
        ).decode()

    # Training

    def gold(self, examples: Sequence[Example]) -> ArcGold:
        """Return the gold trees, for the predicted tokens."""
        self._buffers.clear()  # scores of an evaluation; training does not need them
        return make_gold(examples, self.classes)

    def begin(self, docs: DocBatch) -> StartStates:
        """Return the first state of each doc that is not empty."""
        return StartStates([whole(index) for index, doc in enumerate(docs) if len(doc)], docs)

    def cut(self, docs: DocBatch, gold: ArcGold, max_moves: int) -> StartStates:
        """Return the states that training starts from: every `max_moves` actions on the gold path.

        States whose next `max_moves` actions reach no gold annotation are left out.
        """
        known = np.append(0, np.cumsum(gold.known))
        found: list[Start] = []
        offsets = docs.offsets.tolist()
        for index, doc in enumerate(docs):
            first, end = offsets[index : index + 2]
            if known[end] == known[first]:
                continue
            if 2 * len(doc) <= max_moves:
                found.append(whole(index))
                continue
            starts, nexts = self._gold_path(index, doc, gold, slice(first, end), max_moves)
            for start, at, until in zip(starts, nexts, nexts[1:], strict=False):
                if known[first + until] > known[first + at]:
                    found.append(start)
        return StartStates(found, docs)

    def _gold_path(
        self, index: int, doc: Doc, gold: ArcGold, part: slice, max_moves: int
    ) -> tuple[list[Start], list[int]]:
        """Return the states on the gold path of a doc; see `Path.starts`."""
        heads = gold.heads[part]
        heads = np.where(heads >= 0, heads - part.start, -1)
        preset = doc.annotations.get("sent_start")
        parts = (heads, gold.starts[part], np.zeros(0) if preset is None else preset)
        key = hashlib.blake2b(b"|".join(p.tobytes() for p in parts), digest_size=16).digest()
        sent_starts = [0] * len(doc) if preset is None else preset.tolist()
        path = self._paths.get(key)
        if path is None:
            tree = DocTree(heads.tolist(), gold.starts[part].tolist())
            path = GoldPath(sent_starts, self.classes, tree).follow()
            if len(self._paths) >= MAX_CACHED_PATHS:
                self._paths.clear()
            self._paths[key] = path
        return path.starts(index, sent_starts, self.classes, max_moves)

    def explore(
        self, scorer: StateScorer, start_states: StartStates, gold: ArcGold, max_moves: int
    ) -> tuple[Floats, Masks]:
        """Follow the model's own predictions for `max_moves` actions at most.

        returns  (R, C) and (R, C): costs and validity at every scored state, in order
        """
        classes, starts, docs = self.classes, start_states.starts, start_states.docs
        offsets = docs.offsets
        preset = preset_starts(docs)
        preset = np.zeros(int(offsets[-1]), np.int8) if preset is None else preset
        window = make_window(starts, offsets, max_moves)
        slots = window_slots(window, starts, preset, offsets)
        states = ArcEagerStates(
            slots, *tops(window, starts, offsets), self.features, joins=classes.joins
        )
        trace = Trace(track(window, starts, gold, preset, offsets), window.tokens, states)
        if int(offsets[-1]) <= n_tokens_that_fit(scorer, TABLE_BYTES):
            scorer.precompute()
        for _ in range(max_moves):
            states.drop_final(at_once=True)
            if not len(states):
                break
            trace.note(states)
            scores = scorer.score(window.tokens.take(states.registers[:-1]).T)
            best = (scores + classes.penalties.take(states.masks, axis=0)).argmax(axis=1)
            trace.move(states, classes.actions.take(best), best)
        costs, codes = trace.costs(gold, classes)
        return costs, classes.penalties.take(VALID.take(codes), axis=0) == 0
