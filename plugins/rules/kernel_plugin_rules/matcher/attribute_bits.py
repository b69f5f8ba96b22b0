"""Which nodes accept a value of an attribute, as the bits of a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from kernel.text import StringStore
from kernel_plugin_rules.matcher.values import Condition, OneOf, Read

# Most attributes have fewer different values; lemmas and entity ids can have any number.
_MAX_KNOWN: Final = 100_000


class AttributeBits:
    """The nodes that accept each value of one attribute.

    A node without conditions on the attribute accepts every value. Nodes that list their values
    are found in a table; conditions of other kinds are tested once for each value.
    """

    def __init__(self, read: Read, every: int) -> None:
        self._read = read
        self._default = every
        self._listed: dict[int, int] = {}
        self._tested: dict[tuple[Condition, ...], int] = {}
        self._known: dict[Any, int] = {}

    def add(self, bit: int, conditions: tuple[Condition, ...]) -> None:
        """Add the conditions of the node with a bit."""
        if not conditions:
            return
        self._default &= ~bit
        if len(conditions) == 1 and isinstance(conditions[0], OneOf):
            for number in conditions[0].ids:
                self._listed[number] = self._listed.get(number, 0) | bit
        else:
            self._tested[conditions] = self._tested.get(conditions, 0) | bit

    def freeze(self) -> None:
        """Prepare for look-ups, after all nodes were added."""
        self._listed = {value: bits | self._default for value, bits in self._listed.items()}

    def narrow(
        self, bits: Iterable[int], values: Sequence[int], strings: StringStore, *, keep: bool
    ) -> list[int]:
        """Return for each token which of the nodes in `bits` accept its value.

        `keep` remembers what was tested for the next call.

        bits     (N,)
        values   (N,)  ids whose strings are in `strings`
        returns  (N,)
        """
        if not self._tested:
            listed, default = self._listed.get, self._default
            return [have & listed(value, default) for have, value in zip(bits, values, strict=True)]
        known: dict[Any, int] = self._known if keep else {}
        if len(known) > _MAX_KNOWN:
            known.clear()
        found = []
        for have, value in zip(bits, values, strict=True):
            accepting = known.get(value)
            if accepting is None:
                accepting = known[value] = self.of_value(value, strings)
            found.append(have & accepting)
        return found

    def of_value(self, value: Any, strings: StringStore) -> int:
        """Return the nodes that accept a value, which for an extension may be anything."""
        bits = self._listed.get(self._read(value, "id", strings), self._default)
        for conditions, nodes in self._tested.items():
            if all(self._meets(value, condition, strings) for condition in conditions):
                bits |= nodes
        return bits

    def _meets(self, value: Any, condition: Condition, strings: StringStore) -> bool:
        shown = self._read(value, condition.form, strings)
        return shown is not None and condition.accepts(shown)
