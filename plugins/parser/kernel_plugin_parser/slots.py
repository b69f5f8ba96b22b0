"""Slots: the data that states keep for each token they can reach.

Axes: T slots of all states together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define

from kernel_plugin_parser.rules import (
    HEADED,
    NO_B0,
    NO_B1,
    NO_S0,
    NO_S1,
    NO_START,
    STARTS,
    UNBREAKABLE,
)

Ints = npt.NDArray[np.integer[Any]]


UNSEEN = -2


@define
class Slots:
    """Arrays of length T + 2: a value per slot, one for writes to ignore, and one for "no token".

    "No token" is -1, the last value, so it can be looked up like any token. The stack, the buffer
    and the children of a token are linked lists.

    below     the token under it on the stack; UNSEEN if it never was on the stack
    next      the token after it in the buffer
    children  2 * (T + 2): its right child that was attached last; then the same for left children
    prev      the child of its head, on its side, that was attached before it
    held      HELD if it was put back on the buffer and has got no child since
    flags     4 * (T + 2): its part of a state's code as B0, B1, S0 and S1; see `flag_offsets`
    head      its head, -1: none
    label     the class of its arc, -1: none
    breaking  whether the action Break was taken when it was B0
    """

    below: Ints
    next: Ints
    children: Ints
    prev: Ints
    held: Ints
    flags: Ints
    head: Ints
    label: Ints
    breaking: npt.NDArray[np.bool_]

    def seams(self, slots: Ints) -> npt.NDArray[np.bool_]:
        """Return which of these slots were pushed on an empty stack before any other change.

        Such a token never returned to the buffer, so this can be computed at any time.
        """
        found: npt.NDArray[np.bool_] = self.below.take(slots) == -1
        found &= self.left.take(slots) == -1
        found &= self.held.take(slots) == 0
        found &= ~self.breaking.take(slots)
        return found

    @property
    def nowhere(self) -> int:
        """The slot for values to ignore, T."""
        return len(self.below) - 2

    @property
    def right(self) -> Ints:
        """The first half of `children`, a view."""
        return self.children[: len(self.below)]

    @property
    def left(self) -> Ints:
        """The second half of `children`, a view."""
        return self.children[len(self.below) :]


def flag_offsets(n_slots: int) -> Ints:
    """Return the offsets of the four roles in `flags`; offset - 1 is the value of "no token".

    returns  (4, 1)
    """
    return np.arange(4, dtype=np.intp)[:, None] * (n_slots + 2) + 1


def make_slots(sent_starts: Ints | None, ends: npt.NDArray[np.bool_]) -> Slots:
    """Return the slots of tokens in their initial state.

    sent_starts (T,)  preset: 1 starts a sentence, -1 does not, 0 unknown; None: all unknown
    ends        (T,)  whether no token of the doc follows
    """
    n_slots = len(ends)
    missing = np.full(n_slots + 2, -1, np.intp)
    below = np.full(n_slots + 2, UNSEEN, np.intp)
    below[-2:] = -1
    following = np.arange(1, n_slots + 3, dtype=np.intp)
    following[:n_slots][ends] = -1
    following[n_slots:] = -1
    flags = np.zeros((4, n_slots + 2), np.intp)
    flags[:, 0] = NO_B0, NO_B1, NO_S0, NO_S1
    if sent_starts is not None:
        flags[0, 1:-1] = np.where(
            sent_starts == 1, STARTS, np.where(sent_starts == -1, NO_START, 0)
        )
        flags[1, 1:-1] = np.where(sent_starts != 0, UNBREAKABLE, 0)
    return Slots(
        below=below,
        next=following,
        children=np.concatenate([missing, missing]),
        prev=missing.copy(),
        held=np.zeros(n_slots + 2, np.intp),
        flags=flags.reshape(-1),
        head=missing.copy(),
        label=missing.copy(),
        breaking=np.zeros(n_slots + 2, np.bool_),
    )


def set_headed(slots: Slots, tokens: Ints) -> None:
    """Mark these tokens as having a head."""
    n_slots = slots.nowhere
    slots.flags[tokens + (2 * (n_slots + 2) + 1)] = HEADED
