"""Following gold trees through the arc-eager system, one doc at a time.

Axes: n tokens of one doc.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from attrs import frozen

from kernel_plugin_parser.one import OneArcEagerState
from kernel_plugin_parser.rules import (
    ATTACH_RIGHT,
    BREAK,
    HEADED,
    HELD,
    LEFT,
    MARK,
    PUSH,
    PUSH_START,
    PUT_BACK,
    REDUCE,
    RIGHT,
    SHIFT,
    STARTS,
)

GONE: Final = 0
ON_STACK: Final = 1
IN_BUFFER: Final = 2

_NEVER: Final = 9000
_PUSHES: Final = {PUSH, PUSH_START, ATTACH_RIGHT}


@frozen
class DocTree:
    """The gold tree of one doc, as lists of n; see `gold.ArcGold`."""

    heads: list[int]
    starts: list[int]


@frozen
class Start:
    """A state to train from: what it knows of the tokens from `low` on.

    doc       the doc's number in the batch
    low       the first token that matters
    frontier  the first token that was never on the stack
    stack     tokens, the top last
    front     tokens that were put back on the buffer, B0 first
    marks     tokens in the buffer where the system made a sentence start
    left      of the tokens from `low` to `frontier`, as in `Slots`; the others likewise
    b0        the next token, -1: none
    """

    doc: int
    low: int
    frontier: int
    stack: list[int]
    front: list[int]
    marks: list[int]
    left: list[int]
    right: list[int]
    prev: list[int]
    held: list[int]
    headed: list[bool]


class GoldPath(OneArcEagerState):
    """A state that knows the costs of its five actions, each with its best label."""

    def follow(
        self, doc: int, tree: DocTree, every: int, known: bytes | None = None
    ) -> tuple[list[Start], list[int], bytes]:
        """Take the first action of least cost until the end.

        `known` are the actions of an earlier call: taking them again saves counting costs.

        returns  the state after every `every` actions, the first one included; the token that
                 was next in each, and the doc's length at last; the actions
        """
        self._prepare(tree)
        starts, nexts = [], []
        actions = bytearray() if known is None else known
        n_moves = 0
        while self.mask:
            if n_moves % every == 0:
                starts.append(self._snapshot(doc))
                nexts.append(self.b0 if self.b0 >= 0 else len(tree.heads))
            if isinstance(actions, bytearray):
                costs = self.costs()
                actions.append(costs.index(min(costs)))
                self.move(actions[-1])
            else:
                self.step(actions[n_moves])
            n_moves += 1
        return starts, [*nexts, len(tree.heads)], bytes(actions)

    def _prepare(self, tree: DocTree) -> None:
        n_tokens = len(tree.heads)
        self.tree = tree
        self.place = [*[IN_BUFFER] * n_tokens, GONE]
        self.on_stack = [0] * (n_tokens + 1)  # gold children on the stack
        self.kids: list[list[int]] = [[] for _ in range(n_tokens + 1)]
        for child, head in enumerate(tree.heads):
            if head >= 0:
                self.kids[head].append(child)
        self.in_buffer = [len(kids) for kids in self.kids]
        self.limits: list[int] = []  # marked starts in the buffer, the nearest last
        self.next_preset = [n_tokens] * (n_tokens + 1)
        for token in range(n_tokens - 2, -1, -1):
            is_start = self.as_b0[token + 1] == STARTS
            self.next_preset[token] = token + 1 if is_start else self.next_preset[token + 1]
        self.frontier = 0
        self.low = 0

    def costs(self) -> list[int]:
        """Return the cost of each action, more than any sum of costs where it is not valid."""
        b0, s0, mask, code = self.b0, self.s0, self.mask, self.code
        limit = self._limit()
        heads = self.tree.heads
        push = self._under(b0, ON_STACK, limit) + self.on_stack[b0]
        b1 = self.next[b0]
        if mask >> BREAK & 1 and self.tree.starts[b1] == 1:
            push += 1
        pop = self._under(s0, IN_BUFFER, limit) + self._kids_in_buffer(s0, limit)
        costs = [_NEVER] * 5
        if mask >> SHIFT & 1:
            costs[SHIFT] = push
        headed = self.as_s0[s0] == HEADED
        own = self._under(s0, ON_STACK, limit) + self.on_stack[s0]
        if mask >> REDUCE & 1:
            costs[REDUCE] = 0 if code & STARTS else pop - (0 if headed else own)
        if mask >> LEFT & 1:
            right = heads[s0] == b0
            on_left = int(heads[s0] >= 0 and heads[s0] == self.stack[-2]) if headed else own
            costs[LEFT] = pop + on_left - right
            if heads[b0] == s0:
                costs[RIGHT] = push - 1
            else:
                moved = self.held[b0] != HELD and self._under(b0, IN_BUFFER, limit)
                costs[RIGHT] = push + int(moved)
        if mask >> BREAK & 1 and (min(costs) > 0 or code & STARTS):
            costs[BREAK] = self._break_cost(limit)
        return costs

    def _break_cost(self, limit: int) -> int:
        b0 = self.b0
        crossing = sum(
            self._under(token, IN_BUFFER, limit) + self._kids_in_buffer(token, limit)
            for token in self.stack[3:]
        )
        crossing -= self._under(b0, ON_STACK, limit) + self.on_stack[b0]
        return crossing + int(self.tree.starts[self.next[b0]] == -1)

    def _limit(self) -> int:
        """Return where the next sentence starts: the end of what can still be attached to."""
        b0 = self.b0
        if self.stack[-1] >= 0 and self.as_b0[b0] & STARTS and b0 >= 0:
            return b0
        preset = self.next_preset[b0]
        return min(self.limits[-1], preset) if self.limits else preset

    def _under(self, token: int, place: int, limit: int) -> int:
        """Say whether the gold head of a token is on the stack, or in the buffer before `limit`."""
        if token < 0:
            return 0
        head = self.tree.heads[token]
        return int(head >= 0 and self.place[head] == place and (place == ON_STACK or head < limit))

    def _kids_in_buffer(self, token: int, limit: int) -> int:
        kids = self.kids[token]
        if not kids or kids[-1] < limit:
            return self.in_buffer[token]
        return self.in_buffer[token] - (len(kids) - bisect_left(kids, limit))

    def move(self, action: int) -> None:
        """Take an action, and keep count of what costs are made of."""
        b0, s0 = self.b0, self.s0
        kind = self.step(action)
        if kind in _PUSHES:
            self._put(b0, ON_STACK)
        elif kind != MARK:
            self._put(s0, IN_BUFFER if kind == PUT_BACK else GONE)

    def step(self, action: int) -> int:
        """Take an action, and keep track of what a snapshot needs; returns the kind of step."""
        b0, b1 = self.b0, self.next[self.b0]
        kind = self.take(action, -1)
        if kind == MARK:
            self.limits.append(b1)
            self.limits.sort(reverse=True)
        elif kind in _PUSHES:
            if self.limits and self.limits[-1] == b0:
                self.limits.pop()
            self.frontier = max(self.frontier, b0 + 1)
        if self.s0 < 0 and self.b0 >= 0:
            left = self.left[self.b0]
            self.low = self.b0 if left < 0 else left
        return kind

    def _put(self, token: int, place: int) -> None:
        before, self.place[token] = self.place[token], place
        head = self.tree.heads[token]
        if head < 0:
            return
        self.on_stack[head] += (place == ON_STACK) - (before == ON_STACK)
        self.in_buffer[head] += (place == IN_BUFFER) - (before == IN_BUFFER)

    def _snapshot(self, doc: int) -> Start:
        front = []
        token = self.b0
        while 0 <= token < self.frontier:
            front.append(token)
            token = self.next[token]
        lefts = [self.left[token] for token in front if self.left[token] >= 0]
        if self.frontier < len(self.tree.heads) and self.left[self.frontier] >= 0:
            lefts.append(self.left[self.frontier])
        low = min([self.low, *lefts, *front[:1]])
        part = slice(low, self.frontier + 1)
        return Start(
            doc=doc,
            low=low,
            frontier=self.frontier,
            stack=self.stack[3:],
            front=front,
            marks=list(self.limits),
            left=self.left[part],
            right=self.right[part],
            prev=self.prev[part],
            held=self.held[part],
            headed=[flag == HEADED for flag in self.as_s0[part]],
        )


def whole(doc: int) -> Start:
    """Return the first state of a doc."""
    return Start(doc, 0, 0, [], [], [], [], [], [], [], [])
