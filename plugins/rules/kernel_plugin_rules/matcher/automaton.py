"""All patterns of a matcher as one automaton, whose states are the bits of a number.

Each node of a pattern has a bit, and after the last one comes a bit for the end of the pattern.
A token sets the bits of the nodes that accept it; a set bit of the state is a node that may take
the next token. One step of all patterns is a handful of operations on large numbers: Shift-And
(Baeza-Yates and Gonnet 1992), extended to nodes that repeat or may be skipped (Navarro and
Raffinot 2002; the carry of an addition runs through nodes that may be skipped).

Axes: N tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from kernel_plugin_rules.matcher.token_patterns import Node


@frozen(eq=False)
class Placed:
    """A pattern with its place in the automaton.

    key       the id of its rule
    base      the position of the bit of its first node
    is_fixed  whether every match takes exactly one token for each node
    specs     for each node, the index of its dict in the pattern
    """

    key: int
    nodes: tuple[Node, ...]
    base: int
    is_fixed: bool
    specs: list[int]

    @property
    def mask(self) -> int:
        """The bits of the nodes, counted from the first one."""
        return (1 << len(self.nodes)) - 1


class Automaton:
    """The patterns of a matcher, in the order in which they were added."""

    def __init__(self, patterns: Iterable[tuple[int, Sequence[Node]]]) -> None:
        self.patterns: Final[list[Placed]] = []
        self.negated = 0
        self.every = 0
        self._first = self._repeat = self._skip = self._end = 0
        self._of_end: dict[int, int] = {}
        base = 0
        for key, nodes in patterns:
            self._place(key, tuple(nodes), base)
            base += len(nodes) + 1
        self._first = self._through_skipped(self._first) & self.every
        self.firsts: Final = [self._first & (p.mask << p.base) for p in self.patterns]

    def _place(self, key: int, nodes: tuple[Node, ...], base: int) -> None:
        is_fixed = all(node.quantifier in {"1", "!"} for node in nodes)
        specs = [node.spec for node in nodes]
        placed = Placed(key=key, nodes=nodes, base=base, is_fixed=is_fixed, specs=specs)
        for offset, node in enumerate(nodes):
            bit = 1 << base + offset
            self.negated |= bit if node.quantifier == "!" else 0
            self._repeat |= bit if node.quantifier == "*" else 0
            self._skip |= bit if node.quantifier in {"?", "*"} else 0
        self.every |= placed.mask << base
        if nodes:
            self._first |= 1 << base
            self._end |= 1 << base + len(nodes)
        self._of_end[base + len(nodes)] = len(self.patterns)
        self.patterns.append(placed)

    def _through_skipped(self, nodes: int) -> int:
        """Add the nodes that are reached from `nodes` by leaving out some that may be skipped."""
        skip = self._skip
        return nodes | (((nodes & skip) + skip) ^ skip)

    @property
    def first(self) -> int:
        """The nodes that may take the first token of a match."""
        return self._first

    def after(self, nodes: int) -> int:
        """Return the nodes, and the ends of patterns, that may come after a token of `nodes`."""
        return self._through_skipped(nodes << 1 | nodes & self._repeat)

    def ends(self, accepting: Sequence[int], starts: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield the number of a pattern, and the end of a match of it, for all matches by end.

        accepting  (N,)  the nodes that accept each token
        starts     tokens, in order, at which matches may start; all others are passed over

        Of a pattern that is not fixed, matches of different length with the same end are one.
        """
        first, repeat, skip, end = self._first, self._repeat, self._skip, self._end
        n_tokens, i = len(accepting), 0
        for start in starts:
            if start < i:
                continue
            i, state = start, 0
            while i < n_tokens:
                taking = (state | first) & accepting[i]
                if not taking:
                    break
                i += 1
                state = taking << 1
                if skip:
                    state |= taking & repeat
                    state |= ((state & skip) + skip) ^ skip
                ended = state & end
                while ended:
                    bit = ended & -ended
                    ended ^= bit
                    yield self._of_end[bit.bit_length() - 1], i
