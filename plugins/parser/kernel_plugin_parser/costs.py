"""A dynamic oracle: the number of gold arcs and boundaries that each action makes unreachable.

After Goldberg and Nivre (2012). While states are stepped, only values that the next step overwrites
are recorded; the costs of all states are computed together at the end.

Axes: S states, T slots, R states at all their steps, C classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kernel_plugin_parser.gold import ArcGold
from kernel_plugin_parser.labels import ArcClasses
from kernel_plugin_parser.oracle import GONE, IN_BUFFER, ON_STACK
from kernel_plugin_parser.rules import (
    ATTACH_RIGHT,
    B0,
    B1,
    BREAK,
    HEADED,
    HELD,
    LEFT,
    MARK,
    N_ACTIONS,
    N_KINDS,
    NO_S1,
    PUSH,
    PUSH_START,
    PUT_BACK,
    REDUCE,
    RIGHT,
    S0,
    S1,
    SHIFT,
    STARTS,
    STAY,
)
from kernel_plugin_parser.starting import BUFFERED, Tracked
from kernel_plugin_parser.states import ArcEagerStates

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]

_PUSHES = (PUSH, PUSH_START, ATTACH_RIGHT)
_GOES_TO = np.array(
    [
        ON_STACK if kind in _PUSHES else IN_BUFFER if kind == PUT_BACK else GONE
        for kind in range(N_KINDS)
    ],
    np.intp,
)
# How `n_kids` of the gold head changes when a token moves from one location to another.
_COUNTS = np.array(
    [
        1 - BUFFERED if kind in _PUSHES else BUFFERED - 1 if kind == PUT_BACK else -1
        for kind in range(N_KINDS)
    ],
    np.intp,
)
_COUNTS[[MARK, STAY]] = 0
_IS_RARE = np.array([kind in {MARK, PUSH_START} for kind in range(N_KINDS)])


class Trace:
    """Values recorded while states are stepped, and the costs computed from them."""

    def __init__(self, tracked: Tracked, tokens: Ints, states: ArcEagerStates) -> None:
        self.tracked = tracked
        self.tokens = tokens
        self._limits = tracked.limits.copy()  # (S,)
        self._crossing = self._count_crossing(states)  # (S,)
        self._seen: list[Ints] = []
        self._kinds: list[Ints] = []

    def note(self, states: ArcEagerStates) -> None:
        """Record the states before an action."""
        tracked, registers = self.tracked, states.registers
        pair = registers[B0 : S0 + 1 : S0 - B0]  # (2, S)
        heads = tracked.heads.take(pair)
        self._seen.append(
            np.concatenate(
                [
                    registers[: S1 + 1],
                    heads,
                    tracked.location.take(heads),
                    tracked.n_kids.take(pair),
                    [states.columns, states.codes, self._limits.take(states.columns)],
                ]
            )
        )

    def move(self, states: ArcEagerStates, actions: Ints, classes: Ints) -> None:
        """Take actions at recorded states and update the counts; see `ArcEagerStates.apply`."""
        tracked = self.tracked
        before = self._seen[-1]
        kinds, moved = states.apply(actions, classes)
        self._kinds.append(kinds)
        tracked.location[moved] = _GOES_TO.take(kinds)
        tracked.location[-2] = GONE
        heads = tracked.heads.take(moved)
        tracked.n_kids[heads] += _COUNTS.take(kinds)
        rare = _IS_RARE.take(kinds)
        if rare.any():
            self._move_limits(kinds, before, states.columns)

    def _move_limits(self, kinds: Ints, before: Ints, columns: Ints) -> None:
        after, limits = self.tracked.after, self._limits
        pushed = np.flatnonzero(kinds == PUSH_START)
        limits[columns[pushed]] = after[before[B0, pushed]]
        marked = np.flatnonzero(kinds == MARK)
        b0, b1 = before[B0, marked], before[B1, marked]
        limit = limits[columns[marked]]
        # A sentence that starts at B0 is the first limit.
        first = limit == b0
        after[b1] = np.where(first, after[b0], limit)
        after[b0[first]] = b1[first]
        limits[columns[marked]] = np.where(first, b0, b1)

    def _count_crossing(self, states: ArcEagerStates) -> Ints:
        """Return the number of gold arcs between the stack and the buffer up to the limit, (S,)."""
        tracked = self.tracked
        crossing = np.zeros(len(states), np.intp)
        depth = states.registers[S0].copy()
        columns = states.columns
        # Go down all stacks from their tops, one level at a time.
        while len(depth := depth[(there := depth >= 0)]):
            columns = columns[there]
            limits = self._limits[columns]
            heads = tracked.heads[depth]
            buffered = tracked.n_kids[depth] // BUFFERED - self._late(depth, limits)
            crossing[columns] += buffered
            crossing[columns] += (tracked.location[heads] == IN_BUFFER) & (heads < limits)
            depth = states.slots.below[depth]
        return crossing

    def _late(self, tokens: Ints, limits: Ints) -> Ints:
        """Return the number of gold children at or after the limits."""
        n_all = len(self.tracked.heads)
        arcs, firsts = self.tracked.arcs, tokens * n_all
        late: Ints = np.searchsorted(arcs, firsts + n_all) - np.searchsorted(arcs, firsts + limits)
        return late

    # Costs

    def costs(self, gold: ArcGold, classes: ArcClasses) -> tuple[Floats, Ints]:
        """Return the cost of each class at every recorded state, in order.

        returns  (R, C), and (R,): the codes of the states
        """
        n_classes = len(classes.actions)
        if not self._seen:
            return np.zeros((0, n_classes), "float32"), np.zeros(0, np.intp)
        b0, b1, s0, s1, *rest = np.concatenate(self._seen, axis=1)
        head_b, head_s, place_b, place_s, kids_b, kids_s, columns, codes, limits = rest
        stack_b, stack_s = kids_b % BUFFERED, kids_s % BUFFERED
        stack_b += place_b == ON_STACK
        stack_s += place_s == ON_STACK
        buffer_s = kids_s // BUFFERED - self._late(s0, limits)
        buffer_s += (place_s == IN_BUFFER) & (head_s < limits)
        starts = np.append(gold.starts, np.int8(0))[self.tokens[b1]]  # -1 is the last value: 0
        breakable = (codes % NO_S1 // 8 % 3 == 0) & (b1 - b0 == 1)
        headed = codes % NO_S1 // HEADED == 1
        free_head_b = (place_b == IN_BUFFER) & (head_b < limits) & (codes // HELD % 2 == 0)
        push = stack_b + (breakable & (starts == 1))
        right = head_b == s0
        left = head_s == b0
        costs = np.empty((N_ACTIONS, len(b0)), "float32")
        costs[SHIFT] = push
        costs[REDUCE] = np.where(
            codes & STARTS & (codes % 8 < 4), 0, buffer_s - np.where(headed, 0, stack_s)
        )
        costs[LEFT] = buffer_s + np.where(headed, head_s == s1, stack_s)
        costs[RIGHT] = push + np.where(right, 0, free_head_b)
        crossing = self._follow_crossing(
            columns, limits, (b0, head_b, place_b, kids_b), stack_b, stack_s, buffer_s
        )
        costs[BREAK] = crossing - stack_b + (starts == -1)
        table: Floats = costs.T.take(classes.actions, axis=1)
        for is_gold, token, of_token in ((left, s0, gold.lefts), (right, b0, gold.rights)):
            rows = np.flatnonzero(is_gold & (s0 >= 0) & (b0 >= 0))
            labels = of_token[self.tokens[token[rows]]]
            table[rows[labels >= 0], labels[labels >= 0]] -= 1
        return table, codes

    def _follow_crossing(
        self,
        columns: Ints,
        limits: Ints,
        of_b0: tuple[Ints, Ints, Ints, Ints],
        stack_b: Ints,
        stack_s: Ints,
        buffer_s: Ints,
    ) -> Ints:
        """Return the number of gold arcs between stack and buffer at each state, (R,).

        It is updated from step to step: a token that is moved changes the number by its arcs.
        """
        kinds = np.concatenate(self._kinds) if self._kinds else np.zeros(0, np.intp)
        kinds = np.append(kinds, np.full(len(columns) - len(kinds), STAY))
        order = np.argsort(columns, kind="stable")
        is_first = np.append(True, np.diff(columns[order]) != 0)
        next_limits = np.empty_like(limits)
        next_limits[order] = np.append(limits[order][1:], 0)
        b0, head_b, place_b, kids_b = of_b0
        buffer_b = kids_b // BUFFERED - self._late(b0, next_limits)
        buffer_b += (place_b == IN_BUFFER) & (head_b < next_limits)
        is_push = np.isin(kinds, _PUSHES)
        is_pop = ~is_push & (kinds != MARK) & (kinds != STAY)
        change = np.where(is_push, buffer_b - stack_b, 0) - np.where(is_pop, buffer_s, 0)
        change += np.where(kinds == PUT_BACK, stack_s, 0)
        # After a mark, only B0 of the buffer counts.
        fresh = (kinds == MARK) & (limits != b0)
        total = np.cumsum(change[order]) - change[order]  # before each step, over all states
        restart = np.append(False, fresh[order][:-1]) & ~is_first
        value = np.where(is_first, self._crossing[columns[order]], 0)
        value += np.where(restart, np.append(0, stack_b[order][:-1]), 0)
        anchor = np.maximum.accumulate(np.where(is_first | restart, np.arange(len(order)), 0))
        crossing = np.empty_like(limits)
        crossing[order] = total - total[anchor] + value[anchor]
        return crossing
