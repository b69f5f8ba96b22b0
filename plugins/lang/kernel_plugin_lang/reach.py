"""How much of a text a regular expression looks at, found from its parsed form.

With it, an affix can be searched in a few characters instead of in all the rest of a word: the
result is the same, and the time for a word is linear in its length.

Only patterns for which this is certain have a reach. A repeat without an upper bound at the end of
a pattern has one: its match is extended if it touches the border of what was searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# Private, but the only parser of regular expressions in the standard library.
from re import _constants as ops  # type: ignore[attr-defined]  # noqa: PLC2701
from re import _parser  # type: ignore[attr-defined]  # noqa: PLC2701
from typing import Any, Final, TypeAlias

from attrs import frozen

Node: TypeAlias = tuple[Any, Any]
Nodes: TypeAlias = Sequence[Node]

_ONE_CHARACTER: Final = (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY)
_STARTS: Final = (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING)
_ENDS: Final = (ops.AT_END, ops.AT_END_STRING)
# How many characters after its position an assertion looks at; `$` matches before a line feed.
_AHEAD: Final = {ops.AT_END: 2, ops.AT_END_STRING: 1, ops.AT_BOUNDARY: 1, ops.AT_NON_BOUNDARY: 1}
_WITHOUT_WIDTH: Final = (ops.AT, ops.ASSERT, ops.ASSERT_NOT)
REPEATS: Final = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
# A list of more characters would take too much time and memory.
_MAX_RANGE: Final = 10_000
# With these flags, `^` and `$` match elsewhere, or a character matches other characters.
_UNSUPPORTED_FLAGS: Final = re.MULTILINE | re.LOCALE | re.IGNORECASE


@frozen
class Reach:
    """How many characters decide about a match at one end of a text.

    n_characters  None if all of the text may
    alternatives  the patterns that are tried, in order, without their anchors
    """

    n_characters: int | None
    alternatives: list[Nodes]


class _UnboundedError(Exception):
    """The pattern may look at the whole text."""


def prefix_reach(pattern: re.Pattern[str], *, is_anchored: bool) -> Reach | None:
    """Return the reach of a pattern from the start of a text, None if it is not understood.

    If the match in the first `n_characters` ends before them, or these are all, it is the match
    in the text; otherwise, more characters are needed. `is_anchored` tells whether the pattern is
    only tried at the start, as by its `match`; otherwise, it must begin with an anchor.
    """
    nodes = parse(pattern)
    if nodes is None or not (is_anchored or _has_anchor(nodes, _STARTS, 0)):
        return None
    alternatives = [_without(each, _STARTS, 0) for each in _alternatives(nodes)]
    try:
        seen, _ = _seen(nodes, is_last=True)
    except _UnboundedError:
        return Reach(None, alternatives)
    return Reach(seen + 1, alternatives)


def suffix_reach(pattern: re.Pattern[str]) -> Reach | None:
    """Return the reach of a pattern from the end of a text, None if it is not understood.

    If the first match in the last `n_characters` starts after the first of them, or these are all,
    it is the first match in the text; otherwise, more characters are needed. Each alternative of
    the pattern must end with an anchor.
    """
    nodes = parse(pattern)
    if nodes is None or not _has_anchor(nodes, _ENDS, -1):
        return None
    alternatives = [_without(each, _ENDS, -1) for each in _alternatives(nodes)]
    try:
        # After `^`, a match starts at the first of the characters.
        inner = [_without(each, _STARTS, 0) for each in alternatives]
        behind = max(map(_behind, chain.from_iterable(map(_walk, inner))), default=0)
        width = max(map(_closed_width, alternatives))
    except _UnboundedError:
        return Reach(None, alternatives)
    return Reach(width + behind + 2, alternatives)


def outer_characters(nodes: Nodes, index: int) -> set[str] | None:
    """Return the characters that a match of `nodes` may begin or end with.

    `index` is 0 for the first, -1 for the last character. None stands for characters that the
    pattern does not list, such as those of a category, and for matches that may be empty.
    """
    found: set[str] = set()
    for op, value in nodes if index == 0 else reversed(nodes):
        if op in _WITHOUT_WIDTH:
            continue
        characters = _outer_of_node(op, value, index)
        if characters is None:
            return None
        found |= characters
        if op not in REPEATS or value[0] > 0:
            return found
    return None


def _outer_of_node(op: Any, value: Any, index: int) -> set[str] | None:
    inner = _inner(op, value)
    if inner is not None:
        return _union(outer_characters(each, index) for each in inner)
    if op is ops.LITERAL:
        return {chr(value)}
    return _union(map(_listed, value)) if op is ops.IN else None


def _inner(op: Any, value: Any) -> list[Nodes] | None:
    """Return the alternatives of a group, or what is repeated."""
    if op in REPEATS:
        return [value[2]]
    if op is ops.SUBPATTERN and not (value[1] or value[2]):
        return [value[3]]
    return value[1] if op is ops.BRANCH else None


def _listed(entry: Node) -> set[str] | None:
    """Return the characters of an entry of a set; None for a negation or a category."""
    op, value = entry
    if op is ops.LITERAL:
        return {chr(value)}
    if op is ops.RANGE and value[1] - value[0] < _MAX_RANGE:
        return set(map(chr, range(value[0], value[1] + 1)))
    return None


def _union(sets: Iterable[set[str] | None]) -> set[str] | None:
    united: set[str] = set()
    for each in sets:
        if each is None:
            return None
        united |= each
    return united


def is_one_character(nodes: Nodes) -> bool:
    """Return whether `nodes` match exactly one character in any context."""
    return len(nodes) == 1 and nodes[0][0] in _ONE_CHARACTER


def parse(pattern: re.Pattern[str]) -> Nodes | None:
    """Return the parsed form of a pattern; None if it has flags, for which it is not understood."""
    if pattern.flags & _UNSUPPORTED_FLAGS or not pattern.pattern:
        return None
    return list(_parser.parse(pattern.pattern, pattern.flags))


def _alternatives(nodes: Nodes) -> list[Nodes]:
    """Return the alternatives of a pattern; those that begin alike are parsed as `start(a|b)`."""
    *start, (op, value) = nodes
    return [[*start, *each] for each in value[1]] if op is ops.BRANCH else [nodes]


def _without(nodes: Nodes, anchors: tuple[Any, ...], index: int) -> Nodes:
    op, value = nodes[index] if nodes else (None, None)
    is_anchor = op is ops.AT and value in anchors
    return (nodes[1:] if index == 0 else nodes[:-1]) if is_anchor else nodes


def _has_anchor(nodes: Nodes, anchors: tuple[Any, ...], index: int) -> bool:
    """Return whether every match is at an anchor; `index` is 0 for its start, -1 for its end."""
    if not nodes:
        return False
    op, value = nodes[index]
    if op is ops.BRANCH:
        return all(_has_anchor(each, anchors, index) for each in value[1])
    if op is ops.SUBPATTERN:
        return _has_anchor(value[3], anchors, index)
    return op is ops.AT and value in anchors


def _seen(nodes: Nodes, *, is_last: bool) -> tuple[int, int]:
    """Return how many characters `nodes` look at, and how many of them they match, at most.

    `is_last` tells whether nothing follows, so that an open repeat at the end is allowed. It
    counts with its least number of characters.
    """
    seen = width = 0
    for index, node in enumerate(nodes):
        seen_by_node, width_of_node = _seen_by(node, is_last and index == len(nodes) - 1)
        seen = max(seen, width + seen_by_node)
        width += width_of_node
    return seen, width


def _seen_by(node: Node, is_last: bool) -> tuple[int, int]:
    op, value = node
    if op in _ONE_CHARACTER:
        return 1, 1
    if op is ops.AT:
        return _AHEAD.get(value, 0), 0
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return _seen(value[1], is_last=False)[0], 0
    if op in REPEATS:
        return _seen_by_repeat(op, value, is_last)
    if op is ops.BRANCH:
        sizes = [_seen(each, is_last=is_last) for each in value[1]]
        return max(seen for seen, _ in sizes), max(width for _, width in sizes)
    if op is ops.SUBPATTERN and not (value[1] or value[2]):
        return _seen(value[3], is_last=is_last)
    raise _UnboundedError


def _seen_by_repeat(op: Any, value: Any, is_last: bool) -> tuple[int, int]:
    least, most, repeated = value
    seen, width = _seen(repeated, is_last=False)
    if most is not ops.MAXREPEAT:
        return (seen + width * (most - 1), width * most) if most else (0, 0)
    if is_last and op is not ops.MIN_REPEAT and is_one_character(repeated):
        return least, least
    raise _UnboundedError


def _closed_width(nodes: Nodes) -> int:
    """Return the greatest width of a match of a suffix rule; an open repeat counts as its least.

    An open repeat must be all of the rule, so that each end of a long match is a match too.
    """
    least, most = _parser.SubPattern(_parser.State(), list(nodes)).getwidth()
    if most < int(ops.MAXREPEAT):
        return int(most)
    units = [_repeated(node) for node in nodes]
    if units[0] is None or any(unit != units[0] for unit in units):
        raise _UnboundedError
    return int(least)


def _repeated(node: Node) -> Node | None:
    """Return the node of one character that `node` is, or repeats; None if there is none."""
    op, value = node
    if op is ops.MAX_REPEAT and is_one_character(value[2]):
        return value[2][0]
    return node if op in _ONE_CHARACTER else None


def _behind(node: Node) -> int:
    """Return how many characters before its position an assertion looks at."""
    op, value = node
    if op is ops.AT:
        if value in _STARTS:
            raise _UnboundedError
        return int(value in (ops.AT_BOUNDARY, ops.AT_NON_BOUNDARY))
    if op in (ops.ASSERT, ops.ASSERT_NOT) and value[0] < 0:
        return int(value[1].getwidth()[1])
    has_flags = op is ops.SUBPATTERN and (value[1] or value[2])
    if has_flags or op in (ops.GROUPREF, ops.GROUPREF_EXISTS):
        raise _UnboundedError
    return 0


def _walk(nodes: Nodes) -> Iterator[Node]:
    for node in nodes:
        yield node
        op, value = node
        if op is ops.BRANCH:
            for each in value[1]:
                yield from _walk(each)
        elif op in REPEATS or op is ops.SUBPATTERN:
            yield from _walk(value[-1])
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _walk(value[1])
        elif op is ops.ATOMIC_GROUP:
            yield from _walk(value)
