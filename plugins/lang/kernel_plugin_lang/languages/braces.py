"""Brace expansion, as in a shell: one line that stands for many words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise, product
from typing import Final

_BORDER: Final = re.compile(r"[{},]")
_RANGE: Final = re.compile(r"\{(?:(\d+)\.\.(\d+)|(\w)\.\.(\w))\}")


def expand(text: str) -> list[str]:
    """Return the strings that `text` stands for, in order.

    `{a,b}` stands for `a` and for `b`, `{1..3}` for 1, 2 and 3, `{a..c}` for the characters from
    `a` to `c`; braces can be nested. Braces without a comma or a range stand for themselves.
    """
    if "{" not in text:
        return [text]
    text = _RANGE.sub(_listed, text)
    parts: list[list[str]] = []
    position = 0
    while group := _next_group(text, position):
        parts.append([text[position : group[0]]])
        parts.append(expand_all(text[left + 1 : right] for left, right in pairwise(group)))
        position = group[-1] + 1
    return list(map("".join, product(*parts, [text[position:]])))


def expand_all(texts: Iterable[str]) -> list[str]:
    """Return the strings that all `texts` stand for."""
    return [word for text in texts for word in expand(text)]


def _listed(match: re.Match[str]) -> str:
    if match[1]:
        items = map(str, range(int(match[1]), int(match[2]) + 1))
    else:
        items = map(chr, range(ord(match[3]), ord(match[4]) + 1))
    return "{" + ",".join(items) + "}"


def _next_group(text: str, position: int) -> list[int]:
    """Return the offsets of the next braces with a comma: `{`, each `,` between them, and `}`."""
    while (position := text.find("{", position)) >= 0:
        borders: list[int] = []
        depth = 0
        for border in _BORDER.finditer(text, position):
            depth += {"{": 1, ",": 0, "}": -1}[border[0]]
            if depth == 0 or (depth == 1 and border[0] != "}"):
                borders.append(border.start())
            if depth == 0:
                break
        if depth == 0 and len(borders) > 2:
            return borders
        position += 1
    return []
