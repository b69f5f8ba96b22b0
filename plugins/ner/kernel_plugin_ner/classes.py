"""The classes of the BILUO system as arrays, and tables of their validity and costs.

Axes: C classes, L entity types, K kinds of token, G kinds of gold. Types are numbered from 1; 0
means no type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kernel.text import ent_iob, hash_string

Ints = npt.NDArray[np.integer[Any]]
Masks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]

MISSING: Final = 0
BEGIN: Final = 1
IN: Final = 2
LAST: Final = 3
UNIT: Final = 4
OUT: Final = 5
N_ACTIONS: Final = 6
TYPED: Final = (BEGIN, IN, LAST, UNIT)
NAMES: Final = "MBILUO"

# The gold tag of the next token, as far as costs depend on it.
NEXT_OTHER: Final = 0
NEXT_OUT: Final = 1
NEXT_MISSING: Final = 2


class Classes:
    """A set of classes as arrays.

    action   (C,)  BEGIN to OUT
    type     (C,)  number of the entity type
    opens    (C,)  the type of the entity that is open after the action; 0: none
    begins   (C,)  whether the action begins an entity of several tokens
    """

    def __init__(self, classes: Sequence[tuple[int, str]]) -> None:
        self.types = ["", *dict.fromkeys(label for _, label in classes if label)]
        numbers = {label: number for number, label in enumerate(self.types)}
        self.action = np.array([action for action, _ in classes], np.int8)
        self.type = np.array([numbers[label] for _, label in classes], np.int32)
        self.begins = self.action == BEGIN
        self.opens = np.where(self.begins | (self.action == IN), self.type, 0).astype(np.int32)
        self.hashes = np.array([hash_string(label) for label in self.types], np.uint64)
        self._order = np.argsort(self.hashes)
        self._sorted = self.hashes[self._order]
        self._plain: Floats | None = None
        self._costs: Floats | None = None

    @property
    def n_types(self) -> int:
        """The number of entity types, 0 included."""
        return len(self.types)

    def numbers(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Return the number of each type, -1 for a type without a class.

        hashes   (N,)
        returns  (N,)
        """
        rows = np.minimum(np.searchsorted(self._sorted, hashes), len(self._sorted) - 1)
        return np.where(self._sorted[rows] == hashes, self._order[rows], -1).astype(np.int32)

    def plain_penalties(self) -> Floats:
        """Return the penalties for the eight kinds of token without preset annotation.

        returns  (8 * (L + 1), C)  kind = 4 * is last + 2 * next starts a sentence + is space
        """
        if self._plain is None:
            kinds = np.arange(8)
            zeros = np.zeros(8, np.int32)
            valid = self.validity(kinds & 4 > 0, kinds & 2 > 0, kinds & 1 > 0, zeros, zeros, zeros)
            self._plain = as_penalties(valid)
        return self._plain

    def validity(
        self, last: Masks, next_starts: Masks, space: Masks, iob: Ints, preset: Ints, next_iob: Ints
    ) -> Masks:
        """Return which classes are valid at each kind of token, for each type of open entity.

        last        (K,)  whether no token follows
        next_starts (K,)  whether the token after it starts a sentence
        space       (K,)  whether the token is whitespace
        iob         (K,)  its preset ENT_IOB
        preset      (K,)  its preset type; -1: a type without a class
        next_iob    (K,)  the preset ENT_IOB of the token after it, 0 if there is none
        returns     (K, L + 1, C)  the middle axis is the open type, 0: none

        Where preset annotation leaves no valid class, OUT is valid: it drops an entity that cannot
        be finished.
        """
        last, next_starts, space = (c[:, None, None] for c in (last, next_starts, space))
        iob, preset, next_iob = (c[:, None, None] for c in (iob, preset, next_iob))
        opened = np.arange(self.n_types)[None, :, None]
        fits = self.type == preset  # (K, 1, C)
        continues = self.type == opened  # (1, L + 1, C)
        free = opened == 0
        begun, inside = iob == ent_iob.BEGIN, iob == ent_iob.INSIDE
        next_begun, next_inside = next_iob == ent_iob.BEGIN, next_iob == ent_iob.INSIDE
        valid = {
            BEGIN: free & ~last & (self.type > 0) & ~inside
            & np.where(begun, fits & next_inside, ~next_begun & ~next_starts & ~space),
            IN: ~free & ~last & continues & ~begun & ~next_begun
            & np.where(inside, next_inside & fits, ~next_starts),
            LAST: ~free & (self.type > 0)
            & np.where(inside & ~next_inside, fits, continues & ~next_inside),
            UNIT: np.where(
                self.type == 0,
                begun & (preset == 0),
                free & ~next_inside & np.where(begun, fits, ~space),
            ),
            OUT: free & ~begun & ~inside,
        }  # fmt: skip
        shape = (len(last), self.n_types, len(self.action))
        chosen = np.zeros(shape, np.bool_)
        for action, mask in valid.items():
            chosen |= np.broadcast_to(mask, shape) & (self.action == action)
        stuck: Masks = np.logical_not(chosen.any(axis=-1))
        chosen[..., self.action == OUT] |= stuck[..., None]
        return chosen

    def cost_table(self) -> Floats:
        """Return the cost of each class for each kind of gold tag.

        returns  (G * 2, C) row `2 * gold_kind(…) + is sunk`; an entity is sunk if it is open, but
                 no gold entity of its type begins at its first token
        """
        if self._costs is None:
            self._costs = self._make_costs()
        return self._costs

    def gold_kinds(self, actions: Ints, types: Ints, nexts: Ints) -> Ints:
        """Return the number of each kind of gold tag.

        actions  (N,)  MISSING to OUT
        types    (N,)
        nexts    (N,)  NEXT_OTHER, NEXT_OUT or NEXT_MISSING
        returns  (N,)
        """
        kinds: Ints = (actions.astype(np.int32) * self.n_types + types) * 3 + nexts
        return kinds

    def _make_costs(self) -> Floats:
        grid = np.indices((N_ACTIONS, self.n_types, 3, 2)).reshape(4, -1)
        gold, types, nexts, sunk = (axis[:, None] for axis in grid)  # (G * 2, 1) each
        sunk = sunk == 1
        wrong = self.type != types  # (G * 2, C)
        known = gold != MISSING
        cost = {
            BEGIN: known & ((gold != BEGIN) | wrong),
            IN: ((gold == LAST) & ~(sunk & (nexts != NEXT_OTHER)))
            | ((gold == OUT) & (nexts == NEXT_OTHER))
            | ((gold == UNIT) & (nexts != NEXT_OUT)),
            LAST: (gold == IN) & ~sunk,
            UNIT: known & ((gold != UNIT) | wrong),
            OUT: (gold == BEGIN) | (gold == UNIT),
        }
        chosen = np.zeros(wrong.shape, np.float32)
        for action, costs in cost.items():
            chosen += costs & (self.action == action)
        return chosen


def as_penalties(valid: Masks) -> Floats:
    """Return 0 where `valid`, -inf elsewhere, one row for each kind of token and open type.

    valid    (K, L + 1, C)
    returns  (K * (L + 1), C)
    """
    flat = valid.reshape((-1, valid.shape[-1]))
    return np.where(flat, np.float32(0), np.float32(-np.inf))
