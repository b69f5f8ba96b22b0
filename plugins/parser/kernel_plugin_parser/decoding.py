"""Prediction: the docs of a batch are parsed as segments, all together; see `segments`.

Axes: N tokens of a batch, n tokens of a part of it, S segments, T slots, O slots in overlaps.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.ops import prefetch
from kernel.text import Doc, DocBatch
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.one import OneArcEagerState
from kernel_plugin_parser.segments import OVERLAP, Segments, Windows, cut, likely_starts
from kernel_plugin_parser.slots import Slots, make_slots
from kernel_plugin_parser.states import MORE_FEATURES, ArcEagerStates
from kernel_plugin_transition.scorer import StateScorer
from kernel_plugin_transition.system import FeatureTemplate

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]

# Up to this many segments, stepping docs one by one is faster than stepping all together.
MAX_SERIAL_SEGMENTS = 4
# Approximate tokens per segment: shorter segments overlap more, longer ones take more steps.
SEGMENT_LENGTH = 80
# Bytes for the precomputed features of a group of segments: 12 KB per token with the default
# settings. With much less memory, too few states are stepped together to be fast.
GROUP_BYTES = 100_000_000
# More tokens in a group take more memory, and no less time.
MAX_GROUP_TOKENS = 12_000
# Steps between two checks whether segments have met.
STEPS_PER_MEETING_CHECK = 8


@frozen
class Arcs:
    """The predicted arcs of a batch.

    heads    (N,)  numbered through the batch; a token without a head is its own
    classes  (N,)  of the labels; -1 for a token without a head
    """

    heads: Ints
    classes: Ints


@frozen
class SegmentParse:
    """The parse of some tokens.

    heads    (n,)  numbered through the batch, -1: none
    classes  (n,)  of the labels; anything for a token without a head
    seams    (n,)  whether the parse has a seam there
    """

    heads: Ints
    classes: Ints
    seams: Masks

    @classmethod
    def nothing(cls, n_tokens: int) -> SegmentParse:
        """Return the parse of tokens that were not parsed yet."""
        missing = np.full(n_tokens, -1, np.intp)
        return cls(missing, missing.copy(), np.zeros(n_tokens, np.bool_))

    def __len__(self) -> int:
        return len(self.heads)

    def put(self, tokens: Ints | slice, other: SegmentParse) -> None:
        """Copy the parse of these tokens from `other`."""
        self.heads[tokens] = other.heads
        self.classes[tokens] = other.classes
        self.seams[tokens] = other.seams

    def take(self, rows: Ints) -> SegmentParse:
        """Return the parse of some of the tokens."""
        return SegmentParse(self.heads[rows], self.classes[rows], self.seams[rows])


@frozen
class Overlap:
    """The parse of tokens after a segment's own ones.

    tokens   (O,)
    owner    (O,)  the number of the segment
    found    O tokens
    """

    tokens: Ints
    owner: Ints
    found: SegmentParse


class Decoder:
    """Finds the arcs of one batch."""

    def __init__(
        self,
        scorer: StateScorer,
        docs: DocBatch,
        classes: ArcClasses,
        *,
        features: FeatureTemplate,
        buffers: list[Floats],
    ) -> None:
        """`buffers` is a list of free arrays; an array taken from it is put back after use."""
        self.scorer = scorer
        self.docs = docs
        self.classes = classes
        self.features = features
        self.buffers = buffers
        self.offsets = docs.offsets.astype(np.intp)
        self.preset = preset_starts(docs)
        self.found = SegmentParse.nothing(int(self.offsets[-1]))

    def decode(self) -> Arcs:
        """Return the arcs that the best-scoring valid action at each state leads to."""
        likely = likely_starts(self.docs, self.preset, least=SEGMENT_LENGTH + SEGMENT_LENGTH // 2)
        segments = cut(self.offsets, SEGMENT_LENGTH, likely)
        if len(segments) > MAX_SERIAL_SEGMENTS:
            self._step_together(segments)
        else:
            for first, stop in itertools.pairwise(self.offsets.tolist()):
                self.found.put(slice(first, stop), self._step_one(first, stop, stop))
        heads = self.found.heads
        there = heads >= 0
        return Arcs(
            np.where(there, heads, np.arange(len(heads))), np.where(there, self.found.classes, -1)
        )

    def _step_together(self, segments: Segments) -> None:
        max_tokens = min(n_tokens_that_fit(self.scorer, GROUP_BYTES), MAX_GROUP_TOKENS)
        groups = segments.groups(max_tokens)
        # One thread multiplies in a few long calls, the other steps in many short ones: this way
        # two threads disturb each other least.
        beyond = [
            self._step_group(group, *scored)
            for group, scored in zip(groups, prefetch(self._precompute, groups), strict=True)
        ]
        alone = [self._join(*pair) for pair in zip(groups, beyond, strict=True)]
        reached = 0
        for group, numbers in zip(groups, alone, strict=True):
            for number in numbers.tolist():
                if group.ends[number] > reached:
                    reached = self._reparse(group, number)

    def _precompute(self, group: Segments) -> tuple[StateScorer, Floats]:
        part = self.scorer.part(slice(int(group.lows[0]), int(group.highs[-1])))
        buffer = self._take_buffer(len(part.X))
        part.precompute(buffer)
        return part, buffer

    def _take_buffer(self, n_tokens: int) -> Floats:
        """Return an array for features, a used one if it is large enough.

        Allocating memory takes longer than the multiplication.
        """
        width = self.scorer.weights.pad.size
        # Other threads may take from the list as well.
        with contextlib.suppress(IndexError):
            while True:
                buffer = self.buffers.pop()
                if len(buffer) > n_tokens and buffer.shape[1] == width:
                    return buffer
        # Groups have similar sizes: the array can be used for the other groups, and in later
        # batches.
        return self.scorer.new_buffer(n_tokens + n_tokens // 16)

    def _step_group(self, group: Segments, scorer: StateScorer, buffer: Floats) -> Overlap:
        windows = Windows.of(group)
        preset = None if self.preset is None else self.preset[windows.tokens]
        slots = make_slots(preset, windows.is_last)
        states = ArcEagerStates(
            slots,
            windows.bases.copy(),
            np.full(len(group), -1, np.intp),
            self.features,
            joins=self.classes.joins,
        )
        self._step(scorer, states, windows, group)
        self.buffers.append(buffer)
        return self._take_over(windows, slots, group)

    def _take_over(self, windows: Windows, slots: Slots, group: Segments) -> Overlap:
        """Copy the parse of the segments' own tokens, and return the overlaps."""
        tokens, heads = windows.tokens, slots.head[:-2]
        found = SegmentParse(
            np.where(heads >= 0, tokens[heads], -1),
            slots.label[:-2],
            slots.seams(np.arange(len(tokens))),
        )
        own = np.flatnonzero(tokens < group.ends[windows.owner])
        self.found.put(tokens[own], found.take(own))
        rows = windows.beyond
        return Overlap(tokens[rows], windows.owner[rows], found.take(rows))

    def _step(
        self, scorer: StateScorer, states: ArcEagerStates, windows: Windows, group: Segments
    ) -> None:
        """Step states until they are final or have met the next segment."""
        rows = np.append(windows.tokens - group.lows[0], [-1, -1])  # (T + 2,)
        classes, slots = self.classes, states.slots
        mine, others = windows.pairs(group)
        n_steps = 0
        while states.masks.any():
            scores = scorer.score(rows.take(states.registers[:-1]).T)
            scores += classes.penalties.take(states.masks, axis=0)
            best = scores.argmax(axis=1)
            states.apply(classes.actions.take(best), best)
            n_steps += 1
            if n_steps % STEPS_PER_MEETING_CHECK == 0:
                met = mine[slots.seams(mine) & slots.seams(others)]
                states.drop(windows.owner[met])
            states.drop_final()

    def _join(self, group: Segments, beyond: Overlap) -> Ints:
        """Copy the parse of overlaps up to the token where segments met.

        returns  (?,)  the numbers of segments that did not meet the next one, usually none
        """
        meets = np.where(group.ends == group.stops, group.stops, -1)
        both = np.flatnonzero(beyond.found.seams & self.found.seams[beyond.tokens])
        # From the last to the first, so that the first one counts.
        meets[beyond.owner[both[::-1]]] = beyond.tokens[both[::-1]]
        rows = np.flatnonzero(beyond.tokens < meets[beyond.owner])
        self.found.put(beyond.tokens[rows], beyond.found.take(rows))
        return np.flatnonzero(meets < 0)

    def _reparse(self, group: Segments, number: int) -> int:
        """Continue from the last seam of a segment to a seam of a later one; return its token."""
        low, end, stop = (int(tokens[number]) for tokens in (group.lows, group.ends, group.stops))
        seams = np.flatnonzero(self.found.seams[low:end])
        first = low + int(seams[-1]) if len(seams) else low
        reach = 2 * OVERLAP
        while True:
            high = min(end + reach, stop)
            found = self._step_one(first, end, high)
            meet = first + len(found)
            if meet < high or high == stop:
                self.found.put(slice(first, meet), found)
                return meet
            reach *= 4

    def _step_one(self, first: int, end: int, high: int) -> SegmentParse:
        """Step one state from a seam to a known seam at or after `end`, or to `high`.

        returns  the parse of the tokens up to there
        """
        classes = self.classes
        state = OneArcEagerState(
            high - first,
            None if self.preset is None else self.preset[first:high].tolist(),
            classes.listed,
            classes.penalties,
            extra=self.features == MORE_FEATURES,
            joins=classes.joins,
        )
        known = self.found.seams[first:high].tolist()
        known[: end - first] = [False] * (end - first)
        known[-1:] = [False]  # the token after the last one is unknown
        scorer = self.scorer.part(slice(first, high))
        seams = np.zeros(high - first, np.bool_)
        goes_on = state.mask > 0
        while goes_on:
            if state.is_seam:
                if known[state.b0]:
                    break
                seams[state.b0] = True
            scores = scorer.score_one(state.features())
            goes_on = state.apply(int((scores + state.penalties()).argmax()))
        n_tokens = state.b0 if goes_on else high - first
        heads = np.array(state.head[:n_tokens], np.intp)
        return SegmentParse(
            np.where(heads >= 0, heads + first, -1),
            np.array(state.label[:n_tokens], np.intp),
            seams[:n_tokens],
        )


def n_tokens_that_fit(scorer: StateScorer, n_bytes: int) -> int:
    """Return the number of tokens whose features fit into `n_bytes`."""
    return max(1, n_bytes // scorer.weights.pad.nbytes)


def preset_starts(docs: Sequence[Doc]) -> npt.NDArray[np.int8] | None:
    """Return the preset sentence starts of all docs, (N,), or None if there are none."""
    batch = DocBatch(docs)
    return batch.column("sent_start") if batch.has_column("sent_start") else None
