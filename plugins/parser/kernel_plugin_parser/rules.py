"""The rules of the arc-eager system, as tables over the properties of a state.

All properties of a state that the rules depend on are encoded in one number, its code. Tables over
codes give the valid actions, and what exactly an action does. The system follows Nivre (2004), with
two additions from Honnibal and Johnson (2014): Break, and Reduce of a word without a head, which
moves it back to the buffer.

Axes: K kinds of step, T targets of a step, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Masks = npt.NDArray[np.bool_]

SHIFT: Final = 0
REDUCE: Final = 1
LEFT: Final = 2
RIGHT: Final = 3
BREAK: Final = 4
N_ACTIONS: Final = 5
NAMES: Final = "SDLRB"
# In a mask of valid actions: whether B0 directly follows S0, so that they may be subtokens.
SUBTOKEN_BIT: Final = 1 << N_ACTIONS

SUBTOKEN: Final = "subtok"
FALLBACK: Final = "dep"
ROOT: Final = "ROOT"

# A code is a sum of these. B0 starts a sentence; is preset not to start one; does not exist.
STARTS: Final = 1
NO_START: Final = 2
NO_B0: Final = 4
# B1 cannot become a sentence start; does not exist.
UNBREAKABLE: Final = 8
NO_B1: Final = 16
# S0 has a head; does not exist. S1 does not exist.
HEADED: Final = 24
NO_S0: Final = 48
NO_S1: Final = 72
# B0 was put back from the stack; B1 is not the token after B0; B0 is not the token after S0.
HELD: Final = 144
GAP: Final = 288
APART: Final = 576
N_CODES: Final = 1152

# Kinds of step. An action has one or two kinds; the state decides between them.
PUSH: Final = 0
PUSH_START: Final = 1  # B0 starts a sentence, so the stack was empty
POP: Final = 2
PUT_BACK: Final = 3  # S0 goes back to the buffer
ATTACH_LEFT: Final = 4
REATTACH_LEFT: Final = 5  # S0 had a head before
ATTACH_RIGHT: Final = 6
MARK: Final = 7  # B1 will start a sentence
STAY: Final = 8  # the state is final
N_KINDS: Final = 9

# The registers of a state that steps use; the last one is for values to ignore.
B0: Final = 0
B1: Final = 1
S0: Final = 2
S1: Final = 3
NOWHERE: Final = -1


def _parts(code: int) -> tuple[int, int, int, bool, bool, bool, bool]:
    """Split a code into its parts of B0, B1 and S0, then NO_S1, HELD, GAP and APART."""
    flags = code // NO_S1
    return (
        code % 8,
        code // 8 % 3,
        code // 24 % 3,
        bool(flags & 1),
        bool(flags & 2),
        bool(flags & 4),
        bool(flags & 8),
    )


def valid_actions(code: int) -> int:
    """Return the actions that are valid at states of this code, as bits."""
    of_b0, of_b1, of_s0, no_s1, held, gap, apart = _parts(code)
    no_b0, no_b1, no_s0 = of_b0 >= NO_B0, of_b1 == 2, of_s0 == 2
    starts, no_start = of_b0 & STARTS, of_b0 & NO_START
    mask = 0
    if not no_b0 and (no_s0 or not (no_b1 or starts or held)):
        mask |= 1 << SHIFT
    if not no_s0 and not (no_s1 and not no_b0 and no_start):
        mask |= 1 << REDUCE
    if not (no_s0 or no_b0 or starts):
        mask |= 1 << LEFT | 1 << RIGHT | (0 if apart else SUBTOKEN_BIT)
    if of_b1 == 0 and not gap and not no_b0:
        mask |= 1 << BREAK
    return mask


def kind_of_step(code: int, action: int) -> int:
    """Return the kind of step of an action at states with this code; STAY if no action is valid."""
    of_b0, _, of_s0, no_s1, *_ = _parts(code)
    if not valid_actions(code):
        return STAY
    if action == SHIFT:
        return PUSH_START if of_b0 & STARTS else PUSH
    if action == REDUCE:
        return POP if of_s0 == 1 or no_s1 else PUT_BACK
    if action == LEFT:
        return REATTACH_LEFT if of_s0 == 1 else ATTACH_LEFT
    return ATTACH_RIGHT if action == RIGHT else MARK


VALID: Final = np.array([valid_actions(code) for code in range(N_CODES)], np.uint8)  # (N_CODES,)
# The kind of step of each code and action, at index `code * N_ACTIONS + action`.
KINDS: Final = np.array(
    [kind_of_step(code, action) for code in range(N_CODES) for action in range(N_ACTIONS)], np.intp
)


def _targets(default: int, chosen: dict[int, int]) -> list[int]:
    return [chosen.get(kind, default) for kind in range(N_KINDS)]


_PUSHES: Final = (PUSH, PUSH_START, ATTACH_RIGHT)
_LEFTS: Final = (ATTACH_LEFT, REATTACH_LEFT)
_POPS: Final = (POP, PUT_BACK, *_LEFTS)

# For each target of a step, the register that holds it: (T, K).
TARGETS: Final = np.array(
    [
        # the next B0
        _targets(B0, {**dict.fromkeys(_PUSHES, B1), PUT_BACK: S0}),
        # the next S0
        _targets(S0, {**dict.fromkeys(_PUSHES, B0), **dict.fromkeys(_POPS, S1)}),
        # the token that is pushed on the stack
        _targets(NOWHERE, dict.fromkeys(_PUSHES, B0)),
        # the token that is moved
        _targets(NOWHERE, {**dict.fromkeys(_PUSHES, B0), **dict.fromkeys(_POPS, S0)}),
        # the child of the new arc, and its head
        _targets(NOWHERE, {**dict.fromkeys(_LEFTS, S0), ATTACH_RIGHT: B0}),
        _targets(NOWHERE, {**dict.fromkeys(_LEFTS, B0), ATTACH_RIGHT: S0}),
        # whose HELD changes
        _targets(NOWHERE, {PUT_BACK: S0, **dict.fromkeys(_LEFTS, B0)}),
        # the token that is put back to the buffer
        _targets(NOWHERE, {PUT_BACK: S0}),
        # whose right child is taken away
        _targets(NOWHERE, {REATTACH_LEFT: S1}),
    ],
    np.intp,
)


def penalty_table(classes: Sequence[tuple[int, str]]) -> Floats:
    """Return 0 for valid classes and -inf for the others, for each mask of valid actions.

    returns  (64, C)
    """
    masks = np.arange(2 * SUBTOKEN_BIT)[:, None]
    actions = np.array([action for action, _ in classes], np.int64)
    joins = np.array(
        [action in {LEFT, RIGHT} and label == SUBTOKEN for action, label in classes], np.bool_
    )
    valid = (masks >> actions) & 1 == 1
    valid &= ~joins | (masks & SUBTOKEN_BIT > 0)
    return np.where(valid, np.float32(0), np.float32(-np.inf))
