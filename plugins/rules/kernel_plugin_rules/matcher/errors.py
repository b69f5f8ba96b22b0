"""What is wrong with patterns."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.errors import ArgumentError


class MatchPatternError(ArgumentError):
    """Patterns of a rule are invalid.

    `problems` has one line for each, with its place: the number of the pattern and of the token,
    from 0, and the key.
    """

    def __init__(self, rule: str, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        lines = "".join(f"\n  {problem}" for problem in self.problems)
        super().__init__(f"invalid patterns of the rule `{rule}`:{lines}")
        self._rule = rule

    def __reduce__(self) -> tuple[type[MatchPatternError], tuple[str, list[str]]]:
        return type(self), (self._rule, self.problems)
