"""What states know of single tokens: one slot for each token that a state can come to.

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
    """Arrays of T + 2: one value a slot, one for what is written nowhere, one for no token.

    As "no token" is -1, and stands last, it can be looked up like any other. Stack and buffer
    are linked lists, and so are the children of a token.

    below     the token under it on the stack; UNSEEN if it never was on the stack
    next      the token after it in the buffer
    children  2 * (T + 2): its right child that was attached last; after them, its left one
    prev      the child of its head, on its side, that was attached before it
    held      HELD if it was put back on the buffer and got no child since
    flags     4 * (T + 2): what it adds to a state's code as B0, B1, S0 and S1; see `flag_places`
    head      its head, -1: none
    label     the class of its arc, -1: none
    breaking  whether a sentence start was made after it when it was B0
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
        """Say which of some slots went on an empty stack with nothing done to them before.

        Such a token was not in the buffer again after that, so that it can be told at any time.
        """
        found: npt.NDArray[np.bool_] = self.below.take(slots) == -1
        found &= self.left.take(slots) == -1
        found &= self.held.take(slots) == 0
        found &= ~self.breaking.take(slots)
        return found

    @property
    def nowhere(self) -> int:
        """The slot for what is not to be kept, T."""
        return len(self.below) - 2

    @property
    def right(self) -> Ints:
        """The first half of `children`, a view."""
        return self.children[: len(self.below)]

    @property
    def left(self) -> Ints:
        """The second half of `children`, a view."""
        return self.children[len(self.below) :]


def flag_places(n_slots: int) -> Ints:
    """Return where the flags of the four roles begin, so that -1 leads to those of no token.

    returns  (4, 1)
    """
    return np.arange(4, dtype=np.intp)[:, None] * (n_slots + 2) + 1


def make_slots(sent_starts: Ints | None, ends: npt.NDArray[np.bool_]) -> Slots:
    """Return the slots of tokens of which nothing was done yet.

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
    """Note that these tokens have a head."""
    n_slots = slots.nowhere
    slots.flags[tokens + (2 * (n_slots + 2) + 1)] = HEADED
