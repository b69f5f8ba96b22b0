"""Choosing among matches of one rule that overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias, TypeVar

Greedy: TypeAlias = Literal["FIRST", "LONGEST"]
MatchT = TypeVar("MatchT", bound=tuple[Any, ...])

CHOICES: Final = ("FIRST", "LONGEST")


def choose(matches: Iterable[MatchT], greedy: Greedy | None) -> list[MatchT]:
    """Return matches, which have their start and end in places 1 and 2, that do not overlap.

    FIRST prefers the match that starts first, then the longer one; LONGEST the longest, then the
    one that starts first.
    """

    def by_start(match: MatchT) -> tuple[int, int]:
        return match[1], -match[2]

    def by_length(match: MatchT) -> tuple[int, int]:
        return match[1] - match[2], match[1]

    taken: set[int] = set()
    chosen = []
    for match in sorted(matches, key=by_start if greedy == "FIRST" else by_length):
        tokens = range(match[1], match[2])
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            chosen.append(match)
    return chosen
