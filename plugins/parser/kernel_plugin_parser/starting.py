"""Slots and gold counts of the states that training starts from.

Axes: S states, N tokens of a batch, T slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define

from kernel_plugin_parser.gold import ArcGold
from kernel_plugin_parser.oracle import GONE, IN_BUFFER, ON_STACK, Start
from kernel_plugin_parser.rules import STARTS, UNBREAKABLE
from kernel_plugin_parser.slots import Slots, flag_offsets, make_slots, set_headed

Ints = npt.NDArray[np.integer[Any]]

# One number holds two counts: gold children on the stack, and BUFFERED times those in the buffer.
BUFFERED = 1 << 24


@define
class Window:
    """The tokens that each of S states can reach: a slot each, and one for all later tokens.

    lows    (S,)     the first token
    highs   (S,)     the token after the last one
    bases   (S,)     the slot of the first token
    tokens  (T + 2,) the token of each slot, -1: none
    owner   (T,)     the state of each slot
    """

    lows: Ints
    highs: Ints
    bases: Ints
    tokens: Ints
    owner: Ints

    @property
    def pads(self) -> Ints:
        """The slot of each state for all tokens after its last one, (S,)."""
        pads: Ints = self.bases + (self.highs - self.lows)
        return pads


@define
class Tracked:
    """The data from which costs are counted, per slot: T + 2 values each.

    heads     the slot of the gold head
    location  GONE, ON_STACK or IN_BUFFER
    n_kids    gold children on the stack, and BUFFERED times those in the buffer
    after     for a sentence start, the next one; T + 2: none
    arcs      (?,) gold arcs as `head * (T + 2) + child`, ascending
    limits    (S,) where the next sentence in the buffer starts
    """

    heads: Ints
    location: Ints
    n_kids: Ints
    after: Ints
    arcs: Ints
    limits: Ints


def make_window(starts: Sequence[Start], offsets: Ints, max_moves: int) -> Window:
    """Return the tokens that states can reach in `max_moves` actions."""
    docs = np.array([start.doc for start in starts], np.intp)
    lows = offsets[docs] + np.array([start.low for start in starts], np.intp)
    reach = np.array([start.frontier for start in starts], np.intp) + min(max_moves, 1 << 30) + 2
    highs = np.minimum(offsets[docs + 1], offsets[docs] + reach).astype(np.intp)
    sizes = highs - lows + 1
    bases = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(starts), dtype=np.intp), sizes)
    tokens = np.arange(len(owner), dtype=np.intp) + (lows - bases)[owner]
    tokens[bases + sizes - 1] = -1
    return Window(lows, highs, bases, np.append(tokens, [-1, -1]), owner)


def window_slots(
    window: Window, starts: Sequence[Start], sent_starts: Ints, offsets: Ints
) -> Slots:
    """Return the slots of a window, with the history of the states.

    sent_starts (N,)  preset
    """
    tokens = window.tokens[:-2]
    ends = np.zeros(int(offsets[-1]) + 1, np.bool_)
    ends[offsets[1:] - 1] = True
    ends[-1] = True  # of the slots that are not a token
    slots = make_slots(np.append(sent_starts, np.int8(0))[tokens], ends[tokens])
    for start, base in zip(starts, window.bases.tolist(), strict=True):
        if start.left:
            _write_start(slots, start, base - start.low)
    return slots


def _write_start(slots: Slots, start: Start, shift: int) -> None:
    """Write the history of a state into its slots."""
    first, end = start.low + shift, start.low + shift + len(start.left)
    end = min(end, slots.nowhere)
    for column, values in (
        (slots.left, start.left),
        (slots.right, start.right),
        (slots.prev, start.prev),
    ):
        tokens = np.array(values[: end - first], np.intp)
        column[first:end] = np.where(tokens >= start.low, tokens + shift, -1)
    slots.held[first:end] = start.held[: end - first]
    stack = np.array(start.stack, np.intp) + shift
    slots.below[stack[:1]] = -1
    slots.below[stack[1:]] = stack[:-1]
    headed = np.flatnonzero(start.headed[: end - first]) + first
    set_headed(slots, headed)
    for token, following in zip(start.front, start.front[1:], strict=False):
        slots.next[token + shift] = following + shift
    offsets = flag_offsets(slots.nowhere)[:, 0]
    for mark in start.marks:
        slots.flags[offsets[0] + mark + shift] = STARTS
        slots.flags[offsets[1] + mark + shift] = UNBREAKABLE
    if start.front:
        last = start.front[-1] + shift
        is_end = slots.next[start.frontier + shift - 1] == -1
        slots.next[last] = -1 if is_end else start.frontier + shift


def tops(window: Window, starts: Sequence[Start], offsets: Ints) -> tuple[Ints, Ints]:
    """Return B0 and S0 of each state as slots, -1: none; (S,) each."""
    b0, s0 = [], []
    for start, base, high in zip(starts, window.bases.tolist(), window.highs.tolist(), strict=True):
        shift = base - start.low
        first = int(offsets[start.doc])
        if start.front:
            b0.append(start.front[0] + shift)
        else:
            b0.append(start.frontier + shift if first + start.frontier < high else -1)
        s0.append(start.stack[-1] + shift if start.stack else -1)
    return np.array(b0, np.intp), np.array(s0, np.intp)


def track(
    window: Window, starts: Sequence[Start], gold: ArcGold, sent_starts: Ints, offsets: Ints
) -> Tracked:
    """Return the data from which costs are counted.

    sent_starts (N,)  preset
    """
    n_all = len(window.tokens)  # T + 2
    location = _locations(window, starts)
    sentence = np.cumsum(sent_starts == 1)  # (N,) equal: no sentence start between
    heads = np.full(n_all, n_all - 2, np.intp)
    rows = np.flatnonzero(window.tokens[:-2] >= 0)
    owner, children = window.owner[rows], window.tokens[rows]
    above = gold.heads[children]
    heads[rows] = _slots_of(window, owner, above, children, sentence, missing=n_all - 2)
    arc_heads, arc_children = _arcs(window, gold, sentence)
    n_kids = np.zeros(n_all, np.intp)
    units = np.array([0, 1, BUFFERED], np.intp)[location[arc_children]]
    np.add.at(n_kids, arc_heads, units)
    after = _next_starts(window, sent_starts)
    limits = _limits(window, starts, after, sent_starts, offsets)
    return Tracked(
        heads, location, n_kids, after, np.sort(arc_heads * n_all + arc_children), limits
    )


def _locations(window: Window, starts: Sequence[Start]) -> Ints:
    location = np.full(len(window.tokens), IN_BUFFER, np.intp)
    location[-2:] = GONE
    for start, base in zip(starts, window.bases.tolist(), strict=True):
        shift = base - start.low
        location[base : start.frontier + shift] = GONE
        location[np.array(start.stack, np.intp) + shift] = ON_STACK
        location[np.array(start.front, np.intp) + shift] = IN_BUFFER
    return location


def _slots_of(
    window: Window, owner: Ints, tokens: Ints, others: Ints, sentence: Ints, *, missing: int
) -> Ints:
    """Return the slots of tokens in the windows of their owners.

    A token after the window has the slot of the window's pad if no preset sentence start is between
    it and the other token; a token before the window, or -1, has the slot `missing`.
    """
    low, high = window.lows[owner], window.highs[owner]
    slots = tokens - low + window.bases[owner]
    together = sentence[tokens] == sentence[others]
    beyond = np.where(together, window.pads[owner], missing)
    return np.where(tokens < low, missing, np.where(tokens < high, slots, beyond))


def _arcs(window: Window, gold: ArcGold, sentence: Ints) -> tuple[Ints, Ints]:
    """Return the slots of head and child of all gold arcs whose head is in a window."""
    order = np.argsort(gold.heads, kind="stable")
    ordered = gold.heads[order]
    firsts, ends = np.searchsorted(ordered, window.lows), np.searchsorted(ordered, window.highs)
    counts = ends - firsts
    owner = np.repeat(np.arange(len(counts), dtype=np.intp), counts)
    indices = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts - firsts, counts)
    children, heads = order[indices], ordered[indices]
    slots = _slots_of(window, owner, children, heads, sentence, missing=-1)
    there = slots >= 0
    return (heads - window.lows[owner] + window.bases[owner])[there], slots[there]


def _next_starts(window: Window, sent_starts: Ints) -> Ints:
    """Return the slot of the first preset sentence start after each slot; (T + 2,)."""
    n_all = len(window.tokens)
    tokens = window.tokens[:-2]
    is_start = (tokens >= 0) & (np.append(sent_starts, np.int8(0))[tokens] == 1)
    slots = np.where(is_start, np.arange(len(tokens)), n_all)
    nearest = np.minimum.accumulate(slots[::-1])[::-1]
    after = np.full(n_all, n_all, np.intp)
    after[: len(tokens) - 1] = nearest[1:]
    after[: len(tokens)][after[: len(tokens)] >= window.pads[window.owner]] = n_all
    return after


def _limits(
    window: Window, starts: Sequence[Start], after: Ints, sent_starts: Ints, offsets: Ints
) -> Ints:
    """Return where the next sentence in the buffer starts, (S,), and link the marked starts."""
    limits = []
    for start, base in zip(starts, window.bases.tolist(), strict=True):
        b0 = start.front[0] if start.front else start.frontier
        shift = base - start.low
        token = int(offsets[start.doc]) + b0
        is_start = token < int(offsets[start.doc + 1]) and sent_starts[token] == 1
        limit = b0 + shift if is_start else int(after[b0 + shift])
        for mark in sorted(start.marks):
            limit = _link_up(after, limit, mark + shift)
        limits.append(limit)
    return np.array(limits, np.intp)


def _link_up(after: Ints, first: int, mark: int) -> int:
    """Insert a marked start into the linked list of starts; return the new first one."""
    if mark < first:
        after[mark] = first
        return mark
    before = first
    while after[before] < mark:
        before = int(after[before])
    after[mark], after[before] = after[before], mark
    return first
