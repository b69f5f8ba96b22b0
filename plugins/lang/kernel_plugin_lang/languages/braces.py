"""Brace expansion, as in a shell: one line that stands for many words."""

from __future__ import annotations

import re
from itertools import pairwise, product
from math import prod
from typing import Final

MAX_WORDS: Final = 100_000
_MAX_DEPTH: Final = 10
_BORDER: Final = re.compile(r"[{},]")
_RANGE: Final = re.compile(r"\{(?:([0-9]+)\.\.([0-9]+)|(\w)\.\.(\w))\}")


def expand(text: str) -> list[str]:
    """Return the strings that `text` stands for, in order.

    `{a,b}` stands for `a` and for `b`, `{1..3}` for 1, 2 and 3, `{01..12}` for 01 to 12, `{a..c}`
    for the characters from `a` to `c`; braces can be nested. Braces without a comma or a range
    stand for themselves.

    Raises ValueError for more than MAX_WORDS strings, an empty range, an open brace with a comma
    after it, and for braces that are nested too deeply.
    """
    if "{" not in text:
        return [text]
    text = _RANGE.sub(_listed, text)
    parts: list[list[str]] = []
    position = 0
    while group := _next_group(text, position):
        parts.append([text[position : group[0]]])
        items = [text[left + 1 : right] for left, right in pairwise(group)]
        parts.append([word for item in items for word in expand(item)])
        position = group[-1] + 1
    check_size(prod(map(len, parts)))
    return list(map("".join, product(*parts, [text[position:]])))


def check_size(n_words: int) -> None:
    """Raise ValueError if a pattern, or several together, stand for more than MAX_WORDS words."""
    if n_words > MAX_WORDS:
        raise ValueError(f"more than {MAX_WORDS:,} words")


def _listed(match: re.Match[str]) -> str:
    """Return a range as a list in braces."""
    first, last = map(int if match[1] else ord, filter(None, match.groups()))
    if last < first:
        raise ValueError(f"the range {match[0]} is empty")
    check_size(last - first + 1)
    numbers = range(first, last + 1)
    if match[1]:
        width = len(match[1]) if match[1].startswith("0") else 1
        return "{" + ",".join([f"{number:0{width}}" for number in numbers]) + "}"
    return "{" + ",".join(map(chr, numbers)) + "}"


def _next_group(text: str, position: int) -> list[int]:
    """Return the offsets of the next braces with a comma: `{`, each `,` between them, and `}`."""
    while (position := text.find("{", position)) >= 0:
        borders: list[int] = []
        depth = 0
        for border in _BORDER.finditer(text, position):
            depth += {"{": 1, ",": 0, "}": -1}[border[0]]
            if depth > _MAX_DEPTH:
                raise ValueError("the braces are nested too deeply")
            if depth == 0 or (depth == 1 and border[0] != "}"):
                borders.append(border.start())
            if depth == 0:
                break
        if depth > 0 and len(borders) > 1:
            raise ValueError("a brace is not closed")
        if depth == 0 and len(borders) > 2:
            return borders
        position += 1
    return []
