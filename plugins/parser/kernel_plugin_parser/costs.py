"""How much of the gold trees each action makes unreachable: a dynamic oracle.

After Goldberg and Nivre (2012). While states are stepped, only what is gone a step later is
noted down; the costs of all of them are worked out at the end, at once.

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
# How a token that goes from one place to another changes `n_kids` of its gold head.
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
    """What is noted down of states while they are stepped, and the costs that it comes to."""

    def __init__(self, tracked: Tracked, tokens: Ints, states: ArcEagerStates) -> None:
        self.tracked = tracked
        self.tokens = tokens
        self._limits = tracked.limits.copy()  # (S,)
        self._crossing = self._count_crossing(states)  # (S,)
        self._seen: list[Ints] = []
        self._kinds: list[Ints] = []

    def note(self, states: ArcEagerStates) -> None:
        """Note down the states as they are before an action."""
        tracked, registers = self.tracked, states.registers
        pair = registers[B0 : S0 + 1 : S0 - B0]  # (2, S)
        heads = tracked.heads.take(pair)
        self._seen.append(
            np.concatenate(
                [
                    registers[: S1 + 1],
                    heads,
                    tracked.place.take(heads),
                    tracked.n_kids.take(pair),
                    [states.columns, states.codes, self._limits.take(states.columns)],
                ]
            )
        )

    def move(self, states: ArcEagerStates, actions: Ints, classes: Ints) -> None:
        """Move states on that were noted down, and keep count; see `ArcEagerStates.apply`."""
        tracked = self.tracked
        before = self._seen[-1]
        kinds, moved = states.apply(actions, classes)
        self._kinds.append(kinds)
        tracked.place[moved] = _GOES_TO.take(kinds)
        tracked.place[-2] = GONE
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
        # A sentence that starts at B0 comes first.
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
        # From the top of all stacks down, a level at a time.
        while len(depth := depth[(there := depth >= 0)]):
            columns = columns[there]
            limits = self._limits[columns]
            heads = tracked.heads[depth]
            buffered = tracked.n_kids[depth] // BUFFERED - self._late(depth, limits)
            crossing[columns] += buffered
            crossing[columns] += (tracked.place[heads] == IN_BUFFER) & (heads < limits)
            depth = states.slots.below[depth]
        return crossing

    def _late(self, tokens: Ints, limits: Ints) -> Ints:
        """Return how many gold children stand at or after the limits."""
        n_all = len(self.tracked.heads)
        arcs, firsts = self.tracked.arcs, tokens * n_all
        late: Ints = np.searchsorted(arcs, firsts + n_all) - np.searchsorted(arcs, firsts + limits)
        return late

    # At the end

    def costs(self, gold: ArcGold, classes: ArcClasses) -> tuple[Floats, Ints]:
        """Return the cost of each class at every state that was noted down, in order.

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
        starts = np.append(gold.starts, np.int8(0))[self.tokens[b1]]  # -1 leads to the last: 0
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

        It is followed from step to step: a token that moves takes its arcs along.
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
        # After a mark, the buffer that counts is B0 alone.
        fresh = (kinds == MARK) & (limits != b0)
        total = np.cumsum(change[order]) - change[order]  # before each step, over all states
        restart = np.append(False, fresh[order][:-1]) & ~is_first
        value = np.where(is_first, self._crossing[columns[order]], 0)
        value += np.where(restart, np.append(0, stack_b[order][:-1]), 0)
        anchor = np.maximum.accumulate(np.where(is_first | restart, np.arange(len(order)), 0))
        crossing = np.empty_like(limits)
        crossing[order] = total - total[anchor] + value[anchor]
        return crossing
