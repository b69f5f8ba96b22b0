"""Arc-eager states of several docs, stepped together.

Axes: S states, F features, T slots.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kernel_plugin_parser.rules import (
    APART,
    ATTACH_LEFT,
    B0,
    B1,
    GAP,
    HEADED,
    HELD,
    KINDS,
    MARK,
    N_ACTIONS,
    N_KINDS,
    PUT_BACK,
    REATTACH_LEFT,
    S0,
    S1,
    STARTS,
    TARGETS,
    UNBREAKABLE,
    VALID,
)
from kernel_plugin_parser.slots import Slots, flag_offsets
from kernel_plugin_transition.system import FeatureTemplate

Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]

S2 = 4
# The tops of buffer and stack; then their leftmost (L), rightmost (R) and second (2) children.
_TOPS = ("B0", "B1", "S0", "S1", "S2")
FEATURES = FeatureTemplate("parser", (*_TOPS, "B0.L", "S0.L", "S0.R"))
MORE_FEATURES = FeatureTemplate(
    "parser",
    (*_TOPS, "S0.L", "S0.R", "B0.L", "S0.R2", "S1.L", "S1.L2", "S1.R", "S1.R2"),
)
_HELD_AFTER = np.array([HELD if kind == PUT_BACK else 0 for kind in range(N_KINDS)], np.intp)
_IS_LEFT = np.array([kind in {ATTACH_LEFT, REATTACH_LEFT} for kind in range(N_KINDS)])


class ArcEagerStates:
    """A state in each column.

    registers (F + 1, S)  the feature tokens, in the order of the template: B0, B1, S0, S1 and S2
                          first; then the slot for values to ignore
    codes     (S,)        what the validity of actions depends on; see `rules`
    masks     (S,)        the valid actions as bits; 0: the state is final
    columns   (S,)        the state's index among all states created together

    All states created together share their slots; each has its own part of them.
    """

    def __init__(
        self, slots: Slots, b0: Ints, s0: Ints, features: FeatureTemplate, *, joins: bool = False
    ) -> None:
        self.slots = slots
        self.joins = joins
        self._shows_more = features == MORE_FEATURES
        self.columns = np.arange(len(b0), dtype=np.intp)
        self.registers = np.full((len(features) + 1, len(b0)), -1, np.intp)
        self.registers[-1] = slots.nowhere
        self.registers[B0], self.registers[S0] = b0, s0
        self._flag_offsets = flag_offsets(slots.nowhere)
        self._sides = np.where(_IS_LEFT, slots.nowhere + 2, 0)
        self._left, self._right = slots.left, slots.right
        self.codes: Ints = np.zeros(len(b0), np.intp)
        self.masks: Any = np.zeros(len(b0), np.uint8)
        self._resize()
        self._update_registers()

    def __len__(self) -> int:
        return self.registers.shape[1]

    def drop_final(self, *, at_once: bool = False) -> None:
        """Drop final states, unless there are few; stepping a final state changes nothing."""
        n_left = int(np.count_nonzero(self.masks))
        if n_left == len(self) or (n_left > len(self) * 0.9375 and not at_once):
            return
        self._keep(self.masks > 0)

    def drop(self, columns: Ints) -> None:
        """Drop the states whose index is in `columns`."""
        if len(columns):
            self._keep(np.isin(self.columns, columns, invert=True))

    def _keep(self, rows: Masks) -> None:
        self.registers = self.registers[:, rows]
        self.columns = self.columns[rows]
        self.codes, self.masks = self.codes[rows], self.masks[rows]
        self._resize()

    def _resize(self) -> None:
        n_rows, n_states = self.registers.shape
        self._targets = np.ascontiguousarray((TARGETS % n_rows * n_states).T)  # (K, T)
        self._columns = np.arange(n_states, dtype=np.intp)[:, None]  # (S, 1)

    def apply(self, actions: Ints, classes: Ints) -> tuple[Ints, Ints]:
        """Take an action at each state, in place.

        actions  (S,)  SHIFT to BREAK
        classes  (S,)  the labels of new arcs
        returns  (S,) and (S,): the kinds of step, and the token that was moved
        """
        slots, registers = self.slots, self.registers
        kinds = KINDS.take(self.codes * N_ACTIONS + actions)
        indices = self._targets.take(kinds, axis=0)  # (S, T)
        indices += self._columns
        next_b0, next_s0, pushed, moved, child, head, held, put_back, replaced = registers.take(
            indices.T
        )
        b0, s0 = registers[B0], registers[S0]
        self._right[replaced] = slots.prev.take(s0)
        side = head + self._sides.take(kinds)
        slots.prev[child] = slots.children.take(side)
        slots.children[side] = child
        slots.head[child] = head
        slots.label[child] = classes
        slots.flags[child + int(self._flag_offsets[2, 0])] = HEADED
        slots.below[pushed] = s0
        slots.next[put_back] = b0
        slots.held[held] = _HELD_AFTER.take(kinds)
        marks = np.flatnonzero(kinds == MARK)
        if len(marks):
            slots.breaking[b0.take(marks)] = True
            marked = registers[B1].take(marks)
            slots.flags[marked + int(self._flag_offsets[0, 0])] = STARTS
            slots.flags[marked + int(self._flag_offsets[1, 0])] = UNBREAKABLE
        registers[B0], registers[S0] = next_b0, next_s0
        self._update_registers()
        return kinds, moved

    def _update_registers(self) -> None:
        """Update all registers that depend on B0 and S0."""
        slots, registers = self.slots, self.registers
        # The mode "wrap" maps -1 to the last value and avoids a copy.
        slots.next.take(registers[B0], out=registers[B1], mode="wrap")
        slots.below.take(registers[S0], out=registers[S1], mode="wrap")
        slots.below.take(registers[S1], out=registers[S2], mode="wrap")
        self._update_children()
        flags = slots.flags.take(registers[: S1 + 1] + self._flag_offsets)  # (4, S)
        codes = np.add.reduce(flags, axis=0)
        codes += slots.held.take(registers[B0])
        np.add(codes, GAP, out=codes, where=registers[B1] - registers[B0] != 1)
        if self.joins:
            np.add(codes, APART, out=codes, where=registers[B0] - registers[S0] != 1)
        self.codes = codes
        self.masks = VALID.take(codes)

    def _update_children(self) -> None:
        slots, registers = self.slots, self.registers
        if not self._shows_more:
            registers[5] = self._left.take(registers[B0])
            registers[6] = self._left.take(registers[S0])
            registers[7] = self._right.take(registers[S0])
            return
        tops = registers[S0 : S1 + 1]  # (2, S)
        left, right = self._left.take(tops), self._right.take(tops)
        registers[5], registers[9] = left
        registers[6], registers[11] = right
        registers[7] = self._left.take(registers[B0])
        registers[8] = slots.prev.take(right[0])
        registers[10], registers[12] = slots.prev.take(left[1]), slots.prev.take(right[1])
