"""A static oracle: the path along the gold tree through the arc-eager system, doc by doc.

Axes: n tokens of one doc.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import Final

from attrs import frozen

from kernel_plugin_parser.labels import ArcClasses
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
    UNBREAKABLE,
)

GONE: Final = 0
ON_STACK: Final = 1
IN_BUFFER: Final = 2

_INVALID_COST: Final = 9000
_PUSHES: Final = {PUSH, PUSH_START, ATTACH_RIGHT}


@frozen
class DocTree:
    """The gold tree of one doc, as lists of n; see `gold.ArcGold`."""

    heads: list[int]
    starts: list[int]


@frozen
class Start:
    """A state to train from, restricted to the tokens from `low` on.

    doc       the doc's number in the batch
    low       the first token that matters
    frontier  the first token that was never on the stack
    stack     tokens, the top last
    front     tokens that were put back to the buffer, B0 first
    marks     tokens in the buffer that Break made sentence starts
    left      left children of the tokens from `low` to `frontier`, as in `Slots`; the others
              likewise
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


@frozen
class Path:
    """The path with the least cost through a doc, and its seams; see `segments`.

    actions   the actions, SHIFT to BREAK
    moves     the numbers of actions after which the path is at a seam, ascending
    tokens    B0 at each seam
    marked    whether Break made a sentence start there
    """

    actions: bytes
    moves: array[int]
    tokens: array[int]
    marked: bytes

    def starts(
        self, doc: int, sent_starts: list[int], classes: ArcClasses, every: int
    ) -> tuple[list[Start], list[int]]:
        """Return the state after every `every` actions, including the first state.

        sent_starts  preset: 1, 0 or -1 for each token
        returns      the states of doc number `doc`; the next token of each, and last the doc's
                     length
        """
        n_tokens = len(sent_starts)
        starts, nexts = [], []
        for n_moves in range(0, len(self.actions), every):
            seam = bisect_right(self.moves, n_moves) - 1
            first = self.tokens[seam]
            # Before the next seam, the path depends only on tokens up to the second one after it.
            stop = self.tokens[seam + 1] + 2 if seam + 1 < len(self.tokens) else n_tokens
            state = PathState(sent_starts[first:stop], classes, is_marked=bool(self.marked[seam]))
            for action in self.actions[self.moves[seam] : n_moves]:
                state.step(action)
            starts.append(state.start(doc, first))
            nexts.append(first + state.b0 if state.b0 >= 0 else n_tokens)
        return starts, [*nexts, n_tokens]


class PathState(OneArcEagerState):
    """A state that records what is needed to start from it again."""

    def __init__(
        self, sent_starts: list[int], classes: ArcClasses, *, is_marked: bool = False
    ) -> None:
        super().__init__(len(sent_starts), sent_starts, classes.listed, classes.penalties)
        self.limits: list[int] = []  # marked sentence starts in the buffer, the nearest one last
        self.frontier = 0
        self.low = 0
        if is_marked:
            self.limits.append(0)
            self.as_b0[0], self.as_b1[0] = STARTS, UNBREAKABLE
            self.code = self._code()

    def step(self, action: int) -> int:
        """Take an action; returns the kind of step."""
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

    def start(self, doc: int, first: int) -> Start:
        """Return the state as one of doc number `doc`; token 0 here is the doc's token `first`."""
        front = []
        token = self.b0
        while 0 <= token < self.frontier:
            front.append(token)
            token = self.next[token]
        lefts = [self.left[token] for token in front if self.left[token] >= 0]
        if self.left[self.frontier] >= 0:
            lefts.append(self.left[self.frontier])
        low = min([self.low, *lefts, *front[:1]])
        part = slice(low, self.frontier + 1)
        return Start(
            doc=doc,
            low=low + first,
            frontier=self.frontier + first,
            stack=_shifted(self.stack[3:], first),
            front=_shifted(front, first),
            marks=_shifted(self.limits, first),
            left=_shifted(self.left[part], first),
            right=_shifted(self.right[part], first),
            prev=_shifted(self.prev[part], first),
            held=self.held[part],
            headed=[flag == HEADED for flag in self.as_s0[part]],
        )


def _shifted(tokens: list[int], by: int) -> list[int]:
    return [token + by if token >= 0 else -1 for token in tokens]


