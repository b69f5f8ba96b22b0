"""One arc-eager state in plain Python numbers, which is faster for a few docs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel_plugin_parser.rules import (
    APART,
    ATTACH_RIGHT,
    GAP,
    HEADED,
    HELD,
    KINDS,
    MARK,
    N_ACTIONS,
    NO_B0,
    NO_B1,
    NO_S0,
    NO_S1,
    NO_START,
    POP,
    PUSH_START,
    PUT_BACK,
    REATTACH_LEFT,
    STARTS,
    STAY,
    UNBREAKABLE,
    VALID,
)

Floats = npt.NDArray[np.floating[Any]]

_KINDS: Final = KINDS.tolist()
_VALID: Final = VALID.tolist()
_AS_B0: Final = {1: STARTS, 0: 0, -1: NO_START}
_AS_B1: Final = {1: UNBREAKABLE, 0: 0, -1: UNBREAKABLE}


class OneArcEagerState:
    """The state of one doc. Its tokens are numbered from 0; -1 means no token.

    The lists have a value per token, and a last one for "no token", as in `slots.Slots`.
    """

    def __init__(
        self,
        n_tokens: int,
        sent_starts: Sequence[int] | None,
        actions: Sequence[int],
        penalties: Floats,
        *,
        extra: bool = False,
        joins: bool = False,
    ) -> None:
        """Start at the first of `n_tokens` tokens.

        sent_starts  preset: 1, 0 or -1 for each token; None: all 0
        actions      the action of each class
        penalties    (64, C)  see `rules.penalty_table`
        extra        whether features are 13, not 8
        joins        whether there are classes that join subtokens
        """
        self.b0 = 0 if n_tokens else -1
        self.s0 = -1
        self.stack = [-1, -1, -1]
        self.next = [*range(1, n_tokens), -1, -1]
        self.left = [-1] * (n_tokens + 1)
        self.right = [-1] * (n_tokens + 1)
        self.prev = [-1] * (n_tokens + 1)
        self.held = [0] * (n_tokens + 1)
        self.breaking = [False] * n_tokens
        self.head = [-1] * n_tokens
        self.label = [-1] * n_tokens
        preset = [0] * n_tokens if sent_starts is None else sent_starts
        self.as_b0 = [*map(_AS_B0.__getitem__, preset), NO_B0]
        self.as_b1 = [*map(_AS_B1.__getitem__, preset), NO_B1]
        self.as_s0 = [*[0] * n_tokens, NO_S0]
        self._actions = actions
        self._penalties = penalties
        self._extra = extra
        self._joins = joins
        self.code = self._code()

    def _code(self) -> int:
        b0, s0, next_ = self.b0, self.s0, self.next
        b1 = next_[b0]
        code: int = self.as_b0[b0] + self.as_b1[b1] + self.as_s0[s0] + self.held[b0]
        if self.stack[-2] < 0:
            code += NO_S1
        if b1 - b0 != 1:
            code += GAP
        if self._joins and b0 - s0 != 1:
            code += APART
        return code

    @property
    def mask(self) -> int:
        """The valid actions as bits, 0 if the state is final."""
        mask: int = _VALID[self.code]
        return mask

    @property
    def is_seam(self) -> bool:
        """Whether all later actions depend only on B0 and the tokens after it; see `segments`."""
        b0 = self.b0
        if self.s0 >= 0 or b0 < 0 or self.breaking[b0]:
            return False
        return self.left[b0] < 0 and not self.held[b0]

    def features(self) -> list[int]:
        """Return the feature tokens, as `ArcEagerStates` does."""
        b0, s0, s1, s2 = self.b0, self.s0, self.stack[-2], self.stack[-3]
        left, right = self.left, self.right
        shown = [b0, self.next[b0], s0, s1, s2]
        if self._extra:
            prev = self.prev
            shown += [left[s0], right[s0], left[b0], prev[right[s0]]]
            shown += [left[s1], prev[left[s1]], right[s1], prev[right[s1]]]
        else:
            shown += [left[b0], left[s0], right[s0]]
        return shown

    def penalties(self) -> Floats:
        """Return 0 for each valid class, -inf for the others: (C,)."""
        row: Floats = self._penalties[self.mask]
        return row

    def apply(self, action: int) -> bool:
        """Take the action of class `action`; return whether the state is not final."""
        self.take(self._actions[action], action)
        return self.mask > 0

    def take(self, action: int, label: int) -> int:
        """Take one of the five actions, with a class as label; return the kind of step."""
        kind: int = _KINDS[self.code * N_ACTIONS + action]
        if kind == STAY:
            return kind
        if kind <= PUSH_START:
            self._push()
        elif kind == ATTACH_RIGHT:
            self._attach_right(label)
        elif kind == MARK:
            b1 = self.next[self.b0]
            self.as_b0[b1], self.as_b1[b1] = STARTS, UNBREAKABLE
            self.breaking[self.b0] = True
        else:
            self._pop(kind, label)
        self.s0 = self.stack[-1]
        self.code = self._code()
        return kind

    def _pop(self, kind: int, label: int) -> None:
        b0, s0 = self.b0, self.stack.pop()
        if kind == PUT_BACK:
            self.next[s0] = b0
            self.held[s0] = HELD
            self.b0 = s0
        elif kind != POP:
            if kind == REATTACH_LEFT:
                self.right[self.stack[-1]] = self.prev[s0]
            self.prev[s0], self.left[b0] = self.left[b0], s0
            self.head[s0], self.label[s0] = b0, label
            self.held[b0] = 0

    def _attach_right(self, label: int) -> None:
        b0, s0 = self.b0, self.s0
        self.prev[b0], self.right[s0] = self.right[s0], b0
        self.head[b0], self.label[b0] = s0, label
        self.as_s0[b0] = HEADED
        self._push()

    def _push(self) -> None:
        self.stack.append(self.b0)
        self.b0 = self.next[self.b0]
