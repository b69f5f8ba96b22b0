"""The inventory of a transition system: its actions, their labels, and the order of classes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kernel.errors import LoadError
from kernel.files import check_type, pack, parse_json, unpack

Labels = dict[int, dict[str, int]]
_SETTINGS = {"neg_key": str | None}


class Moves:
    """The labels of each action, and the frequency of each pair in the training data.

    A class is a pair of action and label, one row of the output layer. Classes are sorted by
    action, then by frequency and label, both descending. Pairs that were added later have the
    frequencies -1, -2, … and follow after all others, so that rows never move.
    """

    def __init__(
        self, n_actions: int, labels: Mapping[Any, Mapping[str, int]] | None = None
    ) -> None:
        self.labels: Labels = {action: {} for action in range(n_actions)}
        self.cfg: dict[str, Any] = {"neg_key": None}
        self.set_labels(labels or {})

    def __len__(self) -> int:
        return len(self.classes)

    def set_labels(self, labels: Mapping[Any, Mapping[str, int]]) -> None:
        """Replace all labels by {action: {label: frequency}}; actions may be numbers in text.

        Raises `LoadError` for an action that the system does not have.
        """
        self.check_actions(labels)
        fresh: Labels = {action: {} for action in self.labels}
        for action, frequencies in labels.items():
            fresh[int(action)] = dict(frequencies)
        self.labels = fresh
        self._order()

    def check_actions(self, actions: Iterable[Any]) -> None:
        """Raise `LoadError` for an action that the system does not have."""
        known = [str(action) for action in self.labels]
        for action in actions:
            if str(action) not in known:
                raise LoadError(
                    f"no action {action!r} in this transition system, expected one of "
                    f"{list(self.labels)}"
                )

    def add(self, action: int, label: str) -> bool:
        """Add `label` to `action` as the last class; return whether it is new."""
        known = self.labels[action]
        if label in known:
            return False
        known[label] = min([0, *known.values()]) - 1
        self._order()
        return True

    def to_dict(self) -> dict[str, dict[str, int]]:
        """Return {action: {label: frequency}}, labels in the order of their classes."""
        return {
            str(action): dict(sorted(known.items(), key=_rank))
            for action, known in self.labels.items()
        }

    def to_bytes(self) -> bytes:
        """Return the inventory as msgpack that contains JSON."""
        moves = json.dumps(self.to_dict(), separators=(",", ":"))
        return pack({"moves": moves, "cfg": self.cfg})

    def from_bytes(self, data: bytes) -> None:
        """Load the result of `to_bytes`; raises `LoadError` for other data."""
        what = "the file of labels"
        fields = check_type(unpack(data, what=what), {"moves": str, "cfg": _SETTINGS}, what=what)
        labels = parse_json(fields["moves"], what=what)
        self.set_labels(check_type(labels, dict[str, dict[str, int]], what=what))
        self.cfg = fields["cfg"]

    def _order(self) -> None:
        counted = [(a, *pair) for a, known in self.labels.items() for pair in known.items()]
        first = [entry for entry in counted if entry[2] >= 0]
        later = [entry for entry in counted if entry[2] < 0]
        # Stable sorts: by frequency and label, then by action, or by frequency alone.
        first.sort(key=lambda entry: (entry[2], entry[1]), reverse=True)
        first.sort(key=lambda entry: entry[0])
        later.sort(key=lambda entry: -entry[2])
        self.classes = [(action, label) for action, label, _ in first + later]


def _rank(entry: tuple[str, int]) -> tuple[int, tuple[int, ...]]:
    """Order labels as classes: frequency descending, then label descending."""
    label, frequency = entry
    return -frequency, (*(-ord(char) for char in label), 1)
