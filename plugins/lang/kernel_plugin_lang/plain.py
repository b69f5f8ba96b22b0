"""Whether a regular expression can match in a text of only letters, or of only digits.

Most chunks of a text are only letters. If no rule can match in them, they need no search.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Container, Sequence

# Private, but the only parser of regular expressions in the standard library.
from re import _constants as ops  # type: ignore[attr-defined]  # noqa: PLC2701
from typing import Final, TypeAlias, cast

from kernel_plugin_lang.reach import REPEATS, Node, Nodes, parse

# Tells whether a character is a letter, or whether it is a digit.
_IsPlain: TypeAlias = Callable[[str], bool]

# Nodes whose value ends with the nodes that must match.
_GROUPS: Final = (ops.ASSERT, ops.SUBPATTERN, *REPEATS)

_MIN_ASKED: Final = 100
_has_digit: Final = re.compile(r"\d").search


def is_plain(text: str) -> bool:
    """Return whether `text` is all letters or all digits."""
    return text.isalpha() or text.isdecimal()


class PlainTexts(Container[str]):
    """The texts of only letters or only digits, if no rule can match in any of them.

    To find that out takes longer than to search a few words, so `can_be_skipped` is called only
    after some have been asked for; until then, there are none.
    """

    def __init__(self, can_be_skipped: Callable[[], bool]) -> None:
        self._can_be_skipped: Final = can_be_skipped
        self._n_asked = 0
        self._are_known = False

    def __contains__(self, text: object) -> bool:
        """Return whether the rules need not be run for `text`, a string."""
        word = cast("str", text)
        if self._n_asked >= _MIN_ASKED:
            return self._are_known and is_plain(word)
        return bool(self.among([word]))

    def among(self, texts: Sequence[str]) -> list[str]:
        """Return those of some texts for which the rules need not be run."""
        if self._n_asked < _MIN_ASKED:
            self._n_asked += len(texts)
            self._are_known = self._n_asked >= _MIN_ASKED and self._can_be_skipped()
        return [text for text in texts if is_plain(text)] if self._are_known else []


def matches_plain(pattern: re.Pattern[str]) -> bool:
    """Return whether the pattern may match in a text for which `is_plain` is true.

    False is certain: each match needs a character that is not a letter, and one that is not a
    digit.
    """
    nodes = parse(pattern)
    return nodes is None or _may_match(nodes, str.isalpha) or _may_match(nodes, str.isdecimal)


def _may_match(nodes: Nodes, is_plain: _IsPlain) -> bool:
    return all(_node_may_match(node, is_plain) for node in nodes)


def _node_may_match(node: Node, is_plain: _IsPlain) -> bool:
    op, value = node
    if op is ops.LITERAL:
        return is_plain(chr(value))
    if op is ops.IN:
        return any(_entry_may_match(entry, is_plain) for entry in value)
    if op is ops.BRANCH:
        return any(_may_match(each, is_plain) for each in value[1])
    if op in REPEATS and value[0] == 0:
        return True
    return op not in _GROUPS or _may_match(value[-1], is_plain)


def _entry_may_match(entry: Node, is_plain: _IsPlain) -> bool:
    """Return whether an entry of a set has a plain character; a negation may have one."""
    op, value = entry
    if op is ops.LITERAL:
        return is_plain(chr(value))
    if op is ops.RANGE:
        return _has_letter_or_digit(*value, is_plain)
    return op is not ops.CATEGORY or value is not ops.CATEGORY_DIGIT or is_plain is str.isdecimal


@functools.cache
def _has_letter_or_digit(first: int, last: int, is_plain: _IsPlain) -> bool:
    characters = map(chr, range(first, last + 1))
    if is_plain is str.isdecimal:
        # Ranges of letters are long, and have no digit.
        return _has_digit("".join(characters)) is not None
    return any(map(is_plain, characters))
