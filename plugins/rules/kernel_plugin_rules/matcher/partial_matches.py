"""Every match of patterns whose matches differ in length, in the order in which spaCy finds them.

Partial matches are a list. Each token is offered to all of them in turn: a partial match takes the
token, splits in two if it may take the token or not, or is dropped. Those that split off are
appended to the list, after which come the partial matches that start at the next token.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

from attrs import define

from kernel_plugin_rules.matcher.automaton import Placed

# When a partial match was made, whether it split off another one, and its place among those.
_Rank: TypeAlias = tuple[int, int, int]
# The nodes that took the tokens, the last one first.
_Taken: TypeAlias = "tuple[_Taken, int] | None"
# What matches are sorted by: the token that completed the match, the rank of the partial match, and
# which of its matches this is; then the number of the pattern, start, end, and the nodes.
Found: TypeAlias = "tuple[int, int, int, int, int, int, int, int, _Taken]"


@define
class _Partial:
    number: int
    node: int
    start: int
    length: int
    rank: _Rank
    taken: _Taken


class PartialMatches:
    """The partial matches of some patterns in the tokens of one text.

    patterns   by their numbers
    firsts     the nodes, as bits, that may take the first token of each
    accepting  (N,)  the nodes that accept each token
    """

    def __init__(
        self, patterns: Sequence[Placed], firsts: Sequence[int], accepting: Sequence[int]
    ) -> None:
        self._patterns = patterns
        self._firsts = firsts
        self._accepting = accepting
        self._partials: list[_Partial] = []
        self._split_off: list[_Partial] = []
        self._n_split = 0
        self.found: Final[list[Found]] = []

    def run(self, numbers: Collection[int], starts: Sequence[int]) -> None:
        """Add all matches of the patterns with these numbers to `found`."""
        n_tokens, numbers = len(self._accepting), sorted(numbers)
        begins = set(starts)
        first = starts[0] if starts else n_tokens
        for i in range(first, n_tokens):
            if i in begins:
                self._begin(numbers, i)
            if self._partials:
                self._offer(i)
        for partial in self._partials:
            nodes = self._patterns[partial.number].nodes[partial.node :]
            if all(node.quantifier in {"?", "*"} for node in nodes):
                self._add(n_tokens, partial, 0)

    def _begin(self, numbers: Sequence[int], i: int) -> None:
        accepting = self._accepting[i]
        for number in numbers:
            if accepting & self._firsts[number]:
                self._partials.append(_Partial(number, 0, i, 0, (i, 0, number), None))

    def _offer(self, i: int) -> None:
        self._split_off = []
        accepting = self._accepting[i]
        bits: dict[int, int] = {}
        kept = []
        for partial in self._partials:
            pattern = self._patterns[partial.number]
            own = bits.get(partial.number)
            if own is None:
                own = bits[partial.number] = accepting >> pattern.base & pattern.mask
            if self._take(partial, pattern, own, i):
                kept.append(partial)
        self._partials = kept + self._split_off

    def _take(self, partial: _Partial, pattern: Placed, accepting: int, i: int) -> bool:
        """Offer a token to a partial match; return whether it goes on."""
        last = len(pattern.nodes) - 1
        while True:
            node = partial.node
            takes = accepting >> node & 1
            quantifier = pattern.nodes[node].quantifier
            if quantifier in {"1", "!"} or node == last:
                break
            if takes:
                self._split(partial, i, stays=quantifier == "*")
            partial.node += 1
        if node == last:
            return self._finish(partial, i, takes=bool(takes), quantifier=quantifier)
        if takes:
            partial.taken = (partial.taken, node)
            partial.node += 1
            partial.length += 1
        return bool(takes)

    def _split(self, partial: _Partial, i: int, *, stays: bool) -> None:
        """Add a partial match in which the node takes the token."""
        node = partial.node
        next_node = node if stays else node + 1
        rank = (i, 1, self._n_split)
        self._n_split += 1
        taken = (partial.taken, node)
        self._split_off.append(
            _Partial(partial.number, next_node, partial.start, partial.length + 1, rank, taken)
        )

    def _finish(self, partial: _Partial, i: int, *, takes: bool, quantifier: str) -> bool:
        """Offer a token to the last node; return whether the partial match goes on."""
        if quantifier in {"?", "*"}:
            self._add(i, partial, 0)
        if not takes:
            return False
        partial.taken = (partial.taken, partial.node)
        partial.length += 1
        if quantifier != "*":
            self._add(i, partial, 1)
        return quantifier == "*"

    def _add(self, i: int, partial: _Partial, place: int) -> None:
        if partial.length:
            end = partial.start + partial.length
            number, start = partial.number, partial.start
            self.found.append((i, *partial.rank, place, number, start, end, partial.taken))


def alignment(pattern: Placed, taken: _Taken) -> list[int]:
    """Return for each token of a match the index of the dict that it matched."""
    specs = []
    while taken is not None:
        taken, node = taken
        specs.append(pattern.specs[node])
    return specs[::-1]