class GoldPath(PathState):
    """A state that computes the costs of its five actions, each with its best label."""

    def __init__(self, sent_starts: list[int], classes: ArcClasses, tree: DocTree) -> None:
        super().__init__(sent_starts, classes)
        n_tokens = len(sent_starts)
        self.tree = tree
        self.location = [*[IN_BUFFER] * n_tokens, GONE]
        self.on_stack = [0] * (n_tokens + 1)  # gold children on the stack
        self.kids: list[list[int]] = [[] for _ in range(n_tokens + 1)]
        for child, head in enumerate(tree.heads):
            if head >= 0:
                self.kids[head].append(child)
        self.in_buffer = [len(kids) for kids in self.kids]
        self.next_preset = [n_tokens] * (n_tokens + 1)
        for token in range(n_tokens - 2, -1, -1):
            is_start = self.as_b0[token + 1] == STARTS
            self.next_preset[token] = token + 1 if is_start else self.next_preset[token + 1]

    def follow(self) -> Path:
        """Take the first action with the least cost until the state is final."""
        actions, moves, tokens, marked = bytearray(), array("l"), array("l"), bytearray()
        while self.mask:
            if self.is_seam:
                moves.append(len(actions))
                tokens.append(self.b0)
                marked.append(self.b0 in self.limits[-1:])
            costs = self.costs()
            actions.append(costs.index(min(costs)))
            self.move(actions[-1])
        return Path(bytes(actions), moves, tokens, bytes(marked))

    def costs(self) -> list[int]:
        """Return the cost of each action; invalid ones cost more than any valid one."""
        b0, s0, mask, code = self.b0, self.s0, self.mask, self.code
        limit = self._limit()
        heads = self.tree.heads
        push = self._gold_head_at(b0, ON_STACK, limit) + self.on_stack[b0]
        b1 = self.next[b0]
        if mask >> BREAK & 1 and self.tree.starts[b1] == 1:
            push += 1
        pop = self._gold_head_at(s0, IN_BUFFER, limit) + self._kids_in_buffer(s0, limit)
        costs = [_INVALID_COST] * 5
        if mask >> SHIFT & 1:
            costs[SHIFT] = push
        headed = self.as_s0[s0] == HEADED
        own = self._gold_head_at(s0, ON_STACK, limit) + self.on_stack[s0]
        if mask >> REDUCE & 1:
            costs[REDUCE] = 0 if code & STARTS else pop - (0 if headed else own)
        if mask >> LEFT & 1:
            right = heads[s0] == b0
            on_left = int(heads[s0] >= 0 and heads[s0] == self.stack[-2]) if headed else own
            costs[LEFT] = pop + on_left - right
            if heads[b0] == s0:
                costs[RIGHT] = push - 1
            else:
                moved = self.held[b0] != HELD and self._gold_head_at(b0, IN_BUFFER, limit)
                costs[RIGHT] = push + int(moved)
        if mask >> BREAK & 1 and (min(costs) > 0 or code & STARTS):
            costs[BREAK] = self._break_cost(limit)
        return costs

    def _break_cost(self, limit: int) -> int:
        b0 = self.b0
        crossing = sum(
            self._gold_head_at(token, IN_BUFFER, limit) + self._kids_in_buffer(token, limit)
            for token in self.stack[3:]
        )
        crossing -= self._gold_head_at(b0, ON_STACK, limit) + self.on_stack[b0]
        return crossing + int(self.tree.starts[self.next[b0]] == -1)

    def _limit(self) -> int:
        """Return where the next sentence starts: no token from there on can be attached."""
        b0 = self.b0
        if self.stack[-1] >= 0 and self.as_b0[b0] & STARTS and b0 >= 0:
            return b0
        preset = self.next_preset[b0]
        return min(self.limits[-1], preset) if self.limits else preset

    def _gold_head_at(self, token: int, location: int, limit: int) -> int:
        """Return 1 if the gold head is at `location` (in the buffer, before `limit`), else 0."""
        if token < 0:
            return 0
        head = self.tree.heads[token]
        return int(
            head >= 0 and self.location[head] == location and (location == ON_STACK or head < limit)
        )

    def _kids_in_buffer(self, token: int, limit: int) -> int:
        kids = self.kids[token]
        if not kids or kids[-1] < limit:
            return self.in_buffer[token]
        return self.in_buffer[token] - (len(kids) - bisect_left(kids, limit))

    def move(self, action: int) -> None:
        """Take an action, and update the counts that costs depend on."""
        b0, s0 = self.b0, self.s0
        kind = self.step(action)
        if kind in _PUSHES:
            self._put(b0, ON_STACK)
        elif kind != MARK:
            self._put(s0, IN_BUFFER if kind == PUT_BACK else GONE)

    def _put(self, token: int, location: int) -> None:
        before, self.location[token] = self.location[token], location
        head = self.tree.heads[token]
        if head < 0:
            return
        self.on_stack[head] += (location == ON_STACK) - (before == ON_STACK)
        self.in_buffer[head] += (location == IN_BUFFER) - (before == IN_BUFFER)


def whole(doc: int) -> Start:
    """Return the first state of a doc."""
    return Start(doc, 0, 0, [], [], [], [], [], [], [], [])
